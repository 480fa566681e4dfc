r"""Whether raters agree on a scale of ordered categories: Krippendorff's alpha, resampled by item.

Knows arrays only: not what is rated, nor by whom. Raters need not have rated the same items. We do
not use the library `krippendorff`: its licence (GPL) is incompatible with ours, and it computes
one alpha per call, where an interval needs thousands.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit  # scipy.stats alone would double the time to start

from benchmark.metrics.divergence import FloatArray, positive_or_nan
from benchmark.metrics.resampling import (
    RESAMPLES,
    cluster_weights,
    expanded_level,
    percentile_interval,
)

FEWEST = 20  # items; with 6 no interval tried covers more than 0.85, with 12 0.88 at worst


def ordinal_alpha(ratings: npt.ArrayLike) -> float:
    r"""Krippendorff's alpha for ordered categories.

    .. math:: \alpha = 1 - \frac{D_o}{D_e}, \qquad
              \delta^2_{ck} = \Big(\sum_{g=c}^{k} n_g - \frac{n_c + n_k}{2}\Big)^2

    with :math:`D_o` the mean of :math:`\delta^2` over pairs of ratings of one item, each item's
    pairs weighted by 1 / (its ratings - 1), :math:`D_e` that over all pairs of ratings, and
    :math:`n_g` the ratings with value g among items that were rated at least twice.

    Parameters
    ----------
    ratings
        Shape ``(items, raters)``; NaN is missing. Only the order of the values counts.

    Returns
    -------
    At most 1: all raters agree. About 0: no more than chance; below 0: less than chance. NaN if no
    item was rated twice or all ratings have the same value: then there is nothing to agree on.

    References
    ----------
    Krippendorff (2011), Computing Krippendorff's alpha-reliability,
    https://repository.upenn.edu/handle/20.500.14332/2089, whose worked example is a test; Hayes &
    Krippendorff (2007), doi:10.1080/19312450709336664.

    Examples
    --------
    >>> ordinal_alpha([[1, 1], [2, 2], [3, 3]])
    1.0
    >>> round(ordinal_alpha([[1, 2], [2, 1], [1, 1], [2, 2]]), 3)
    0.125
    """
    pairs = _pairs(ratings)
    return float(_alphas(pairs.sum(axis=0)))


def alpha_interval(
    ratings: npt.ArrayLike,
    *,
    rng: np.random.Generator,
    resamples: int = RESAMPLES,
    level: float = 0.95,
) -> tuple[float, float]:
    """The interval of `ordinal_alpha` over other items; raters are held fixed.

    The wider, at either end, of the percentile interval expanded for few items and Student's with
    the jackknife's error: alone, each covers 0.88 to 0.92 of 12 items where ratings pile up at one
    end of the scale.

    Parameters
    ----------
    ratings
        As for `ordinal_alpha`.
    rng
        Draws the items.
    resamples
        How many times.
    level
        Intended coverage.

    Returns
    -------
    Low and high, at most 1. NaN with fewer than `FEWEST` items that were rated twice, or if a
    resample has only one value.

    References
    ----------
    Hayes & Krippendorff (2007), doi:10.1080/19312450709336664, on resampling alpha; here whole
    items are drawn instead of pairs, which are not independent of one another.

    Examples
    --------
    >>> ratings = [[1, 1], [2, 2], [3, 3], [1, 2], [2, 2], [3, 2]] * 4
    >>> low, high = alpha_interval(ratings, rng=np.random.default_rng(0), resamples=999)
    >>> low < ordinal_alpha(ratings) < high
    True
    """
    pairs = _pairs(ratings)
    pairs = pairs[pairs.any(axis=(1, 2))]
    k = len(pairs)
    if k < FEWEST:
        return float("nan"), float("nan")
    weights = cluster_weights(k, rng=rng, resamples=resamples)
    drawn = (weights @ pairs.reshape(k, -1)).reshape(-1, *pairs.shape[1:])
    low, high = (
        float(end) for end in percentile_interval(_alphas(drawn), expanded_level(level, k))
    )
    whole = pairs.sum(axis=0)
    without = _alphas(whole - pairs)
    error = float(np.sqrt((k - 1) / k * np.square(without - without.mean()).sum()))
    value, arm = float(_alphas(whole)), float(stdtrit(k - 1, (1 + level) / 2)) * error
    if np.isnan(low + arm):
        return float("nan"), float("nan")
    return min(low, value - arm), min(1.0, max(high, value + arm))


def rated_twice(ratings: npt.ArrayLike) -> int:
    """How many items `ordinal_alpha` rests on: those with at least two ratings.

    >>> rated_twice([[1, 2], [3, float("nan")]])
    1
    """
    found = ~np.isnan(np.asarray(ratings, dtype=np.float64))
    return int((found.sum(axis=1) > 1).sum())


def _pairs(ratings: npt.ArrayLike) -> FloatArray:
    """Weighted pairs of values within each item, (items, values, values): its coincidences."""
    table = np.asarray(ratings, dtype=np.float64)
    if table.ndim != 2:
        raise ValueError(f"ratings must be (items, raters), not {table.shape}")
    values = np.unique(table[~np.isnan(table)])
    counts = (table[:, :, None] == values).sum(axis=1).astype(np.float64)  # (items, values)
    both = counts[:, :, None] * counts[:, None, :]
    both -= counts[:, :, None] * np.eye(values.size)  # nobody is paired with himself
    others = counts.sum(axis=1) - 1
    weighted: FloatArray = both / np.where(others > 0, others, 1.0)[:, None, None]
    return weighted


def _alphas(pairs: FloatArray) -> FloatArray:
    """Alpha of each matrix of coincidences, (..., values, values) to (...)."""
    counts = pairs.sum(axis=-1)  # (..., values)
    middle = counts.cumsum(axis=-1) - counts / 2  # a value's middle on the line of all ratings
    apart = (middle[..., :, None] - middle[..., None, :]) ** 2
    total = counts.sum(axis=-1)
    seen = (pairs * apart).sum(axis=(-2, -1)) * (total - 1)
    chance = (counts[..., :, None] * counts[..., None, :] * apart).sum(axis=(-2, -1))
    found: FloatArray = 1 - seen / positive_or_nan(chance)
    return found
