"""Whether two columns order their members alike: Spearman and Kendall, resampled by member.

Knows arrays only: not what the members are. `kendall_tau_b` itself is in
`benchmark.metrics.mantel`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations as all_orders

import numpy as np
import numpy.typing as npt

from benchmark.metrics.clustered import IntArray
from benchmark.metrics.divergence import FloatArray, positive_or_nan
from benchmark.metrics.mantel import DECIMALS
from benchmark.metrics.resampling import (
    RESAMPLES,
    cluster_weights,
    expanded_level,
    percentile_interval,
)

BLOCK_CELLS = 1_000_000
LEVEL = 0.95
FEWEST = 10  # members; below, resampling them says nothing about others


@dataclass(frozen=True, kw_only=True, slots=True)
class RankCorrelation:
    """Spearman's rho with its p, Kendall's tau-b, and the intervals of both as (low, high)."""

    rho: float
    rho_interval: tuple[float, float]
    p: float
    tau_b: float
    tau_b_interval: tuple[float, float]
    n: int


def weighted_rank_correlations(
    x: npt.ArrayLike, y: npt.ArrayLike, weights: npt.ArrayLike
) -> tuple[FloatArray, FloatArray]:
    r"""Spearman's rho and Kendall's tau-b of members that occur so many times.

    With counts w and signs of differences :math:`S_{ij}`, a member's rank is
    :math:`\sum_j w_j (1 + \operatorname{sgn}(x_i - x_j)) / 2 + 1/2` and
    :math:`\tau_b = w^T (S^x \circ S^y) w / \sqrt{w^T |S^x| w \cdot w^T |S^y| w}`.

    Parameters
    ----------
    x, y
        Shape ``(members,)``; values equal to `DECIMALS` decimals are tied.
    weights
        Shape ``(resamples, members)``; all 1 for the members as they are.

    Returns
    -------
    rho and tau-b, each ``(resamples,)``, in [-1, 1]: 1 the same order, 0 none in common, -1 the
    reverse. NaN if a column is constant.

    References
    ----------
    Spearman (1904), doi:10.2307/1412159; Kendall (1945), doi:10.1093/biomet/33.3.239.

    Examples
    --------
    >>> rho, tau = weighted_rank_correlations([1, 2, 3], [1, 3, 2], [[1, 1, 1]])
    >>> rho.round(6).tolist(), tau.round(6).tolist()
    ([0.5], [0.333333])
    """
    a, b = (_signs(v) for v in (x, y))
    w = np.asarray(weights, dtype=np.float64)
    first, second = (w @ one for one in (a, b))  # centred ranks, twice: (resamples, members)
    size = positive_or_nan((w * first**2).sum(axis=1) * (w * second**2).sum(axis=1))
    rho: FloatArray = (w * first * second).sum(axis=1) / np.sqrt(size)
    pairs = [((w @ one) * w).sum(axis=1) for one in (a * b, np.abs(a), np.abs(b))]
    tau: FloatArray = pairs[0] / np.sqrt(positive_or_nan(pairs[1] * pairs[2]))
    return rho, tau


def rank_correlation(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    rng: np.random.Generator,
    resamples: int = RESAMPLES,
    permutations: int | None = None,
    clusters: npt.ArrayLike | None = None,
    places: npt.ArrayLike | None = None,
) -> RankCorrelation:
    """Both correlations with bootstrap intervals over other members and a permutation p.

    Parameters
    ----------
    x, y
        Shape ``(members,)``, without NaN.
    rng
        Draws resamples of members and permutations.
    resamples
        How many of each; ``permutations`` of the second, if that is to differ.
    clusters
        What each member is resampled and shuffled with, shape ``(members,)``; default: alone.
    places
        The place of each member in its cluster (a model in a cell of stories), shape
        ``(members,)``, no place twice in a cluster; default: first, second and so on. Clusters with
        the same places are exchangeable; a member then takes the other's of its place.

    Returns
    -------
    The p is two-sided, of rho, against any order of ``y``'s clusters: (1 + k) / (1 + B), or exact
    where all orders are at most B. With clusters, differences between places stay as they are, so
    that the p says nothing of them: rho is held against its mean over the orders. Members of one
    cluster that are alike would make the p of single members too small: 0.21 at 0.05 for an
    intraclass correlation of 0.6, four to a cluster. The interval is the percentile interval
    expanded for few clusters; none (NaN) below `FEWEST` clusters or if a resample has a constant
    column. **Noise in x or y draws both figures towards 0**: see `disattenuated`.

    Raises
    ------
    ValueError
        Shapes that differ, a NaN, or a place twice in a cluster.

    References
    ----------
    Winkler et al. (2015), Multi-level block permutation, doi:10.1016/j.neuroimage.2015.05.092;
    Hesterberg (2015), doi:10.1080/00031305.2015.1089789, on the expanded interval.

    Examples
    --------
    >>> found = rank_correlation([1, 2, 3], [1, 3, 2], rng=np.random.default_rng(0), resamples=9)
    >>> found.rho, found.n
    (0.5, 3)
    """
    a, b = (np.asarray(v, dtype=np.float64) for v in (x, y))
    if a.ndim != 1 or a.shape != b.shape or not np.isfinite([a, b]).all():
        raise ValueError(f"columns {a.shape} and {b.shape} must be equally many numbers")
    if a.size < 2:
        nothing = float("nan")
        ends = nothing, nothing
        return RankCorrelation(
            rho=nothing, rho_interval=ends, p=nothing, tau_b=nothing, tau_b_interval=ends, n=a.size
        )
    (rho,), (tau,) = weighted_rank_correlations(a, b, np.ones((1, a.size)))
    code = np.arange(a.size) if clusters is None else np.unique(clusters, return_inverse=True)[1]
    blocks = _blocks(code, _nth(code) if places is None else np.asarray(places))
    number = resamples if permutations is None else permutations
    rho_ends, tau_ends = _intervals(a, b, code, rng, resamples)
    return RankCorrelation(
        rho=float(rho),
        rho_interval=rho_ends,
        p=_p(a, b, blocks, rng, number) if np.isfinite(rho) else float("nan"),
        tau_b=float(tau),
        tau_b_interval=tau_ends,
        n=a.size,
    )


def disattenuated(rho: float, reliabilities: tuple[float, float]) -> float:
    r"""What a correlation would be without noise in either column, :math:`r / \sqrt{R_x R_y}`.

    Parameters
    ----------
    rho
        The observed correlation, in [-1, 1].
    reliabilities
        Of each column, the share of its variance that is not noise, in [0, 1].

    Returns
    -------
    Clipped to [-1, 1]; NaN if a reliability is 0: only noise was correlated. Exact for Pearson's
    correlation, approximate for Spearman's.

    References
    ----------
    Spearman (1904), The proof and measurement of association between two things,
    doi:10.2307/1412159.

    Examples
    --------
    >>> round(disattenuated(0.4, (0.64, 1.0)), 6)
    0.5
    """
    product = reliabilities[0] * reliabilities[1]
    return float(np.clip(rho / np.sqrt(product), -1, 1)) if product > 0 else float("nan")


def _signs(values: npt.ArrayLike) -> FloatArray:
    """Signs of all differences, (members, members): column i is i against each."""
    x = np.asarray(values, dtype=np.float64).round(DECIMALS)
    signs: FloatArray = np.sign(x[None, :] - x[:, None])
    return signs


def _intervals(
    x: FloatArray,
    y: FloatArray,
    code: IntArray,
    rng: np.random.Generator,
    resamples: int,
) -> list[tuple[float, float]]:
    number = int(code.max()) + 1
    if number < FEWEST:
        return [(float("nan"), float("nan"))] * 2
    weights = cluster_weights(number, rng=rng, resamples=resamples)[:, code]
    level = expanded_level(LEVEL, number)
    ends = (percentile_interval(one, level) for one in weighted_rank_correlations(x, y, weights))
    return [(float(low), float(high)) for low, high in ends]


def _nth(code: IntArray) -> IntArray:
    """Which member of its cluster each is."""
    order = np.argsort(code, kind="stable")
    place = np.empty_like(code)
    starts = np.searchsorted(code[order], code[order])
    place[order] = np.arange(code.size) - starts
    return place


def _blocks(code: IntArray, place: npt.NDArray[np.generic]) -> list[IntArray]:
    """Members of exchangeable clusters, each (clusters, places) with a place in every column."""
    order = np.lexsort((place, code))
    alike: dict[bytes, list[IntArray]] = {}
    for members in np.split(order, np.flatnonzero(np.diff(code[order])) + 1):
        mine = place[members]
        if (mine[1:] == mine[:-1]).any():
            raise ValueError(f"places {mine} of a cluster are not each its own")
        alike.setdefault(mine.tobytes(), []).append(members)
    return [np.array(clusters) for clusters in alike.values()]


def _orders(
    blocks: Sequence[IntArray], rng: np.random.Generator, number: int
) -> Iterator[IntArray]:
    """Orders of the members as blocks of them, (orders, members): all of them, or drawn."""
    size = sum(block.size for block in blocks)
    step = max(1, BLOCK_CELLS // size)
    if all_of(blocks) <= number:
        (mixed,) = [block for block in blocks if len(block) > 1] or blocks[:1]
        every = np.array(list(all_orders(range(len(mixed)))))
        yield _dealt([mixed], [every], size)
        return
    for start in range(0, number, step):
        rows = min(step, number - start)
        drawn = [
            rng.permuted(np.broadcast_to(np.arange(len(block)), (rows, len(block))), axis=1)
            for block in blocks
        ]
        yield _dealt(blocks, drawn, size)


def all_of(blocks: Sequence[IntArray]) -> float:
    """How many orders there are; infinite where several blocks have some, which are drawn.

    >>> all_of([np.zeros((4, 2)), np.zeros((1, 1))]), all_of([np.zeros((2, 1))] * 2)
    (24, inf)
    """
    mixed = [len(block) for block in blocks if len(block) > 1]
    return math.inf if len(mixed) > 1 else math.factorial(max(mixed, default=1))


def _dealt(blocks: Sequence[IntArray], orders: Sequence[IntArray], size: int) -> IntArray:
    dealt = np.tile(np.arange(size), (len(orders[0]), 1))
    for block, order in zip(blocks, orders, strict=True):
        dealt[:, block.ravel()] = block[order].reshape(len(order), -1)
    return dealt


def _p(
    x: FloatArray,
    y: FloatArray,
    blocks: Sequence[IntArray],
    rng: np.random.Generator,
    number: int,
) -> float:
    first, second = _signs(x).sum(axis=0), _signs(y).sum(axis=0)
    size = np.sqrt((first @ first) * (second @ second))
    drawn = np.concatenate([second[order] @ first for order in _orders(blocks, rng, number)]) / size
    rho = float(first @ second / size)
    exact = all_of(blocks) <= number
    every = drawn if exact else np.append(drawn, rho)
    centre = every.mean() if any(block.shape[1] > 1 for block in blocks) else 0.0
    return float((np.abs(every - centre) >= abs(rho - centre) - 1e-12).mean())
