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


def robust_statistic(squares: FloatArray, counts: IntArray) -> float:
    r"""W*d: how far the centres of groups lie apart, for what each group's spread lets expect.

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
        Squared distances, ``(members, members)``, symmetric, group by group.
    counts
        Members of each group, at least two groups of at least two.

    Returns
    -------
    0 or more with Euclidean distances; higher is farther apart; its scale is that of an F. NaN
    where a group has no spread.

    References
    ----------
    Hamidi, Wallace, Vasu & Alekseyenko (2019), W*d-test: robust distance-based multivariate
    analysis of variance, doi:10.1186/s40168-019-0659-9; Welch (1951), On the comparison of several
    mean values: an alternative approach, doi:10.1093/biomet/38.3-4.330.

    Examples
    --------
    Of 0, 2 and 6, 8: both spreads are 2, the centres 6 apart, and Welch's t squared is 36 / 2.

    >>> x = np.array([0.0, 2.0, 6.0, 8.0])
    >>> robust_statistic((x[:, None] - x) ** 2, np.array([2, 2]))
    18.0
    """
    starts = np.cumsum(counts) - counts
    sums = np.add.reduceat(np.add.reduceat(squares, starts, axis=0), starts, axis=1)
    means = sums / np.outer(counts, counts)  # of the distances between two groups' members
    own = np.diagonal(means) / 2
    centres = means - own[:, None] - own  # squared distances of centres, (groups, groups)
    weights = counts / positive_or_nan(own * counts / (counts - 1))
    between = float(weights @ centres @ weights) / 2 / weights.sum()
    return float(_scaled(np.array([between]), weights[None], counts)[0])


def without_effect(squares: FloatArray, counts: IntArray, places: IntArray) -> FloatArray:
    r"""W*d of groups around one centre, each as scattered as it is: what to hold W*d against.

    Members less their group's centre, divided by their group's spread, change places and take on
    the spread of the group they come to. Labels shuffled as they are would mix spreads: twelve
    groups of three, two of them three times as wide, were rejected in up to 0.15 at 0.05, and are
    in 0.05 at most so.

    Parameters
    ----------
    squares, counts
        As for `robust_statistic`; every group has some spread.
    places
        Orders of the members, ``(orders, members)``: the first ``counts[0]`` of an order come to
        the first group, and so on.

    Returns
    -------
    Shape ``(orders,)``; infinite where an order leaves a group without spread.

    References
    ----------
    Anderson & ter Braak (2003), Permutation tests for multi-factorial analysis of variance,
    doi:10.1080/00949650215733, on permuting residuals; Hamidi et al., as above.

    Examples
    --------
    Two pairs: residuals of one size and both signs, so that half of the orders set them apart.

    >>> x = np.array([0.0, 2.0, 6.0, 8.0])
    >>> orders = np.array([[0, 1, 2, 3], [0, 2, 1, 3]])
    >>> without_effect((x[:, None] - x) ** 2, np.array([2, 2]), orders).tolist()
    [0.0, inf]
    """
    products, spread = _standard_products(squares, counts)
    step = max(1, BLOCK_CELLS // max(len(squares), int((counts * (counts - 1)).sum()) // 2))
    pairs = _pairs(counts)
    found = np.empty(len(places))
    for start in range(0, len(places), step):
        block = places[start : start + step]
        found[start : start + step] = _of_orders(products, spread, counts, block, pairs)
    return np.nan_to_num(found, nan=np.inf)


def _standard_products(squares: FloatArray, counts: IntArray) -> tuple[FloatArray, FloatArray]:
    """Inner products of members less their centre, by their group's spread, and these spreads."""
    starts = np.cumsum(counts) - counts
    group = np.repeat(np.arange(counts.size), counts)
    rows = (np.add.reduceat(squares, starts, axis=0) / counts[:, None])[group]
    both = np.add.reduceat(rows, starts, axis=1) / counts
    products = (rows + rows.T - squares - both[:, group]) / 2
    spread = np.sqrt(positive_or_nan(np.add.reduceat(np.diagonal(products), starts) / (counts - 1)))
    # A centre lies nearer to its own members than the true one by this root.
    size = np.sqrt(counts / (counts - 1)) / spread
    return products * size[group][:, None] * size[group], spread


def _of_orders(
    products: FloatArray,
    spread: FloatArray,
    counts: IntArray,
    places: IntArray,
    pairs: tuple[IntArray, ...],
) -> FloatArray:
    first, second, starts = pairs
    n = len(products)
    inside = products.ravel()[places[:, first] * n + places[:, second]]  # (orders, pairs)
    lengths = np.diagonal(products)[places]  # (orders, members)
    squared = np.add.reduceat(lengths, np.cumsum(counts) - counts, axis=1)
    centre = (2 * np.add.reduceat(inside, starts, axis=1) + squared) / counts**2
    left = positive_or_nan(squared - counts * centre) / (counts - 1)  # (orders, groups)
    weights = counts / (left * spread**2)
    each = np.empty(places.shape)  # the weight of each member in the common centre
    np.put_along_axis(each, places, np.repeat(weights * spread / counts, counts, axis=1), axis=1)
    common = np.einsum("om,om->o", each @ products, each) / weights.sum(axis=1)
    return _scaled((weights * spread**2 * centre).sum(axis=1) - common, weights, counts)


def _scaled(between: FloatArray, weights: FloatArray, counts: IntArray) -> FloatArray:
    """The squared distances of centres on the scale of an F, (orders,)."""
    k = counts.size
    share = weights / weights.sum(axis=1, keepdims=True)
    unknown = ((1 - share) ** 2 / (counts - 1)).sum(axis=1)
    found: FloatArray = between / (k - 1) / (1 + 2 * (k - 2) / (k * k - 1) * unknown)
    return found


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
