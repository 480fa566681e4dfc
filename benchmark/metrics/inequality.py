"""How unequal numbers are: the Gini coefficient; knows arrays only."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from benchmark.metrics.divergence import FloatArray, positive_or_nan


def gini(x: npt.ArrayLike) -> FloatArray:
    r"""The mean difference of two members over twice the mean, each pair of members once.

    .. math:: \frac{\sum_{i<j} |x_i - x_j|}{\binom n2 \cdot 2 \bar x}

    Parameters
    ----------
    x
        Not negative, shape ``(..., members)``.

    Returns
    -------
    Shape ``(...)``, in [0, 1]: 0 if all are equal, 1 if one member has everything (which only
    leaving out pairs of a member with itself makes possible). NaN with fewer than two members or
    if all are 0.

    Raises
    ------
    ValueError
        A negative number.

    References
    ----------
    Gini (1912), Variabilità e mutabilità; Deltas (2003), The small-sample bias of the Gini
    coefficient, doi:10.1162/rest.2003.85.1.226.

    Examples
    --------
    >>> gini([[1, 1, 1], [0, 0, 3], [1, 2, 3]]).round(4).tolist()
    [0.0, 1.0, 0.3333]
    """
    values = np.sort(np.asarray(x, dtype=np.float64), axis=-1)
    if (values < 0).any():
        raise ValueError("the Gini coefficient is defined for numbers that are not negative")
    n = values.shape[-1]
    if n < 2:
        return np.full(values.shape[:-1], np.nan)
    weights = 2 * np.arange(1, n + 1) - n - 1  # the sum of |x_i - x_j| over i < j, sorted
    total = positive_or_nan(values.sum(axis=-1))
    found: FloatArray = (values @ weights) / ((n - 1) * total)
    return np.where(values[..., 0] == values[..., -1], found * 0, found)  # without rounding error
