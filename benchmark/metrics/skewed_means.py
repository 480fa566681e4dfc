"""The interval of a mean over few units that may be skewed, without resampling; arrays only.

Knows neither what a unit is nor what its value means: a stem's mean, a difference of two, or the
jackknife's pseudo-value of a ratio.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr, stdtrit  # scipy.stats alone would double the time to start

from benchmark.metrics.divergence import FloatArray

LEVEL = 0.95
ENOUGH = 15  # units from which a limit that gates a change needs no wider tail; docs/validity.md
HIDDEN = 9  # of k units, the skewness is taken to be 1 + HIDDEN / k times what they show
ROUNDING = 1e-12  # of a mean, relative: units nearer to each other than that are equal


def mean_interval(
    values: npt.ArrayLike, *, level: npt.ArrayLike = LEVEL
) -> tuple[FloatArray, FloatArray]:
    """`skewed_ends` of the means of rows of units.

    Parameters
    ----------
    values
        Of the units, shape ``(..., units)``; NaN is missing. Units count alike.
    level
        Coverage aimed at, between 0 and 1; broadcasts with the result.

    Returns
    -------
    Low and high, shape ``(...)``, around the mean, equal where all units are; NaN with fewer than
    two units, and Student's alone with two. Their range is not that of the values.

    Examples
    --------
    Symmetric units have Student's interval; a long tail below draws the lower end further down.

    >>> low, high = mean_interval([[1, 2, 3, 4, 5, 6], [6, 6, 6, 6, 6, 1]])
    >>> low.round(2).tolist(), high.round(2).tolist()
    ([1.54, -3.86], [5.46, 7.31])
    """
    return skewed_ends(*_moments(values), level=level)


def mean_p(values: npt.ArrayLike) -> FloatArray:
    """`skewed_p` of the means of rows of units.

    >>> mean_p([[1, 2, 3, 4, 5, 6], [1, -2, 1, -2, 1, 1]]).round(3).tolist()
    [0.006, 1.0]
    """
    return skewed_p(*_moments(values))


def skewed_ends(
    value: npt.ArrayLike,
    error: npt.ArrayLike,
    skewness: npt.ArrayLike,
    units: npt.ArrayLike,
    *,
    level: npt.ArrayLike = LEVEL,
) -> tuple[FloatArray, FloatArray]:
    r"""Student's interval of a mean, with the end on the side of a long tail further out.

    A mean of few units with a long tail below mostly lies too high, with too small an error, as
    the tail is seldom drawn. With k units, their skewness g and their mean's error,

    .. math:: \bar x - s_{\bar x} \big(t + c \max(0, -g)\, t^2\big),\qquad
              \bar x + s_{\bar x} \big(t + c \max(0, g)\, t^2\big),\qquad
              c = \frac{1 + 9/k}{2 \sqrt{k}},

    with t Student's quantile on k - 1. A mean departs from Student's distribution by
    :math:`g\, t^2 / 3\sqrt{k}` at first (Johnson 1978, Hall 1992). The factor is larger and was
    found by simulation, as few units show less skewness than there is: six of a population with
    -1.57 on average -0.98.

    Parameters
    ----------
    value, error, skewness, units
        The mean, its standard error, `unbiased_skewness` of the units and their number: any shapes
        that broadcast. Of a figure made of means, those of the jackknife's pseudo-values.
    level
        Coverage aimed at, between 0 and 1.

    Returns
    -------
    Low and high; NaN where an argument is, and with fewer than two units.

    References
    ----------
    Johnson (1978), Modified t tests and confidence intervals for asymmetrical populations,
    doi:10.1080/01621459.1978.10480051; Hall (1992), On the removal of skewness by transformation,
    doi:10.1111/j.2517-6161.1992.tb01876.x. Both are compared with this, the studentised bootstrap
    and BCa in docs/validity.md.

    Examples
    --------
    Nine units with mean 0 and error 1: 2.31 becomes 2.31 + 0.9 / 3 · 2.31².

    >>> low, high = skewed_ends(0, 1, [0, -0.9], 9)
    >>> low.round(2).tolist(), high.round(2).tolist()
    ([-2.31, -3.9], [2.31, 2.31])
    """
    k = _at_least_two(units)
    t = stdtrit(k - 1, (1 + np.asarray(level, dtype=np.float64)) / 2)
    below, above = _tails(skewness, k)
    low = value - np.asarray(error) * (t + below * t**2)
    high = value + np.asarray(error) * (t + above * t**2)
    return low, high


def skewed_p(
    value: npt.ArrayLike, error: npt.ArrayLike, skewness: npt.ArrayLike, units: npt.ArrayLike
) -> FloatArray:
    """Two-sided p of "the mean is 0": above 0.05 exactly where `skewed_ends` hold 0.

    Of the arguments of `skewed_ends`; NaN where one is, and with fewer than two units; without
    error 1 where the value is 0, and else 0.

    >>> skewed_p([0, 3, 3, -3], 1, [0, 0, -0.9, -0.9], 9).round(3).tolist()
    [1.0, 0.017, 0.093, 0.017]
    """
    k = _at_least_two(units)
    mean, spread = np.asarray(value, dtype=np.float64), np.asarray(error, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where((spread == 0) & (mean == 0), 0.0, np.abs(mean) / spread)
    below, above = _tails(skewness, k)
    tail = np.where(mean > 0, below, above)
    some = np.where(np.isinf(t), 0.0, t)
    # Of the solutions of u + tail u^2 = t the one above 0, in a form that also serves no tail.
    shorter = np.where(np.isinf(t), t, 2 * some / (1 + np.sqrt(1 + 4 * tail * some)))
    return np.asarray(2 * stdtr(k - 1, -shorter))


def unbiased_skewness(
    second: npt.ArrayLike, third: npt.ArrayLike, units: npt.ArrayLike
) -> FloatArray:
    r"""Skewness of units from their second and third central moments, divided by their number.

    :math:`G_1 = m_3 / m_2^{3/2} \cdot \sqrt{k (k-1)} / (k - 2)`; 0 where all units are equal, and
    with fewer than three units, which show none.

    References
    ----------
    Joanes & Gill (1998), Comparing measures of sample skewness and kurtosis,
    doi:10.1111/1467-9884.00122.

    Examples
    --------
    Of 0, 0 and 3, and of two units.

    >>> unbiased_skewness([2, 2], [2, 2], [3, 2]).round(3).tolist()
    [1.732, 0.0]
    """
    k, square = (np.asarray(v, dtype=np.float64) for v in (units, second))
    shown = (k > 2) & (square > 0)
    plain = np.asarray(third, dtype=np.float64) / np.where(shown, square, 1.0) ** 1.5
    return np.where(shown, plain * np.sqrt(k * (k - 1)) / np.where(shown, k - 2, 1.0), 0.0)


def safe_level(units: npt.ArrayLike, *, level: float = LEVEL) -> FloatArray:
    """The level of an interval whose ends let a change pass, wider where units are few.

    So few units often show nothing of a skew that is there. With the tails narrowed in proportion
    below `ENOUGH` units, an end is on the wrong side in at most 3.5 % of six to forty units of the
    skewed population of docs/validity.md, and in 0.5 % of six normal ones.

    >>> safe_level([6, 12, 15, 40]).round(3).tolist()
    [0.98, 0.96, 0.95, 0.95]
    """
    share = np.minimum(1.0, np.asarray(units, dtype=np.float64) / ENOUGH)
    return np.asarray(1 - (1 - level) * share)


def _moments(values: npt.ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Mean, standard error, skewness and number of the units of each row."""
    x = np.asarray(values, dtype=np.float64)
    there = ~np.isnan(x)
    k = there.sum(axis=-1).astype(np.float64)
    some = np.where(k < 1, np.nan, k)
    mean = np.where(there, x, 0.0).sum(axis=-1) / some
    apart = np.where(there, x - mean[..., None], 0.0)
    second, third = ((apart**power).sum(axis=-1) / some for power in (2, 3))
    # Sums rounded are not variance: else a constant column would have a skewness.
    second = np.where(second > (np.abs(mean) * ROUNDING) ** 2, second, 0.0)
    error = np.sqrt(second / (_at_least_two(k) - 1))
    return mean, error, unbiased_skewness(second, third, k), k


def _at_least_two(units: npt.ArrayLike) -> FloatArray:
    k = np.asarray(units, dtype=np.float64)
    return np.where(k < 2, np.nan, k)


def _tails(skewness: npt.ArrayLike, k: FloatArray) -> tuple[FloatArray, FloatArray]:
    """What each arm of the interval has beyond Student's, over t squared: below and above."""
    tail = (1 + HIDDEN / k) / 2 * np.asarray(skewness, dtype=np.float64) / np.sqrt(k)
    return np.maximum(0.0, -tail), np.maximum(0.0, tail)
