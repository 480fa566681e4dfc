"""How far the members of a group lie from its centre, and whether groups differ in that.

Knows distance matrices and group numbers: not what the members are. A group that is only more
scattered than the others can make a test of location reject, which is why this test exists.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.metrics.divergence import FloatArray
from benchmark.metrics.means import mean_along
from benchmark.metrics.permanova import RELATIVE, Stratum


@dataclass(frozen=True, kw_only=True, slots=True)
class Dispersion:
    """The test of equal spread, and each group's mean distance from its centres."""

    f: float
    p: float
    by_group: FloatArray  # (groups,), NaN for a group without a cell of two members


def distances_from_centre(strata: Sequence[Stratum], groups: int) -> FloatArray:
    r"""Mean distance of the members of each group to the group's centre, in each stratum.

    .. math:: z_i^2 = \frac1n \sum_j d_{ij}^2 - \frac1{n^2} \sum_{j<k} d_{jk}^2

    which is the squared distance to the centroid in the space of principal coordinates, without
    computing that space. Multiplied by :math:`\sqrt{n / (n - 1)}`, since a small group's centre
    lies closer to its own members.

    Returns
    -------
    Shape ``(groups, strata)``, 0 or more; NaN with fewer than two members. Distances that are
    not Euclidean can make :math:`z_i^2` negative; its absolute value is taken, as is usual.

    References
    ----------
    Anderson (2006), Distance-based tests for homogeneity of multivariate dispersions,
    doi:10.1111/j.1541-0420.2005.00440.x; the factor is ``bias.adjust`` of vegan's betadisper.

    Examples
    --------
    Two members 2 apart lie 1 from their middle; √2 times that with the factor.

    >>> pair = Stratum(distances=np.array([[0, 2], [2, 0.0]]), groups=np.array([0, 0]))
    >>> distances_from_centre([pair], 2).round(4).ravel().tolist()
    [1.4142, nan]
    """
    found = np.full((groups, len(strata)), np.nan)
    for s, stratum in enumerate(strata):
        squares = np.square(stratum.distances, dtype=np.float64)
        for g in np.unique(stratum.groups).tolist():
            inside = np.flatnonzero(stratum.groups == g)
            n = inside.size
            if n < 2:
                continue
            own = squares[np.ix_(inside, inside)]
            z = np.sqrt(np.abs(own.sum(axis=1) / n - own.sum() / (2 * n * n)))
            found[g, s] = z.mean() * np.sqrt(n / (n - 1))
    return found


def dispersion_test(
    spread: FloatArray, *, rng: np.random.Generator, permutations: int
) -> Dispersion:
    r"""Whether some groups are more scattered than others: cells shuffled among groups, by stratum.

    Parameters
    ----------
    spread
        Of `distances_from_centre`, shape ``(groups, strata)``; NaN cells do not count.
    rng
        Shuffles the cells of each stratum.
    permutations
        B.

    Returns
    -------
    F of the groups' means after removing those of the strata, and its one-sided p,
    :math:`(1 + k) / (1 + B)`. Both NaN with fewer than two groups or without a residual.

    References
    ----------
    Anderson (2006), as above, where members and not cells are shuffled; a cell is the unit here
    because its members share their centre.

    Examples
    --------
    >>> spread = np.array([[1.0, 2.0, 3.0, 4.0], [2.0, 3.0, 4.0, 5.5]])
    >>> found = dispersion_test(spread, rng=np.random.default_rng(0), permutations=999)
    >>> round(found.f, 2), 0.1 < found.p < 0.15
    (81.0, True)
    """
    there = ~np.isnan(spread)
    by_group, strata_means = mean_along(spread, axis=1), mean_along(spread, axis=0)
    residual = np.where(there, spread - strata_means, 0.0)  # (groups, strata)
    counts = there.sum(axis=1)
    groups = int((counts > 0).sum())
    left = int(there.sum()) - groups - int(there.any(axis=0).sum()) + 1
    if groups < 2 or left <= 0:
        return Dispersion(f=np.nan, p=np.nan, by_group=by_group)
    between = _between(residual.sum(axis=1)[None], counts)[0]
    total = float(np.square(residual).sum())
    if not total > 0:
        return Dispersion(f=np.nan, p=np.nan, by_group=by_group)
    sums = np.zeros((permutations, len(spread)))
    for s in range(spread.shape[1]):
        inside = np.flatnonzero(there[:, s])
        cells = np.broadcast_to(residual[inside, s], (permutations, inside.size))
        sums[:, inside] += rng.permuted(cells, axis=1)
    extreme = int((_between(sums, counts) >= between * (1 - RELATIVE)).sum())
    with np.errstate(divide="ignore"):
        f = np.float64(between / (groups - 1)) / (max(total - between, 0.0) / left)
    return Dispersion(f=float(f), p=(1 + extreme) / (1 + permutations), by_group=by_group)


def _between(sums: FloatArray, counts: FloatArray) -> FloatArray:
    found: FloatArray = (np.square(sums) / np.maximum(counts, 1)).sum(axis=1)
    return found
