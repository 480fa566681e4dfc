"""Whether two columns order their members alike: Spearman and Kendall, resampled by member.

Knows arrays only: not what the members are. `kendall_tau_b` itself is in
`benchmark.metrics.mantel`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmark.metrics.divergence import FloatArray, positive_or_nan
from benchmark.metrics.mantel import DECIMALS
from benchmark.metrics.resampling import RESAMPLES, cluster_weights, percentile_interval

BLOCK_CELLS = 1_000_000
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
) -> RankCorrelation:
    """Both correlations with percentile intervals over resampled members and a permutation p.

    Parameters
    ----------
    x, y
        Shape ``(members,)``, without NaN.
    rng
        Draws resamples of members and permutations.
    resamples
        How many of each; ``permutations`` of the second, if that is to differ.
    clusters
        What each member is resampled with, shape ``(members,)``; default: alone. The p treats
        members as exchangeable one by one, whatever their cluster.

    Returns
    -------
    The p is two-sided, of rho, against any order of ``y``: (1 + k) / (1 + B). No interval (NaN)
    below `FEWEST` clusters or if a resample has a constant column. **Noise in x or y draws both
    figures towards 0**: see `disattenuated`.

    Raises
    ------
    ValueError
        Shapes that differ, or a NaN.

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
    rho_ends, tau_ends = _intervals(a, b, code, rng, resamples)
    return RankCorrelation(
        rho=float(rho),
        rho_interval=rho_ends,
        p=_p(a, b, float(rho), rng, resamples if permutations is None else permutations),
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
    code: npt.NDArray[np.intp],
    rng: np.random.Generator,
    resamples: int,
) -> list[tuple[float, float]]:
    number = int(code.max()) + 1
    if number < FEWEST:
        return [(float("nan"), float("nan"))] * 2
    weights = cluster_weights(number, rng=rng, resamples=resamples)[:, code]
    ends = (percentile_interval(one) for one in weighted_rank_correlations(x, y, weights))
    return [(float(low), float(high)) for low, high in ends]


def _p(x: FloatArray, y: FloatArray, rho: float, rng: np.random.Generator, resamples: int) -> float:
    if np.isnan(rho):
        return rho
    first, second = _signs(x).sum(axis=0), _signs(y).sum(axis=0)
    size = np.sqrt((first @ first) * (second @ second))
    extreme, step = 0, max(1, BLOCK_CELLS // x.size)
    for start in range(0, resamples, step):
        rows = min(step, resamples - start)
        dealt = rng.permuted(np.broadcast_to(second, (rows, x.size)), axis=1)
        extreme += int((np.abs(dealt @ first) / size >= abs(rho) - 1e-12).sum())
    return (1 + extreme) / (1 + resamples)
