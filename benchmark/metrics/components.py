r"""How much the levels of a facet (pictures, wordings, orders) differ, and how many are enough.

Knows arrays only: a value for each answer, the level it was given under, its block and stratum.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit  # scipy.stats alone would double the time to start

from benchmark.metrics.divergence import FloatArray

IntArray = npt.NDArray[np.intp]
MOST = 1_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class FacetVariance:
    """The variance of a facet's effects; NaN where no stratum has two ``levels``."""

    variance: float
    levels: int


def facet_variance(
    values: npt.ArrayLike, levels: IntArray, blocks: IntArray, strata: IntArray
) -> FacetVariance:
    r"""The variance component of a facet that is crossed with blocks, within strata.

    With :math:`\bar x_{bl}` the mean of a block under a level, :math:`r` the residuals after the
    means of blocks and of levels, and B blocks and L levels in a stratum,

    .. math:: \sigma^2 = \frac{MS_L - MS_r}{B}, \qquad
              MS_L = \frac{B \sum_l (\bar x_{\cdot l} - \bar x)^2}{L - 1}, \qquad
              MS_r = \frac{\sum r^2}{(B - 1)(L - 1)},

    numerators and degrees of freedom added up over strata first. With one block there is nothing to
    subtract: the variance of the levels' means.

    Parameters
    ----------
    values
        Shape ``(answers,)``; no NaN.
    levels, blocks, strata
        Codes from 0, ``(answers,)``; a level belongs to the stratum that it is seen in.

    Returns
    -------
    FacetVariance
        Not below 0; ``levels`` counts those in strata with at least two.

    References
    ----------
    Brennan (2001), Generalizability Theory, doi:10.1007/978-1-4757-3456-0.

    Examples
    --------
    Two pictures that differ by 2 for either stem: their effects have the variance 2.

    >>> two = np.array([0, 0, 1, 1])
    >>> facet_variance([0.0, 2, 5, 7], np.array([0, 1, 0, 1]), two, 0 * two)
    FacetVariance(variance=2.0, levels=2)
    """
    value = np.asarray(values, dtype=np.float64)
    between = within = df_between = df_within = blocks_seen = 0.0
    count = 0
    for stratum in np.unique(strata):
        inside = strata == stratum
        table = _means(value[inside], levels[inside], blocks[inside])
        n_blocks, n_levels = table.shape
        if n_levels < 2 or not n_blocks:
            continue
        by_level, by_block = table.mean(axis=0), table.mean(axis=1, keepdims=True)
        rest = table - by_level - by_block + table.mean()
        between += n_blocks * float(((by_level - table.mean()) ** 2).sum())
        within += float((rest**2).sum())
        df_between += n_levels - 1
        df_within += (n_blocks - 1) * (n_levels - 1)
        blocks_seen += n_blocks * (n_levels - 1)
        count += n_levels
    if not count:
        return FacetVariance(variance=math.nan, levels=0)
    noise = within / df_within if df_within else 0.0
    variance = (between / df_between - noise) * df_between / blocks_seen
    return FacetVariance(variance=max(0.0, variance), levels=count)


def enough(variance: float, width: float, *, level: float = 0.95) -> float:
    r"""The fewest levels n with :math:`t_{n-1} \sqrt{\sigma^2 / n}` at most ``width``.

    From 2 on (1 where nothing varies); NaN for an unknown variance, infinity above a million.

    >>> enough(0.1**2, 0.02), enough(0.0, 0.02)
    (99.0, 1.0)
    """
    if math.isnan(variance):
        return math.nan
    if variance == 0:
        return 1.0
    low, high = 1, 2
    while _arm(variance, high, level) > width and high < MOST:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _arm(variance, middle, level) <= width else (middle, high)
    return float(high) if _arm(variance, high, level) <= width else math.inf


def _arm(variance: float, n: int, level: float) -> float:
    return float(stdtrit(n - 1, (1 + level) / 2)) * math.sqrt(variance / n)


def _means(values: FloatArray, levels: IntArray, blocks: IntArray) -> FloatArray:
    """Mean of each block under each level, (blocks, levels), of blocks seen under all levels."""
    _, level = np.unique(levels, return_inverse=True)
    _, block = np.unique(blocks, return_inverse=True)
    shape = (int(block.max(initial=-1)) + 1, int(level.max(initial=-1)) + 1)
    at = block * shape[1] + level
    size = shape[0] * shape[1]
    with np.errstate(invalid="ignore"):
        means = np.bincount(at, values, size) / np.bincount(at, minlength=size)
    table: FloatArray = means.reshape(shape)
    return table[np.isfinite(table).all(axis=1)]
