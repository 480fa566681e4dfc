r"""Means in which every stem has one vote, and how certain figures made of such means are.

Knows arrays only: not what a stem is, nor which figure is made of the means. This is the only place
where an interval over stems is computed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit  # scipy.stats alone would double the time to start

from benchmark.metrics.divergence import FloatArray, positive_or_nan
from benchmark.metrics.means import Mean
from benchmark.metrics.resampling import MIN_STEMS
from benchmark.metrics.skewed_means import skewed_ends, skewed_p, unbiased_skewness

IntArray = npt.NDArray[np.intp]
OfMeans = Callable[..., FloatArray]
ROUNDING = 1e-13  # of a figure, relative: stems nearer to each other than that are equal


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimates:
    """A figure in each group, its standard error and the ends of its interval, each (groups,).

    ``skewness`` is that of the stems, ``k`` counts them; below the least number there are neither
    error nor ends (NaN).
    """

    value: FloatArray
    error: FloatArray
    skewness: FloatArray
    low: FloatArray
    high: FloatArray
    k: IntArray

    @classmethod
    def of_values(cls, value: FloatArray, k: IntArray) -> Estimates:
        """Values that have no interval."""
        none = np.full(value.shape, np.nan)
        return cls(value=value, error=none, skewness=none, low=none, high=none, k=k)


def itself(mean: FloatArray) -> FloatArray:
    """The mean of one column as the figure."""
    return mean


def jackknife_interval(
    means: npt.ArrayLike,
    groups: npt.ArrayLike,
    n_groups: int,
    *,
    of_means: OfMeans = itself,
    level: npt.ArrayLike = 0.95,
    least: int = MIN_STEMS,
) -> Estimates:
    r"""A figure made of means over stems, with the jackknife's error and ends that know of skew.

    With :math:`\bar x_c` the mean of column c over the k stems of a group, the figure is
    :math:`\theta = f(\bar x_1, \bar x_2, \dots)`, and with :math:`\theta_{(s)}` the same without
    stem s,

    .. math:: SE^2 = \frac{k-1}{k} \sum_s (\theta_{(s)} - \theta_{(\cdot)})^2 .

    The ends are those of `skewed_ends`: Student's t on k - 1, which for a plain mean is the t
    interval on stem means, and further out on the side of a long tail. For a ratio of means, such
    as skill, they are those of the ratio linearised. The figure always lies inside.

    Parameters
    ----------
    means
        Mean of each column over each stem of each group, shape ``(columns, stems)``.
    groups
        The group of each stem, a code from 0, shape ``(stems,)``; a stem of several groups stands
        once for each.
    n_groups
        How many groups there are.
    of_means
        f, elementwise, one argument a column.
    level
        The intended coverage, one for all groups or one each.
    least
        Below so many stems there is no interval.

    Returns
    -------
    Estimates
        ``value`` is NaN for a group without stems and where f is; the ends are NaN, too, where f
        does not exist without one of the stems. Equal stems give an interval without width.

    References
    ----------
    Tukey (1958), Bias and confidence in not quite large samples, doi:10.1214/aoms/1177706647;
    Miller (1974), The jackknife: a review, doi:10.1093/biomet/61.1.1.

    Examples
    --------
    Stem means 1 to 6: the mean is 3.5 and its error √(3.5 / 6).

    >>> found = jackknife_interval([[1, 2, 3, 4, 5, 6]], [0] * 6, 1)
    >>> [round(float(x[0]), 3) for x in (found.value, found.error, found.low, found.high)]
    [3.5, 0.764, 1.537, 5.463]
    """
    table = np.atleast_2d(np.asarray(means, dtype=np.float64))
    group = np.asarray(groups, dtype=np.intp)
    k = np.bincount(group, minlength=n_groups)
    total = np.array([np.bincount(group, column, n_groups) for column in table])
    value = of_means(*(total / positive_or_nan(k)))
    without = of_means(*((total[:, group] - table) / positive_or_nan(k[group] - 1)))
    middle = np.bincount(group, without, n_groups) / positive_or_nan(k)
    apart = middle[group] - without  # of a mean: how far each stem lies from it, over k - 1
    apart = np.where(np.abs(apart) <= ROUNDING * np.abs(middle[group]), 0.0, apart)
    squares, cubes = (np.bincount(group, apart**power, n_groups) for power in (2, 3))
    error = np.sqrt(squares * (k - 1) / positive_or_nan(k))
    error = np.where((k >= least) & np.isfinite(value), error, np.nan)
    skewness = unbiased_skewness(squares / positive_or_nan(k), cubes / positive_or_nan(k), k)
    low, high = skewed_ends(value, error, skewness, k, level=level)
    return Estimates(value=value, error=error, skewness=skewness, low=low, high=high, k=k)


def stem_p(found: Estimates) -> FloatArray:
    """Two-sided p of "the figure is 0", below 0.05 as 0 is outside of its interval: `skewed_p`.

    Shape ``(groups,)``; NaN where the error is.

    >>> stem_p(jackknife_interval([[1, 2, 3, 4, 5, 6]], [0] * 6, 1)).round(4).tolist()
    [0.0059]
    """
    return skewed_p(found.value, found.error, found.skewness, found.k)


def fieller_interval(
    means: npt.ArrayLike,
    groups: npt.ArrayLike,
    n_groups: int,
    *,
    level: float = 0.95,
    least: int = MIN_STEMS,
) -> Estimates:
    r"""The ratio of two means over stems, with Fieller's interval on k - 1.

    It holds the :math:`\theta` for which the mean of :math:`x_s - \theta y_s` is not told from 0 by
    Student's t. Where the ratio is far from linear (few stems, a few of which carry the
    denominator) it covers, and `jackknife_interval` does not: of lognormal stems with
    :math:`\sigma = 1`, 0.98 and 0.90 at 6, 0.96 and 0.93 at 20. It is not symmetric, and
    an end is that of `jackknife_interval` where that lies further out: Fieller's alone covers 0.90
    of six skewed stems (docs/validity.md).

    Parameters
    ----------
    means
        Numerator and denominator of each stem of each group, shape ``(2, stems)``.
    groups, n_groups, level, least
        As in `jackknife_interval`.

    Returns
    -------
    Estimates
        ``value`` and ends are NaN where the denominator is not above 0, and the ends where it is
        not told from 0, so that no ratio is excluded. ``error`` is the jackknife's.

    References
    ----------
    Fieller (1954), Some problems in interval estimation, doi:10.1111/j.2517-6161.1954.tb00159.x.

    Examples
    --------
    A denominator that does not vary divides the interval of the mean.

    >>> found = fieller_interval([[1, 2, 3, 4, 5, 6], [2] * 6], [0] * 6, 1)
    >>> [round(float(x[0]), 3) for x in (found.value, found.low, found.high)]
    [1.75, 0.768, 2.732]
    """
    above, below = np.asarray(means, dtype=np.float64)
    group = np.asarray(groups, dtype=np.intp)
    found = jackknife_interval(
        (above, below), group, n_groups, of_means=_ratio, level=level, least=least
    )
    k = positive_or_nan(found.k)
    x, y = (np.bincount(group, column, n_groups) / k for column in (above, below))
    dx, dy = above - x[group], below - y[group]
    t = stdtrit(np.maximum(1, found.k - 1), (1 + level) / 2)
    scale = t**2 / k / positive_or_nan(found.k - 1)
    xx, yy, xy = (
        scale * np.bincount(group, product, n_groups) for product in (dx * dx, dy * dy, dx * dy)
    )
    a, b, c = y**2 - yy, x * y - xy, x**2 - xx  # a θ² - 2 b θ + c is not above 0 inside
    a = np.where(np.isfinite(found.error), positive_or_nan(a), np.nan)
    arm = np.sqrt(np.maximum(b**2 - a * c, 0))
    low, high = np.minimum((b - arm) / a, found.low), np.maximum((b + arm) / a, found.high)
    return replace(found, low=low, high=high)


def _ratio(above: FloatArray, below: FloatArray) -> FloatArray:
    ratio: FloatArray = above / positive_or_nan(below)
    return ratio


def mean_of_stem_means(column: npt.ArrayLike, stems: npt.ArrayLike) -> Mean:
    """The mean over stems of their means over what was scored, NaN being not scored.

    Shape ``(items,)`` each; ``n`` counts items.

    >>> mean_of_stem_means([1.0, 3.0, 5.0, np.nan], ["a", "a", "b", "c"])
    Mean(value=3.5, n=3, n_missing=1)
    """
    values = np.asarray(column, dtype=np.float64)
    scored = ~np.isnan(values)
    names, code = np.unique(np.asarray(stems)[scored], return_inverse=True)
    n = int(scored.sum())
    if not n:
        return Mean(float("nan"), 0, values.size)
    means = np.bincount(code, values[scored], len(names)) / np.bincount(code)
    return Mean(float(means.mean()), n, values.size - n)


def effective_stems(counts: npt.ArrayLike, groups: npt.ArrayLike, n_groups: int) -> FloatArray:
    r"""Kish's number of equal stems that would be as many as these: how uneven batteries are.

    .. math:: k_\mathrm{eff} = \Big(\sum_s n_s\Big)^2 \Big/ \sum_s n_s^2

    Parameters
    ----------
    counts, groups
        Items of each stem, and the group of the stem, shape ``(stems,)``.
    n_groups
        How many groups there are.

    Returns
    -------
    Shape ``(groups,)``, from 1 to the number of stems; NaN without items.

    References
    ----------
    Kish (1965), Survey Sampling, section 11.7.

    Examples
    --------
    A battery of ten beside two single questions is little more than one.

    >>> effective_stems([10, 1, 1, 2, 2], [0, 0, 0, 1, 1], 2).round(3).tolist()
    [1.412, 2.0]
    """
    n, group = np.asarray(counts, dtype=np.float64), np.asarray(groups, dtype=np.intp)
    squares = np.bincount(group, n**2, n_groups)
    found: FloatArray = np.bincount(group, n, n_groups) ** 2 / positive_or_nan(squares)
    return found
