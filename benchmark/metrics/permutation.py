"""Whether a paired difference is more than chance: sign flips, the bootstrap's p, families.

Knows arrays only: not what is compared, what a cluster is, or which tests make a family.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from benchmark.metrics.divergence import FloatArray
from benchmark.metrics.resampling import RESAMPLES

BLOCK_CELLS = 1_000_000
RELATIVE = 1e-12  # sums that differ by less are the same sum in another order


def sign_flip_p(
    sums: npt.ArrayLike, *, rng: np.random.Generator, resamples: int = RESAMPLES
) -> FloatArray:
    r"""Two-sided p of "the differences lie around 0", by flipping the signs of whole clusters.

    The statistic is :math:`|\sum_s \varepsilon_s S_s|` with :math:`S_s` the sum of the paired
    differences of cluster s; flipping :math:`\varepsilon_s` exchanges the two conditions in the
    whole cluster at once. Exact over all :math:`2^k` signs of k clusters if these are at most
    ``resamples``; else :math:`(1 + b) / (1 + B)` with b of B random signs at least as extreme.

    Parameters
    ----------
    sums
        Sum of the differences of each cluster, shape ``(clusters, columns)``.
    rng
        Draws the signs, the same for all columns; not used if the p is exact.
    resamples
        B, and the most signs to enumerate.

    Returns
    -------
    Shape ``(columns,)``, in (0, 1]; the least is :math:`2 / 2^k`, so five clusters cannot reach
    0.05. 1 if all sums are 0; NaN if one is NaN.

    Raises
    ------
    ValueError
        No clusters, fewer than one resample, or not two axes.

    References
    ----------
    Phipson & Smyth (2010), Permutation p-values should never be zero, doi:10.2202/1544-6115.1585;
    Winkler et al. (2014), Permutation inference for the general linear model,
    doi:10.1016/j.neuroimage.2014.01.060, on exchangeability of whole blocks.

    Examples
    --------
    Of the eight signs of 1, 2 and 3, two reach 6; of those of 1, 1 and -1 all reach 1.

    >>> sign_flip_p([[1, 1], [2, 1], [3, -1]], rng=np.random.default_rng(0)).tolist()
    [0.25, 1.0]
    """
    table = np.asarray(sums, dtype=np.float64)
    if table.ndim != 2 or not len(table):
        raise ValueError(f"sums must be (clusters, columns), not {table.shape}")
    if resamples < 1:
        raise ValueError(f"cannot draw {resamples} resamples")
    observed = np.abs(table.sum(axis=0)) - RELATIVE * np.abs(table).sum(axis=0)
    clusters = len(table)
    exact = 2**clusters <= resamples
    number = 2 ** (clusters - 1) if exact else resamples  # flipping all signs changes nothing
    extreme = np.zeros(table.shape[1])
    step = max(1, BLOCK_CELLS // clusters)
    for start in range(0, number, step):
        rows = min(step, number - start)
        signs = _all_signs(start, rows, clusters) if exact else _signs(rows, clusters, rng)
        extreme += (np.abs(signs @ table) >= observed).sum(axis=0)
    p = extreme / number if exact else (1 + extreme) / (1 + number)
    return np.where(np.isnan(table).any(axis=0), np.nan, p)


def percentile_p(samples: npt.ArrayLike, *, axis: int = 0) -> FloatArray:
    r"""Two-sided p as implied by bootstrap intervals: twice the smaller share on one side of 0.

    .. math:: \min(1,\ 2 \min(P^*(d \le 0),\ P^*(d \ge 0)))

    Parameters
    ----------
    samples
        Resampled differences, by default shape ``(resamples, ...)``.
    axis
        Where the resamples lie.

    Returns
    -------
    Without ``axis``, in [0, 1]; NaN if a sample is NaN. Rejects too often: with ten normal
    observations 10 % of the time for a nominal 5 % (simulated); for comparison with published
    figures, not for decisions.

    Raises
    ------
    ValueError
        No samples.

    References
    ----------
    Efron & Tibshirani (1993), An Introduction to the Bootstrap, section 15.4.

    Examples
    --------
    >>> percentile_p([-1.0, 1.0, 2.0, 3.0]).tolist()
    0.5
    """
    rows = np.moveaxis(np.asarray(samples, dtype=np.float64), axis, -1)
    if rows.shape[-1] == 0:
        raise ValueError("a p needs at least one sample")
    below = (rows <= 0).mean(axis=-1)
    above = (rows >= 0).mean(axis=-1)
    p = np.minimum(1.0, 2 * np.minimum(below, above))
    return np.where(np.isnan(rows).any(axis=-1), np.nan, p)


def holm(p: npt.ArrayLike) -> FloatArray:
    r"""Holm's step-down p-values, which bound the chance of any false rejection in the family.

    The i-th smallest of m becomes :math:`\max_{j \le i} \min(1, (m - j + 1)\, p_{(j)})`.

    Parameters
    ----------
    p
        The family's p-values, shape ``(tests,)``; NaN was not tested and does not count in m.

    Returns
    -------
    Shape ``(tests,)``, in [0, 1], never below ``p``; NaN stays NaN. Holds under any dependence.

    References
    ----------
    Holm (1979), A simple sequentially rejective multiple test procedure,
    https://www.jstor.org/stable/4615733.

    Examples
    --------
    Of three: three times 0.01, twice 0.04, and 0.05 raised to the one before it.

    >>> holm([0.01, 0.05, 0.04, float("nan")]).round(6).tolist()
    [0.03, 0.08, 0.08, nan]
    """
    values, order = _family(p)
    tests = order.size
    steps = np.arange(tests, 0, -1)
    raised = np.maximum.accumulate(np.minimum(1.0, steps * values[order]))
    return _placed(values, order, raised)


def benjamini_hochberg(p: npt.ArrayLike) -> FloatArray:
    r"""Benjamini and Hochberg's q: the share of false discoveries to accept in order to reject.

    The i-th smallest of m becomes :math:`\min_{j \ge i} \min(1, m\, p_{(j)} / j)`.

    Parameters
    ----------
    p
        The family's p-values, shape ``(tests,)``; NaN was not tested and does not count in m.

    Returns
    -------
    Shape ``(tests,)``, in [0, 1], never below ``p`` nor above `holm`'s; NaN stays NaN. Holds for
    independent or positively dependent tests.

    References
    ----------
    Benjamini & Hochberg (1995), Controlling the false discovery rate,
    doi:10.1111/j.2517-6161.1995.tb02031.x.

    Examples
    --------
    >>> benjamini_hochberg([0.01, 0.05, 0.04]).round(6).tolist()
    [0.03, 0.05, 0.05]
    """
    values, order = _family(p)
    tests = order.size
    scaled = tests * values[order] / np.arange(1, tests + 1)
    lowered = np.minimum.accumulate(np.minimum(1.0, scaled)[::-1])[::-1]
    return _placed(values, order, lowered)


def _family(p: npt.ArrayLike) -> tuple[FloatArray, npt.NDArray[np.intp]]:
    values = np.asarray(p, dtype=np.float64)
    tested = np.flatnonzero(~np.isnan(values))
    return values, tested[np.argsort(values[tested], kind="stable")]


def _placed(values: FloatArray, order: npt.NDArray[np.intp], corrected: FloatArray) -> FloatArray:
    found = np.full(values.shape, np.nan)
    found[order] = corrected
    return found


def _all_signs(start: int, rows: int, clusters: int) -> FloatArray:
    """Rows from ``start`` of all signs with a plus for the first cluster, (rows, clusters)."""
    bits = np.arange(start, start + rows)[:, None] >> np.arange(clusters - 1)
    signs = np.ones((rows, clusters))
    signs[:, 1:] -= 2.0 * (bits & 1)
    return signs


def _signs(rows: int, clusters: int, rng: np.random.Generator) -> FloatArray:
    return 2 * rng.integers(2, size=(rows, clusters), dtype=np.int8).astype(np.float64) - 1
