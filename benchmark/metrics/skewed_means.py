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
ENOUGH = 10  # units from which a limit that gates a change needs no wider tail; docs/validity.md
HIDDEN = 3  # of k units, the skewness is taken to be 1 + HIDDEN / k times what they show
ROUNDING = 1e-12  # of a mean, relative
STRAIGHT = 1e-9  # skewness below is that of sums rounded: the transformation is then a line


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
    ([1.54, -1.42], [5.46, 7.31])
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
    r"""The wider ends of Student's interval of a mean and of Hall's, which knows its skewness.

    With :math:`T = (\bar x - \mu) / s_{\bar x}`, k units and their skewness g, Hall's cubic

    .. math:: h(T) = T + \frac{a}{3} T^2 + \frac{a^2}{27} T^3 + \frac{a}{6},
              \qquad a = (1 + 3/k)\, g / \sqrt{k},

    is far nearer to symmetric than T is. It rises everywhere, so its ends are found by solving
    :math:`h(T) = \pm t_{k-1}`. Student's ends are kept where they are wider: Hall's are too narrow
    where tails are long on both sides. The factor is ours: few units show less skewness than there
    is, six of a population with -1.57 on average -0.98. So is a bound: beyond the cubic's turning
    point, at :math:`T = -3/a`, more skewness no longer moves an end, where it would bring it back.

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
    Hall (1992), On the removal of skewness by transformation,
    doi:10.1111/j.2517-6161.1992.tb01876.x. Compared with Johnson's t, the studentised bootstrap
    and BCa in docs/validity.md.

    Examples
    --------
    Six units with mean 0 and error 1, symmetric and skewed.

    >>> low, high = skewed_ends(0, 1, [0, -1.5], 6)
    >>> low.round(2).tolist(), high.round(2).tolist()
    ([-2.57, -7.9], [2.57, 2.57])
    """
    k = _at_least_two(units)
    bend = _bend(skewness, k)
    quantile = stdtrit(k - 1, (1 + np.asarray(level, dtype=np.float64)) / 2)
    steepest, flattest = _solved(quantile, bend), _solved(-quantile, bend)
    low = value - np.asarray(error) * np.maximum(quantile, steepest)
    high = value - np.asarray(error) * np.minimum(-quantile, flattest)
    return low, high


def skewed_p(
    value: npt.ArrayLike, error: npt.ArrayLike, skewness: npt.ArrayLike, units: npt.ArrayLike
) -> FloatArray:
    """Twice the smaller tail, two-sided: above 0.05 exactly where `skewed_ends` hold 0.

    The larger of Student's p and of Hall's, of the arguments of `skewed_ends`; NaN where one is,
    and with fewer than two units; without error 1 where the value is 0, and else 0.

    >>> skewed_p([0, 3, 3, -3], [1, 1, 1, 1], [0, 0, -1.5, -1.5], 6).round(3).tolist()
    [1.0, 0.03, 0.393, 0.03]
    """
    k = _at_least_two(units)
    mean, spread = np.asarray(value, dtype=np.float64), np.asarray(error, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where((spread == 0) & (mean == 0), 0.0, mean / spread)
        bend = np.clip(_bend(skewness, k), -3 / np.abs(t), 3 / np.abs(t))
        cubic = t + bend * t**2 / 3 + bend**2 * t**3 / 27 + bend / 6
    bent = np.where(np.isinf(t), t, cubic)
    above = np.maximum(stdtr(k - 1, -t), stdtr(k - 1, -bent))
    below = np.maximum(stdtr(k - 1, t), stdtr(k - 1, bent))
    return np.asarray(np.minimum(1.0, 2 * np.minimum(above, below)))


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

    So few units often show nothing of a skew that is there. With the tails narrowed by the square
    of units over `ENOUGH`, an end is on the wrong side in at most 3.5 % instead of 5 % of six units
    of the skewed population of docs/validity.md, and in 0.6 % of normal ones.

    >>> safe_level([6, 8, 10, 40]).round(3).tolist()
    [0.982, 0.968, 0.95, 0.95]
    """
    share = np.minimum(1.0, (np.asarray(units, dtype=np.float64) / ENOUGH) ** 2)
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


def _bend(skewness: npt.ArrayLike, k: FloatArray) -> FloatArray:
    """The a of Hall's cubic."""
    return np.asarray((1 + HIDDEN / k) * np.asarray(skewness, dtype=np.float64) / np.sqrt(k))


def _solved(quantile: FloatArray, bend: FloatArray) -> FloatArray:
    """The T at which Hall's cubic gives the quantile, before its turning point."""
    turning = 3 * (np.sqrt(quantile**2 + 2 / 3) - np.abs(quantile))
    by = np.clip(bend, -turning, turning)
    curved = np.abs(by) > STRAIGHT
    some = np.where(curved, by, 1.0)
    root = np.cbrt(np.maximum(0.0, 1 + some * (quantile - some / 6)))
    return np.where(curved, 3 / some * (root - 1), quantile)
