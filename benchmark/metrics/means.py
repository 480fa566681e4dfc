"""The mean of what was scored: NaN is not scored, and counted apart; knows arrays only."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from benchmark.metrics.divergence import FloatArray


class Mean(NamedTuple):
    """A mean, of how many it is, and how many had no value."""

    value: float
    n: int
    n_missing: int


def mean_of_scored(column: npt.ArrayLike, *, total: Callable[[FloatArray], float] = np.sum) -> Mean:
    """The mean of the numbers in a column.

    Parameters
    ----------
    column
        Shape ``(n,)``; may be empty.
    total
        How they are added: as NumPy does, or by `math.fsum`, without rounding on the way.

    Returns
    -------
    NaN for no number at all.

    Examples
    --------
    >>> mean_of_scored([1.0, math.nan, 4.0])
    Mean(value=2.5, n=2, n_missing=1)
    """
    values = np.asarray(column, dtype=np.float64)
    scored = values[~np.isnan(values)]
    n = int(scored.size)
    return Mean(float(total(scored)) / n if n else math.nan, n, values.size - n)
