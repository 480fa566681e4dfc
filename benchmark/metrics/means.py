"""Means of what was scored: NaN is not scored, and counted apart; knows arrays only."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from benchmark.metrics.divergence import FloatArray, positive_or_nan


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


def mean_along(table: npt.ArrayLike, axis: int = 0) -> FloatArray:
    """The mean of what is there along an axis; NaN where nothing is.

    >>> mean_along([[1.0, math.nan, math.nan], [2.0, 5.0, math.nan]]).tolist()
    [1.5, 5.0, nan]
    """
    values = np.asarray(table, dtype=np.float64)
    there = ~np.isnan(values)
    total = np.where(there, values, 0.0).sum(axis=axis)
    mean: FloatArray = total / positive_or_nan(there.sum(axis=axis))
    return mean
