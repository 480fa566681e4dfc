"""Whether groups differ in their centres though they may differ in spread: the W*d of Hamidi et al.

Knows squared distances and group sizes: not what the members are. PERMANOVA's F takes a small group
that is only more scattered for one that lies elsewhere; this statistic weighs each group by how
well its own centre is known, as Welch's test does.
"""

from __future__ import annotations

import numpy as np

from benchmark.metrics.clustered import IntArray
from benchmark.metrics.divergence import FloatArray, positive_or_nan

LEAST = 2  # members of a group: the spread of one is not known
BLOCK_CELLS = 4_000_000


def robust_statistics(squares: FloatArray, counts: IntArray, places: IntArray) -> FloatArray:
    r"""W*d for each order of the members.

    .. math:: W_d^* = \frac{\frac{1}{W} \sum_{i<j} w_i w_j\, \delta_{ij}^2}
              {(k - 1) \Big(1 + \frac{2 (k - 2)}{k^2 - 1} \sum_i h_i\Big)}, \qquad
              w_i = \frac{n_i}{s_i^2}, \quad W = \sum_i w_i, \quad
              h_i = \frac{(1 - w_i / W)^2}{n_i - 1}

    with :math:`s_i^2` the sum of the squared distances of a group's pairs over
    :math:`n_i (n_i - 1)` and :math:`\delta_{ij}` the distance of two groups' centres, both from
    distances alone. With Euclidean distances in one dimension it is Welch's statistic.

    Parameters
    ----------
    squares
        Squared distances, ``(members, members)``, symmetric.
    counts
        Members of each group, at least two groups of at least two.
    places
        Orders of the members, ``(orders, members)``: the first ``counts[0]`` of an order are the
        first group, and so on.

    Returns
    -------
    Shape ``(orders,)``, 0 or more; higher is farther apart; its scale is that of an F. NaN where a
    group has no spread.

    References
    ----------
    Hamidi, Wallace, Vasu & Alekseyenko (2019), W*d-test: robust distance-based multivariate
    analysis of variance, doi:10.1186/s40168-019-0659-9; Welch (1951), On the comparison of several
    mean values: an alternative approach, doi:10.1093/biomet/38.3-4.330.

    Examples
    --------
    Of 0, 2 and 6, 8: both spreads are 2, the centres 6 apart, and Welch's t squared is 36 / 2.

    >>> x = np.array([0.0, 2.0, 6.0, 8.0])
    >>> as_they_are = np.arange(4)[None]
    >>> robust_statistics((x[:, None] - x) ** 2, np.array([2, 2]), as_they_are).tolist()
    [18.0]
    """
    found = np.empty(len(places))
    step = max(1, BLOCK_CELLS // max(len(squares), int((counts * (counts - 1)).sum()) // 2))
    pairs = _pairs(counts)
    for start in range(0, len(places), step):
        block = places[start : start + step]
        found[start : start + step] = _statistics(squares, counts, block, pairs)
    return found


def _statistics(
    squares: FloatArray, counts: IntArray, places: IntArray, pairs: tuple[IntArray, ...]
) -> FloatArray:
    first, second, starts = pairs
    n = len(squares)
    apart = squares.ravel()[places[:, first] * n + places[:, second]]  # (orders, pairs)
    within = np.add.reduceat(apart, starts, axis=1)  # (orders, groups)
    weights = counts / positive_or_nan(within / (counts * (counts - 1)))
    total = weights.sum(axis=1)
    each = np.empty(places.shape)  # the weight of each member
    np.put_along_axis(each, places, np.repeat(weights / counts, counts, axis=1), axis=1)
    # Around the weighted centre: all pairs less those within groups leaves the groups' centres.
    about = np.einsum("om,om->o", each @ squares, each) / (2 * total)
    between = about - (weights * within / counts**2).sum(axis=1)
    unknown = ((1 - weights / total[:, None]) ** 2 / (counts - 1)).sum(axis=1)
    k = len(counts)
    found: FloatArray = between / (k - 1) / (1 + 2 * (k - 2) / (k * k - 1) * unknown)
    return np.maximum(found, 0.0)


def _pairs(counts: IntArray) -> tuple[IntArray, ...]:
    """Places of both members of each pair inside a group, and where each group's pairs begin."""
    first, second, starts, start, pairs = [], [], [], 0, 0
    for count in counts.tolist():
        one, other = np.triu_indices(count, 1)
        first.append(one + start)
        second.append(other + start)
        starts.append(pairs)
        start, pairs = start + count, pairs + one.size
    return np.concatenate(first), np.concatenate(second), np.array(starts, dtype=np.intp)
