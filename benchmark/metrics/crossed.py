r"""How certain a mean of ratings is when both items and raters are samples.

Knows arrays only: not what was rated, nor by whom.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from benchmark.metrics.divergence import FloatArray, positive_or_nan
from benchmark.metrics.resampling import RESAMPLES, cluster_weights

IntArray = npt.NDArray[np.intp]


def crossed_means(
    ratings: npt.ArrayLike,
    clusters: npt.ArrayLike,
    groups: npt.ArrayLike,
    *,
    rng: np.random.Generator,
    raters_vary: bool,
    resamples: int = RESAMPLES,
) -> FloatArray:
    r"""Means of groups over resamples of clusters of items and, independently, of raters.

    A rating counts :math:`w_c\,w_r` times, with :math:`w` how often its cluster and its rater were
    drawn. One resample serves all groups, so that their differences are paired.

    Parameters
    ----------
    ratings
        Shape ``(items, raters)``; NaN is missing.
    clusters
        Of each item, what it is drawn with, shape ``(items,)``.
    groups
        The group of each item as a code from 0, shape ``(items,)``; -1 is none.
    rng
        Draws clusters, then raters.
    raters_vary
        Whether raters are drawn too; otherwise these are all there are.
    resamples
        How many times.

    Returns
    -------
    Shape ``(resamples, groups)``; NaN if a resample has no rating of a group. If raters vary, the
    spread is conservative: what is peculiar to an item and a rater counts threefold.

    Raises
    ------
    ValueError
        Shapes that do not fit.

    References
    ----------
    Owen (2007), The pigeonhole bootstrap, doi:10.1214/07-AOAS122.

    Examples
    --------
    One rater, two items of one cluster: whatever is drawn, the mean is theirs.

    >>> rng = np.random.default_rng(0)
    >>> crossed_means([[1], [3]], [0, 0], [0, 0], rng=rng, raters_vary=True, resamples=2).tolist()
    [[2.0], [2.0]]
    """
    table = np.asarray(ratings, dtype=np.float64)
    _, code = np.unique(np.asarray(clusters), return_inverse=True)
    group = np.asarray(groups, dtype=np.intp)
    if table.ndim != 2 or code.shape != table.shape[:1] or group.shape != table.shape[:1]:
        raise ValueError(
            f"ratings must be (items, raters), clusters and groups (items,), not {table.shape}, "
            f"{code.shape} and {group.shape}"
        )
    number = int(code.max(initial=-1)) + 1
    drawn = cluster_weights(number, rng=rng, resamples=resamples)
    raters = table.shape[1]
    who = (
        cluster_weights(raters, rng=rng, resamples=resamples)
        if raters_vary
        else np.ones((resamples, raters))
    )
    means = np.full((resamples, int(group.max(initial=-1)) + 1), np.nan)
    for place in range(means.shape[1]):
        sums, counts = _by_cluster(table[group == place], code[group == place], number)
        total = ((drawn @ sums) * who).sum(axis=1)
        means[:, place] = total / positive_or_nan(((drawn @ counts) * who).sum(axis=1))
    return means


def _by_cluster(ratings: FloatArray, code: IntArray, number: int) -> tuple[FloatArray, FloatArray]:
    """Sum and count of the ratings of each cluster by each rater, (clusters, raters)."""
    found = ~np.isnan(ratings)
    sums, counts = (np.zeros((number, ratings.shape[1])) for _ in range(2))
    np.add.at(sums, code, np.where(found, ratings, 0.0))
    np.add.at(counts, code, found.astype(np.float64))
    return sums, counts
