"""Whether groups differ, from distances alone: PERMANOVA's F with the p of a robust statistic.

Knows distance matrices and group numbers: not what the members are. Members of different strata
are never compared, no member is compared with itself, and members change places within strata.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmark.metrics.clustered import IntArray
from benchmark.metrics.divergence import FloatArray
from benchmark.metrics.robust_permanova import LEAST, robust_statistic, without_effect

RELATIVE = 1e-9  # sums that differ by less are the same sum in another order
BLOCK_CELLS = 2_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Stratum:
    """Members among which labels may change places: their distances and their groups."""

    distances: FloatArray  # (members, members), symmetric
    groups: IntArray  # (members,)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sums:
    """Sums of squares of each stratum, and W*d as it is and without an effect.

    A stratum without two groups of two members counts for nothing: all of it is 0.
    """

    total: FloatArray  # (strata,)
    within: FloatArray  # (strata,)
    df_between: FloatArray  # (strata,)
    df_within: FloatArray  # (strata,)
    robust: FloatArray  # (strata,), NaN where a group has no spread
    shuffled: FloatArray  # (strata, permutations): W*d without an effect (`without_effect`)

    @property
    def members(self) -> FloatArray:
        """Members of groups of at least two, (strata,)."""
        found: FloatArray = np.where(
            self.df_within > 0, self.df_between + self.df_within + 1, self.df_within
        )
        return found


@dataclass(frozen=True, kw_only=True, slots=True)
class Permanova:
    """The test over several strata; NaN if no stratum has two groups of two members."""

    f: float  # pseudo-F
    r2: float  # share of the squared distances that lies between groups, in [0, 1]
    r2_null: float  # its mean under shuffled labels: far above 0 where groups are small
    omega2: float  # r2 without the part due to chance: about 0 if groups do not differ
    w: float  # W*d, mean over strata; NaN where a group has no spread
    p: float  # of W*d, (1 + k) / (1 + B); NaN where W*d is


def sums_of_squares(
    strata: Sequence[Stratum], *, rng: np.random.Generator, permutations: int
) -> Sums:
    r"""Total and within-group sums of squares of each stratum, from distances, and its W*d.

    .. math:: SS_T = \frac1n \sum_{i<j} d_{ij}^2, \qquad
              SS_W = \sum_g \frac1{n_g} \sum_{i<j \in g} d_{ij}^2

    Members that are alone in their group are left out: nothing tells whether one lies elsewhere
    because of its group or because members scatter.

    Parameters
    ----------
    strata
        Each with its own members; whether a group's number means the same in all strata does not
        matter.
    rng
        Shuffles members within each stratum.
    permutations
        B.

    Returns
    -------
    Sums free of NaN for finite distances; degrees of freedom are groups minus 1 and members minus
    groups.

    References
    ----------
    Anderson (2001), A new method for non-parametric multivariate analysis of variance,
    doi:10.1111/j.1442-9993.2001.01070.pp.x; `robust_statistic` for W*d.

    Examples
    --------
    Two pairs, 1 apart within and 2 between: (1 + 1 + 4 · 4) / 4 in all, 1/2 + 1/2 within.

    >>> d = np.array([[0, 1, 2, 2], [1, 0, 2, 2], [2, 2, 0, 1], [2, 2, 1, 0.0]])
    >>> pairs = Stratum(distances=d, groups=np.array([0, 0, 1, 1]))
    >>> found = sums_of_squares([pairs], rng=np.random.default_rng(0), permutations=9)
    >>> found.total.tolist(), found.within.tolist(), found.df_within.tolist()
    ([4.5], [1.0], [2.0])
    """
    size = len(strata)
    total, within, between, left, robust = (np.zeros(size) for _ in range(5))
    shuffled = np.zeros((size, permutations))
    for k, stratum in enumerate(strata):
        kept, counts = _kept(stratum.groups)
        if counts.size < 2:
            continue
        squares = np.square(stratum.distances[np.ix_(kept, kept)], dtype=np.float64)
        first, second, weights = _pairs_within(counts)
        total[k] = squares[np.triu_indices(len(squares), 1)].sum() / len(squares)
        within[k] = squares[first, second] @ weights
        between[k], left[k] = counts.size - 1, len(squares) - counts.size
        robust[k] = robust_statistic(squares, counts)
        if np.isfinite(robust[k]):
            places = np.broadcast_to(np.arange(len(squares)), (permutations, len(squares)))
            shuffled[k] = without_effect(squares, counts, rng.permuted(places, axis=1))
    return Sums(
        total=total,
        within=within,
        df_between=between,
        df_within=left,
        robust=robust,
        shuffled=shuffled,
    )


def permanova(sums: Sums, strata: npt.NDArray[np.bool_] | None = None) -> Permanova:
    r"""Whether the centres of groups differ within these strata, and by how much.

    .. math:: F = \frac{(SS_T - SS_W) / df_B}{SS_W / df_W}, \quad
              R^2 = 1 - \frac{SS_W}{SS_T}, \quad
              \omega^2 = \frac{SS_T - SS_W - df_B\, SS_W / df_W}{SS_T + SS_W / df_W}

    with sums of squares and degrees of freedom added over the strata. The p is that of the mean of
    W*d, strata weighed by :math:`df_B`, against `without_effect`: under unequal spread that of F
    under shuffled labels is not valid (small groups that are only more scattered: 1.00 rejected at
    0.05). Members stay in their stratum, so that whatever else differs between strata cannot make
    the p small.

    Parameters
    ----------
    sums
        Of `sums_of_squares`.
    strata
        Which of them count, shape ``(strata,)``; all by default.

    Returns
    -------
    One-sided: a small p says that the groups' centres lie farther apart than those of groups around
    one centre, each as scattered as it is.

    References
    ----------
    Anderson (2001) and Hamidi et al. (2019), as above; Olejnik & Algina (2003),
    doi:10.1037/1082-989X.8.4.434, on omega squared.

    Examples
    --------
    >>> d = np.array([[0, 1, 2, 2], [1, 0, 2, 2], [2, 2, 0, 1], [2, 2, 1, 0.0]])
    >>> pairs = Stratum(distances=d, groups=np.array([0, 0, 1, 1]))
    >>> found = permanova(sums_of_squares([pairs], rng=np.random.default_rng(0), permutations=99))
    >>> round(found.f, 3), round(found.r2, 3), round(found.omega2, 3), round(found.w, 3)
    (7.0, 0.778, 0.6, 7.0)
    """
    chosen = sums.df_within > 0
    chosen = chosen if strata is None else chosen & strata
    df_between, df_within = sums.df_between[chosen], sums.df_within[chosen]
    between, left = df_between.sum(), df_within.sum()
    total, within = sums.total[chosen].sum(), sums.within[chosen].sum()
    if not total > 0:
        return Permanova(f=np.nan, r2=np.nan, r2_null=np.nan, omega2=np.nan, w=np.nan, p=np.nan)
    mean_square = within / left
    by_chance = (sums.total[chosen] * df_within / (df_between + df_within)).sum()
    with np.errstate(divide="ignore"):  # groups without any spread: F is infinite
        f = np.float64(total - within) / between / mean_square
    w = float(df_between @ sums.robust[chosen] / between)
    shuffled = df_between @ sums.shuffled[chosen] / between
    extreme = int((shuffled >= w * (1 - RELATIVE)).sum())
    return Permanova(
        f=float(f),
        r2=float(1 - within / total),
        r2_null=float(1 - by_chance / total),
        omega2=float((total - within - between * mean_square) / (total + mean_square)),
        w=w,
        p=(1 + extreme) / (1 + shuffled.size) if np.isfinite(w) else np.nan,
    )


def shuffled_sums(
    squares: FloatArray,
    wanted: Sequence[tuple[IntArray, IntArray, FloatArray]],
    *,
    rng: np.random.Generator,
    permutations: int,
) -> FloatArray:
    """Weighted sums over pairs of places when members change places, (sums, permutations).

    Each of ``wanted`` is the first and the second place of pairs, and their weights; one
    permutation serves all of them.

    >>> squares = np.ones((3, 3))
    >>> pair = (np.array([0]), np.array([1]), np.array([0.5]))
    >>> shuffled_sums(squares, [pair], rng=np.random.default_rng(0), permutations=2).tolist()
    [[0.5, 0.5]]
    """
    n = len(squares)
    flat = np.ascontiguousarray(squares).ravel()
    found = np.zeros((len(wanted), permutations))
    step = max(1, BLOCK_CELLS // max([n, *(first.size for first, _, _ in wanted)]))
    for start in range(0, permutations, step):
        rows = min(step, permutations - start)
        places = rng.permuted(np.broadcast_to(np.arange(n), (rows, n)), axis=1)
        for k, (first, second, weights) in enumerate(wanted):
            found[k, start : start + rows] = (
                flat[places[:, first] * n + places[:, second]] @ weights
            )
    return found


def _kept(groups: IntArray) -> tuple[IntArray, IntArray]:
    """Members of groups of at least `LEAST`, group by group, and the size of each such group."""
    order = np.argsort(groups, kind="stable")
    _, place, counts = np.unique(groups[order], return_inverse=True, return_counts=True)
    return order[counts[place] >= LEAST], counts[counts >= LEAST]


def _pairs_within(counts: IntArray) -> tuple[IntArray, IntArray, FloatArray]:
    """Pairs of places inside groups that lie one after another, and 1 / size of the group."""
    first, second, weights, start = [], [], [], 0
    for count in counts.tolist():
        one, other = np.triu_indices(count, 1)
        first.append(one + start)
        second.append(other + start)
        weights.append(np.full(one.size, 1 / count))
        start += count
    return np.concatenate(first), np.concatenate(second), np.concatenate(weights)
