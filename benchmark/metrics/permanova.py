"""Whether groups differ, from distances alone: PERMANOVA with labels shuffled within strata.

Knows distance matrices and group numbers: not what the members are. Members of different strata
are never compared, and no member is compared with itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmark.metrics.divergence import FloatArray

IntArray = npt.NDArray[np.intp]

RELATIVE = 1e-9  # sums that differ by less are the same sum in another order
BLOCK_CELLS = 2_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Stratum:
    """Members among which labels may change places: their distances and their groups."""

    distances: FloatArray  # (members, members), symmetric
    groups: IntArray  # (members,)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sums:
    """Sums of squares of each stratum, and those within groups under shuffled labels."""

    total: FloatArray  # (strata,)
    within: FloatArray  # (strata,)
    shuffled: FloatArray  # (strata, permutations)
    df_between: FloatArray  # (strata,)
    df_within: FloatArray  # (strata,)


@dataclass(frozen=True, kw_only=True, slots=True)
class Permanova:
    """The test over several strata; NaN if no group has two members or there is only one group."""

    f: float  # pseudo-F
    r2: float  # share of the squared distances that lies between groups, in [0, 1]
    r2_null: float  # its mean under shuffled labels: far above 0 where groups are small
    omega2: float  # r2 without the part due to chance: about 0 if groups do not differ
    p: float  # (1 + k) / (1 + B)


def sums_of_squares(
    strata: Sequence[Stratum], *, rng: np.random.Generator, permutations: int
) -> Sums:
    r"""Total and within-group sums of squares of each stratum, from distances.

    .. math:: SS_T = \frac1n \sum_{i<j} d_{ij}^2, \qquad
              SS_W = \sum_g \frac1{n_g} \sum_{i<j \in g} d_{ij}^2

    Parameters
    ----------
    strata
        Each with its own members; whether a group's number means the same in all strata does not
        matter.
    rng
        Shuffles labels within each stratum.
    permutations
        B.

    Returns
    -------
    Free of NaN for finite distances; degrees of freedom are groups minus 1 and members minus
    groups.

    References
    ----------
    Anderson (2001), A new method for non-parametric multivariate analysis of variance,
    doi:10.1111/j.1442-9993.2001.01070.pp.x.

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
    total, within, between, left = (np.zeros(size) for _ in range(4))
    shuffled = np.zeros((size, permutations))
    for k, stratum in enumerate(strata):
        squares = np.square(stratum.distances, dtype=np.float64)
        n = len(squares)
        order = np.argsort(stratum.groups, kind="stable")
        counts = np.unique(stratum.groups, return_counts=True)[1]
        first, second, weights = _pairs_within(counts)
        total[k] = squares[np.triu_indices(n, 1)].sum() / max(n, 1)
        within[k] = squares[order[first], order[second]] @ weights
        between[k], left[k] = counts.size - 1, n - counts.size
        shuffled[k] = shuffled_sums(
            squares, [(first, second, weights)], rng=rng, permutations=permutations
        )[0]
    return Sums(total=total, within=within, shuffled=shuffled, df_between=between, df_within=left)


def permanova(sums: Sums, strata: npt.NDArray[np.bool_] | None = None) -> Permanova:
    r"""Whether groups differ within these strata, and by how much.

    .. math:: F = \frac{(SS_T - SS_W) / df_B}{SS_W / df_W}, \quad
              R^2 = 1 - \frac{SS_W}{SS_T}, \quad
              \omega^2 = \frac{SS_T - SS_W - df_B\, SS_W / df_W}{SS_T + SS_W / df_W}

    with sums of squares and degrees of freedom added over the strata. Labels change places only
    within a stratum, so whatever else differs between strata cannot make the p small.

    Parameters
    ----------
    sums
        Of `sums_of_squares`.
    strata
        Which of them count, shape ``(strata,)``; all by default.

    Returns
    -------
    One-sided: a small p says that members of a group are closer to each other than with shuffled
    labels. A difference in spread can also cause that: see `dispersion_test`.

    References
    ----------
    Anderson (2001), as above; Olejnik & Algina (2003), doi:10.1037/1082-989X.8.4.434, on omega
    squared.

    Examples
    --------
    >>> d = np.array([[0, 1, 2, 2], [1, 0, 2, 2], [2, 2, 0, 1], [2, 2, 1, 0.0]])
    >>> pairs = Stratum(distances=d, groups=np.array([0, 0, 1, 1]))
    >>> found = permanova(sums_of_squares([pairs], rng=np.random.default_rng(0), permutations=99))
    >>> round(found.f, 3), round(found.r2, 3), round(found.omega2, 3)
    (7.0, 0.778, 0.6)
    """
    chosen = np.ones(sums.total.size, dtype=np.bool_) if strata is None else strata
    between, left = sums.df_between[chosen].sum(), sums.df_within[chosen].sum()
    total, within = sums.total[chosen].sum(), sums.within[chosen].sum()
    if between <= 0 or left <= 0 or not total > 0:
        return Permanova(f=np.nan, r2=np.nan, r2_null=np.nan, omega2=np.nan, p=np.nan)
    shuffled = sums.shuffled[chosen].sum(axis=0)
    mean_square = within / left
    extreme = int((shuffled <= within * (1 + RELATIVE)).sum())
    with np.errstate(divide="ignore"):  # groups without any spread: F is infinite
        f = np.float64(total - within) / between / mean_square
    return Permanova(
        f=float(f),
        r2=float(1 - within / total),
        r2_null=float(1 - shuffled.mean() / total),
        omega2=float((total - within - between * mean_square) / (total + mean_square)),
        p=(1 + extreme) / (1 + shuffled.size),
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
