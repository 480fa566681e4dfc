"""Whether two distance matrices order their pairs alike: Kendall's tau-b and a Mantel test.

Knows arrays only: not what the members are or where a distance comes from.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from benchmark.metrics.divergence import FloatArray, positive_or_nan
from benchmark.metrics.resampling import RESAMPLES

IntArray = npt.NDArray[np.intp]
Signs = npt.NDArray[np.float32]  # sums of them are exact up to 2**24

DECIMALS = 12  # distances that differ by less are equal, and tied
BLOCK_CELLS = 500_000
CHUNK = 100_000  # pairs of pairs at once
MOST_COMPARISONS = 200_000_000  # pairs of pairs times permutations: about a second
FEWEST_PERMUTATIONS = 199


def mantel_tau_b(
    distances: npt.ArrayLike,
    truth: npt.ArrayLike,
    *,
    rng: np.random.Generator,
    permutations: int = RESAMPLES,
) -> tuple[FloatArray, FloatArray]:
    r"""Kendall's tau-b between the pairs of two matrices, and its p under shuffled members.

    .. math:: \tau_b = \frac{\sum \operatorname{sgn}(x_a - x_b) \operatorname{sgn}(y_a - y_b)}
              {\sqrt{\#\{x_a \ne x_b\}\,\#\{y_a \ne y_b\}}}

    over all pairs a, b of the n(n-1)/2 pairs of members. **Distance against distance: positive
    is aligned.** The p is one-sided (greater): the share of relabellings of ``truth`` whose tau is
    at least as large, exact if the n! are at most ``permutations``, else
    :math:`(1 + k) / (1 + B)`. Pairs share members and are not independent, so tau's own p does
    not hold.

    Parameters
    ----------
    distances
        Symmetric matrices, shape ``(matrices, n, n)``; the diagonal is not read.
    truth
        The matrix they are compared with, shape ``(n, n)``.
    rng
        Draws the permutations, the same for all matrices.
    permutations
        B; fewer if n is large (`random_permutations`).

    Returns
    -------
    tau in [-1, 1] and p in (0, 1], each shape ``(matrices,)``. Both NaN if either side's distances
    are all equal, if one is NaN, or with fewer than three members.

    Raises
    ------
    ValueError
        Matrices that are not square or not of one size.

    References
    ----------
    Kendall (1945), The treatment of ties in ranking problems, doi:10.1093/biomet/33.3.239;
    Mantel (1967), The detection of disease clustering and a generalized regression approach,
    Cancer Research 27, 209-220.

    Examples
    --------
    Three places on a line, twice: two of six relabellings keep the order of distances.

    >>> line = np.abs(np.subtract.outer([0, 1, 3], [0, 1, 3]))
    >>> tau, p = mantel_tau_b([line, 10 - line], line, rng=np.random.default_rng(0))
    >>> tau.tolist(), p.round(4).tolist()
    ([1.0, -1.0], [0.1667, 1.0])
    """
    x, y = np.asarray(distances, dtype=np.float64), np.asarray(truth, dtype=np.float64)
    if x.ndim != 3 or y.ndim != 2 or x.shape[1:] != y.shape or y.shape[0] != y.shape[1]:
        raise ValueError(f"distances {x.shape} must be (matrices, n, n) and truth {y.shape} (n, n)")
    n = len(y)
    tau, p = np.full(len(x), np.nan), np.full(len(x), np.nan)
    if n < 3:
        return tau, p
    rows, columns = np.triu_indices(n, 1)
    pairs = x[:, rows, columns].round(DECIMALS)
    # Ranks instead of distances: exact in half the bytes, and only the order counts.
    _, level = np.unique(y.round(DECIMALS), return_inverse=True)
    ranks = np.where(np.isnan(y), np.nan, level.reshape(n, n)).astype(np.float32)
    orders, exact = _orders(n, rng, permutations)
    found, size = np.zeros(len(x)), np.zeros(len(x))
    shuffled = np.zeros((len(x), len(orders)))
    untied = _untied(ranks[rows, columns])
    for first, second in _pairs_of_pairs(rows.size):
        signs = _signs(pairs, first, second)  # (matrices, pairs of pairs)
        mine = _signs(ranks[rows, columns], first, second)
        found += signs @ mine
        size += np.abs(signs).sum(axis=1, dtype=np.float64) * untied
        for block in _blocks(len(orders), first.size):
            other = ranks[orders[block][:, rows], orders[block][:, columns]]
            shuffled[:, block] += signs @ _signs(other, first, second).T
    tau = found / np.sqrt(positive_or_nan(size))
    extreme = (shuffled >= found[:, None] - 0.5).sum(axis=1)  # sums are whole numbers
    p = extreme / len(orders) if exact else (1 + extreme) / (1 + len(orders))
    return tau, np.where(np.isnan(tau), np.nan, p)


def kendall_tau_b(x: npt.ArrayLike, y: npt.ArrayLike) -> float:
    """Kendall's tau-b of two columns, shape ``(n,)``, in [-1, 1]; NaN if one is constant.

    Values equal to `DECIMALS` decimals are tied. Agrees with ``scipy.stats.kendalltau``, whose
    import costs as much as starting a run.

    >>> kendall_tau_b([1, 2, 3], [1, 3, 2])
    0.3333333333333333
    """
    a, b = (np.asarray(v, dtype=np.float64).round(DECIMALS) for v in (x, y))
    first, second = np.triu_indices(a.size, 1)
    one, other = np.sign(a[first] - a[second]), np.sign(b[first] - b[second])
    size = positive_or_nan(np.abs(one).sum() * np.abs(other).sum())
    return float(one @ other / np.sqrt(size))


def random_permutations(n: int, wanted: int) -> int:
    """How many random relabellings of n members `mantel_tau_b` draws: fewer for many members.

    >>> [random_permutations(n, 10_000) for n in (10, 20, 60)]
    [10000, 10000, 199]
    """
    pairs = n * (n - 1) // 2
    affordable = MOST_COMPARISONS // max(1, pairs * (pairs - 1) // 2)
    return min(wanted, max(FEWEST_PERMUTATIONS, affordable))


def exact_permutations(n: int, wanted: int) -> bool:
    """Whether n members have few enough relabellings to go through all of them.

    >>> exact_permutations(7, 10_000), exact_permutations(8, 10_000)
    (True, False)
    """
    return math.factorial(n) <= wanted


def _pairs_of_pairs(pairs: int) -> Iterator[tuple[IntArray, IntArray]]:
    """Every two of so many pairs, in blocks: ninety members have eight million."""
    first, second = np.triu_indices(pairs, 1)
    for start in range(0, first.size, CHUNK):
        yield first[start : start + CHUNK], second[start : start + CHUNK]


def _blocks(orders: int, comparisons: int) -> Iterator[slice]:
    step = max(1, BLOCK_CELLS // comparisons)
    return (slice(start, start + step) for start in range(0, orders, step))


def _untied(values: FloatArray | Signs) -> int:
    """How many pairs of values differ; NaN differs from everything."""
    _, counts = np.unique(values, return_counts=True, equal_nan=False)
    return int(values.size * (values.size - 1) - (counts * (counts - 1)).sum()) // 2


def _signs(values: FloatArray | Signs, first: IntArray, second: IntArray) -> Signs:
    """Which of each two pairs is farther apart, (..., pairs) to (..., pairs of pairs)."""
    found: Signs = np.sign(values[..., first] - values[..., second]).astype(np.float32)
    return found


def _orders(n: int, rng: np.random.Generator, wanted: int) -> tuple[IntArray, bool]:
    if exact_permutations(n, wanted):
        return np.array(list(itertools.permutations(range(n))), dtype=np.intp), True
    number = random_permutations(n, wanted)
    members = np.broadcast_to(np.arange(n), (number, n))
    return rng.permuted(members, axis=1).astype(np.intp), False
