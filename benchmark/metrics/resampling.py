"""How certain a mean is when questions come in batteries: the bootstrap of whole clusters.

Knows arrays only: not what a cluster is, nor which figure is computed from the resampled means.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, stdtrit  # scipy.stats alone would double the time to start

from benchmark.metrics.divergence import FloatArray, positive_or_nan

RESAMPLES = 10_000
MIN_STEMS = 6  # below, resampling clusters says nothing about a population of them (DESIGN §6)
BLOCK_CELLS = 1_000_000


def cluster_bootstrap(
    values: npt.ArrayLike,
    clusters: npt.ArrayLike,
    *,
    rng: np.random.Generator,
    resamples: int = RESAMPLES,
) -> FloatArray:
    r"""Means of columns over resamples of clusters, drawn with replacement.

    A cluster brings all its items along, and one resample serves all columns, so differences
    and ratios of columns are paired.

    Parameters
    ----------
    values
        Shape ``(items, columns)``; NaN is missing.
    clusters
        The cluster of each item, shape ``(items,)``: numbers or strings.
    rng
        Draws the resamples. The order of items does not matter, and the names of clusters only
        by their sorting order.
    resamples
        Number of resamples.

    Returns
    -------
    Shape ``(resamples, columns)``. NaN if a resample drew no value of a column; a mean over one
    cluster never varies, which is why `MIN_STEMS` exists.

    Raises
    ------
    ValueError
        No items, fewer than one resample, or shapes that do not fit.

    References
    ----------
    Field & Welsh (2007), Bootstrapping clustered data, doi:10.1111/j.1467-9868.2007.00593.x.

    Examples
    --------
    Two clusters with means 1 (one item) and 4 (two items): only 1, 3 and 4 can be drawn.

    >>> samples = cluster_bootstrap([[1], [3], [5]], ["a", "b", "b"], rng=np.random.default_rng(0))
    >>> np.unique(samples).tolist()
    [1.0, 3.0, 4.0]
    """
    table = np.asarray(values, dtype=np.float64)
    names, code = np.unique(np.asarray(clusters), return_inverse=True)
    if table.ndim != 2 or code.shape != table.shape[:1]:
        raise ValueError(
            f"values must be (items, columns) and clusters (items,), not {table.shape} and "
            f"{code.shape}"
        )
    found = ~np.isnan(table)
    sums, counts = (np.zeros((table.shape[1], len(names))) for _ in range(2))
    for column in range(table.shape[1]):
        filled = np.where(found[:, column], table[:, column], 0.0)
        sums[column] = np.bincount(code, weights=filled, minlength=len(names))
        counts[column] = np.bincount(code[found[:, column]], minlength=len(names))
    weights = cluster_weights(len(names), rng=rng, resamples=resamples)
    return resampled_means(sums, counts, weights).T


def cluster_weights(
    clusters: int, *, rng: np.random.Generator, resamples: int = RESAMPLES
) -> FloatArray:
    """How often each resample drew each cluster: shape ``(resamples, clusters)``.

    Every row sums to ``clusters``. ValueError if either number is below 1.

    >>> cluster_weights(3, rng=np.random.default_rng(0), resamples=4).sum(axis=1).tolist()
    [3.0, 3.0, 3.0, 3.0]
    """
    if clusters < 1 or resamples < 1:
        raise ValueError(f"cannot draw {resamples} resamples of {clusters} clusters")
    weights = np.empty((resamples, clusters))
    step = max(1, BLOCK_CELLS // clusters)
    for start in range(0, resamples, step):
        rows = min(step, resamples - start)
        drawn = rng.integers(clusters, size=(rows, clusters))
        drawn += clusters * np.arange(rows)[:, None]  # one range of numbers per resample
        counts = np.bincount(drawn.ravel(), minlength=rows * clusters)
        weights[start : start + rows] = counts.reshape(rows, clusters)
    return weights


def resampled_means(sums: npt.ArrayLike, counts: npt.ArrayLike, weights: FloatArray) -> FloatArray:
    """Mean of each resample from each cluster's sum and count.

    ``sums`` is ``(..., columns, clusters)``, ``counts`` broadcasts with it and ``weights`` is
    ``(resamples, clusters)``; the result is ``(..., columns, resamples)``, NaN where the
    resample counts nothing.

    >>> resampled_means([[1, 8]], [[1, 2]], np.array([[2, 0], [1, 1], [0, 2]])).tolist()
    [[1.0, 3.0, 4.0]]
    """
    return _weighted(sums, weights) / positive_or_nan(_weighted(counts, weights))


def percentile_interval(
    samples: npt.ArrayLike, level: float = 0.95, *, axis: int = 0
) -> tuple[FloatArray, FloatArray]:
    r"""The central interval that holds ``level`` of the samples, linear between order statistics.

    Parameters
    ----------
    samples
        Resampled figures, by default shape ``(resamples, ...)``.
    level
        Share inside, between 0 and 1.
    axis
        Where the resamples lie.

    Returns
    -------
    Low and high, each without ``axis``. NaN if any sample is NaN: leaving out the resamples in
    which a figure does not exist would make it look more certain than it is.

    Raises
    ------
    ValueError
        A level outside (0, 1), or no samples.

    References
    ----------
    Efron (1979), Bootstrap methods: another look at the jackknife, doi:10.1214/aos/1176344552;
    Hyndman & Fan (1996), Sample quantiles in statistical packages, doi:10.2307/2684934 (type 7).

    Examples
    --------
    >>> low, high = percentile_interval(np.arange(101.0), 0.9)
    >>> round(float(low), 9), round(float(high), 9)
    (5.0, 95.0)
    """
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, not {level!r}")
    rows = np.moveaxis(np.asarray(samples, dtype=np.float64), axis, -1)
    if rows.shape[-1] == 0:
        raise ValueError("an interval needs at least one sample")
    tail = (1 - level) / 2
    missing = np.isnan(rows.max(axis=-1))
    ends = (_order_statistic(rows, share) for share in (tail, 1 - tail))
    low, high = (np.where(missing, np.nan, end) for end in ends)
    return low, high


def expanded_level(level: float, clusters: int) -> float:
    r"""The share of resamples an interval must hold to cover a mean ``level`` of the time.

    The plain percentile interval of k clusters is too short: it lacks Student's tails and the
    factor :math:`\sqrt{k/(k-1)}`. Hence the tails are taken at
    :math:`\Phi(-\sqrt{k/(k-1)}\,t_{k-1})` instead of at :math:`(1-level)/2`.

    Parameters
    ----------
    level
        The intended coverage, between 0 and 1.
    clusters
        How many clusters were resampled, at least 2.

    Returns
    -------
    A level above the one given; the difference vanishes as clusters grow.

    References
    ----------
    Hesterberg (2015), What teachers should know about the bootstrap,
    doi:10.1080/00031305.2015.1089789, section on the expanded percentile interval.

    Examples
    --------
    >>> [round(expanded_level(0.95, k), 4) for k in (6, 20, 1000)]
    [0.9951, 0.9682, 0.9504]
    """
    if clusters < 2:
        raise ValueError(f"an interval needs at least 2 clusters, not {clusters}")
    wide = stdtrit(clusters - 1, (1 + level) / 2)  # Student's t quantile
    return float(1 - 2 * ndtr(-wide * np.sqrt(clusters / (clusters - 1))))


def _order_statistic(rows: FloatArray, share: float) -> FloatArray:
    """Between two neighbours in order; six times as fast here as np.quantile, twice as np.sort."""
    position = share * (rows.shape[-1] - 1)
    below = int(np.floor(position))
    parted = np.partition(rows, below, axis=-1)
    low = parted[..., below]
    high = parted[..., below + 1 :].min(axis=-1) if below + 1 < rows.shape[-1] else low
    lerp: FloatArray = low + (position - below) * (high - low)
    return lerp


def _weighted(x: npt.ArrayLike, weights: FloatArray) -> FloatArray:
    table = np.asarray(x, dtype=np.float64)
    flat = table.reshape(-1, table.shape[-1])  # one product: NumPy's batches are half as fast
    total: FloatArray = flat @ weights.T
    return total.reshape(*table.shape[:-1], len(weights))
