"""The interval of a mean over few units that may be skewed, without resampling; arrays only.

Knows neither what a unit is nor what its value means: a stem's mean, a difference of two, or the
jackknife's pseudo-value of a ratio.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr, stdtrit  # scipy.stats alone would double the time to start

from benchmark.metrics.divergence import FloatArray

LEVEL = 0.95
ENOUGH = 15  # units from which a limit that gates a change needs no wider tail; docs/validity.md
STRAIGHT = 1e-9  # skewness below is that of sums rounded: the transformation is then a line


def mean_interval(
    values: npt.ArrayLike, *, level: npt.ArrayLike = LEVEL
) -> tuple[FloatArray, FloatArray]:
    r"""The wider ends of Student's interval of a mean and of Hall's, which knows its skewness.

    With :math:`T = (\bar x - \mu) / s_{\bar x}`, k units and their skewness g, Hall's cubic

    .. math:: h(T) = T + \frac{a}{3} T^2 + \frac{a^2}{27} T^3 + \frac{a}{6},
              \qquad a = g / \sqrt{k},

    is far nearer to symmetric than T is. It rises everywhere, so its ends are found by solving
    :math:`h(T) = \pm t_{k-1}`. Student's ends are kept where they are wider: Hall's are too narrow
    where tails are long on both sides.

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

    References
    ----------
    Hall (1992), On the removal of skewness by transformation,
    doi:10.1111/j.2517-6161.1992.tb01876.x; skewness as in Joanes & Gill (1998), G1,
    doi:10.1111/1467-9884.00122. Compared with Johnson's, the studentised bootstrap and BCa in
    docs/validity.md.

    Examples
    --------
    Symmetric units have Student's interval; a long tail below draws the lower end further down.

    >>> low, high = mean_interval([[1, 2, 3, 4, 5, 6], [6, 6, 6, 6, 6, 1]])
    >>> low.round(2).tolist(), high.round(2).tolist()
    ([1.54, -0.34], [5.46, 7.31])
    """
    found = _moments(values)
    quantile = stdtrit(found.units - 1, (1 + np.asarray(level, dtype=np.float64)) / 2)
    high_t, low_t = (_solved(end, found.bend) for end in (-quantile, quantile))
    low = found.mean - found.error * np.maximum(quantile, low_t)
    high = found.mean - found.error * np.minimum(-quantile, high_t)
    return low, high


def mean_p(values: npt.ArrayLike) -> FloatArray:
    """Twice the smaller tail, two-sided: above 0.05 exactly where `mean_interval` holds 0.

    The larger of Student's p and of Hall's, for a mean of 0, shape ``(...)``; NaN with fewer than
    two units; 0 where all units have one value other than 0, and 1 where all are 0.

    >>> mean_p([[1, 2, 3, 4, 5, 6], [1, -2, 1, -2, 1, 1]]).round(3).tolist()
    [0.006, 1.0]
    """
    found = _moments(values)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where((found.error == 0) & (found.mean == 0), 0.0, found.mean / found.error)
        bent = np.where(np.isfinite(t), _bent(t, found.bend), t)
    freedom = found.units - 1
    above = np.maximum(stdtr(freedom, -t), stdtr(freedom, -bent))
    below = np.maximum(stdtr(freedom, t), stdtr(freedom, bent))
    p = np.minimum(1.0, 2 * np.minimum(above, below))
    return np.where(found.units < 2, np.nan, p)


def safe_level(units: npt.ArrayLike, *, level: float = LEVEL) -> FloatArray:
    """The level of an interval whose ends let a change pass, wider where units are few.

    So few units often show nothing of a skew that is there. With the tails narrowed in proportion
    below `ENOUGH` units, an end is on the wrong side in at most 3.5 % instead of 5 % at 6 units
    of the skewed population of docs/validity.md, and in 0.6 % of normal ones.

    >>> safe_level([6, 12, 15, 40]).round(3).tolist()
    [0.98, 0.96, 0.95, 0.95]
    """
    share = np.minimum(1.0, np.asarray(units, dtype=np.float64) / ENOUGH)
    return np.asarray(1 - (1 - level) * share)


class _Moments(NamedTuple):
    """Of each row: units, mean, its standard error, and skewness over the root of the units."""

    units: FloatArray
    mean: FloatArray
    error: FloatArray
    bend: FloatArray


def _moments(values: npt.ArrayLike) -> _Moments:
    x = np.asarray(values, dtype=np.float64)
    there = ~np.isnan(x)
    units = there.sum(axis=-1).astype(np.float64)
    some, two, three = (np.where(units < least, np.nan, units) for least in (1, 2, 3))
    mean = np.where(there, x, 0.0).sum(axis=-1) / some
    apart = np.where(there, x - mean[..., None], 0.0)
    second, third = ((apart**power).sum(axis=-1) / some for power in (2, 3))
    # Sums rounded are not variance: else a constant column would have a skewness.
    varied = second > (np.abs(mean) * 1e-12) ** 2
    second = np.where(varied, second, 0.0)
    error = np.sqrt(second / (two - 1))
    shape = np.where(varied, third, 0.0) / np.where(varied, second, 1.0) ** 1.5
    bend = shape * np.sqrt(three - 1) / (three - 2)  # G1 / sqrt(units)
    return _Moments(units=two, mean=mean, error=error, bend=np.nan_to_num(bend, nan=0.0))


def _bent(t: FloatArray, bend: FloatArray) -> FloatArray:
    return np.asarray(t + bend * t**2 / 3 + bend**2 * t**3 / 27 + bend / 6)


def _solved(quantile: FloatArray, bend: FloatArray) -> FloatArray:
    """The t at which `_bent` gives the quantile."""
    curved = np.abs(bend) > STRAIGHT
    by = np.where(curved, bend, 1.0)
    return np.where(curved, 3 / by * (np.cbrt(1 + by * (quantile - by / 6)) - 1), quantile)
