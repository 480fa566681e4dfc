"""Would tables of distances agree as well if answers were anybody's? Answers shuffled by question.

Knows arrays only: not who the members are, nor where a distance comes from.
`benchmark.metrics.mantel` relabels whole members instead, which takes for agreement that the same
questions divide both sides.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from benchmark.metrics.divergence import FloatArray, positive_or_nan
from benchmark.metrics.mantel import DECIMALS

AFFORDABLE = 40_000_000  # comparisons of one table under all shuffles: a fraction of a second
FEWEST, MOST = 199, 999
CELLS = 100_000  # sums at once, so that they stay in the cache
ROWS = 256  # at once, so that two of each stay in the cache


def centred(distances: npt.ArrayLike) -> FloatArray:
    """Each question's distances less their mean over its pairs, (..., questions, n, n).

    NaN stays NaN; the diagonal does not count. A question that divides all members alike then says
    nothing for the pairs that happen to share it. Where all pairs share all questions it takes the
    same from each, and no order changes.

    >>> centred([[[0, 1, 3], [1, 0, np.nan], [3, np.nan, 0]]])[0, 0].tolist()
    [nan, -1.0, 1.0]
    """
    apart = np.array(distances, dtype=np.float64)
    diagonal = np.arange(apart.shape[-1])
    apart[..., diagonal, diagonal] = np.nan
    known = np.isfinite(apart)
    total = np.where(known, apart, 0.0).sum(axis=(-2, -1), keepdims=True)
    found: FloatArray = apart - total / positive_or_nan(known.sum(axis=(-2, -1), keepdims=True))
    return found


def mean_over_questions(distances: FloatArray) -> FloatArray:
    """The mean distance of each pair over the questions that it shares, (..., n, n); else NaN."""
    known = np.isfinite(distances)
    sums = np.where(known, distances, 0.0).sum(axis=-3)
    mean: FloatArray = sums / positive_or_nan(known.sum(axis=-3))
    return mean


def means_without(distances: FloatArray, groups: npt.ArrayLike) -> FloatArray:
    """The same for each group of questions when it is left out, (groups, n, n).

    ``distances`` is (questions, n, n), ``groups`` (questions,); groups in sorted order, those
    without any distance too.

    >>> means_without(np.array([[[1.0]], [[2.0]], [[6.0]]]), [0, 1, 1]).ravel().tolist()
    [4.0, 1.0]
    """
    known = np.asarray(np.isfinite(distances))
    column = np.asarray(groups)
    order = np.argsort(column, kind="stable")
    _, starts = np.unique(column[order], return_index=True)
    filled = np.where(known, distances, 0.0)[order]
    sums, counts = (np.add.reduceat(v, starts) for v in (filled, known[order].astype(np.intp)))
    rest: FloatArray = (sums.sum(axis=0) - sums) / positive_or_nan(counts.sum(axis=0) - counts)
    return rest


def affordable_shuffles(questions: int, members: int, wanted: int = MOST) -> int:
    """How often answers are shuffled: fewer for many members and questions.

    >>> [affordable_shuffles(270, n) for n in (10, 20, 40)]
    [999, 457, 199]
    """
    pairs = members * (members - 1) // 2
    return min(wanted, max(FEWEST, AFFORDABLE // max(1, pairs * (questions + pairs))))


def shuffled_means(distances: FloatArray, *, rng: np.random.Generator, shuffles: int) -> FloatArray:
    r"""Mean distances of pairs when each question's answers change places among the members.

    Each question is shuffled by itself, among the members that have a distance in it; the same
    shuffles for all tables. Distances of a question move with its answers,
    :math:`d_q(\pi_q(a), \pi_q(b))`: nothing but their places changes.

    Parameters
    ----------
    distances
        Centred, symmetric, NaN for missing, shape ``(tables, questions, n, n)``; all tables miss
        the same members in the same questions.
    rng
        Draws the shuffles.
    shuffles
        B.

    Returns
    -------
    Shape ``(tables, B, pairs)``, pairs as of ``np.triu_indices(n, 1)``.

    Examples
    --------
    >>> line = np.abs(np.subtract.outer([0, 1, 3], [0, 1, 3]))[None, None].astype(float)
    >>> found = shuffled_means(centred(line), rng=np.random.default_rng(0), shuffles=50)
    >>> np.unique(found).tolist()
    [-1.0, 0.0, 1.0]
    """
    tables, questions, n, _ = distances.shape
    rows, columns = np.triu_indices(n, 1)
    known = np.asarray(np.isfinite(distances))
    # Sums in single precision: only the order of means is read, and equal ones come out equal.
    filled = np.where(known, distances, 0.0).transpose(1, 2, 3, 0).astype(np.float32)
    filled = filled.reshape(questions, n * n, tables)
    orders = _orders(np.asarray(known.any(axis=(0, 3))), rng, shuffles)
    sums = np.zeros((shuffles, rows.size, tables), dtype=np.float32)
    step = max(1, CELLS // max(1, rows.size * tables))
    for start in range(0, shuffles, step):
        block = slice(start, start + step)
        for question, order in enumerate(orders):
            moved = order[block].astype(np.intp)
            place = moved[:, rows] * n + moved[:, columns]  # (shuffles, pairs)
            sums[block] += filled[question].take(place, axis=0)
    counts = known.sum(axis=1)[:, rows, columns]  # (tables, pairs)
    means: FloatArray = sums.transpose(2, 0, 1) / positive_or_nan(counts)[:, None]
    return means


def _orders(
    present: npt.NDArray[np.bool_], rng: np.random.Generator, shuffles: int
) -> npt.NDArray[np.int16]:
    """Who stands in whose place in each question, (questions, shuffles, n); the absent stay."""
    questions, n = present.shape
    orders = np.broadcast_to(np.arange(n, dtype=np.int16), (questions, shuffles, n)).copy()
    for order, there in zip(orders, present, strict=True):
        members = np.flatnonzero(there).astype(np.int16)
        order[:, there] = rng.permuted(np.tile(members, (shuffles, 1)), axis=1)
    return orders


def tau_b_of_rows(x: npt.ArrayLike, y: npt.ArrayLike) -> FloatArray:
    """Kendall's tau-b of every row with every truth, (rows, n) and (truths, n) to (rows, truths).

    Values equal to `DECIMALS` decimals are tied; NaN if a row or a truth is constant or has a NaN.
    As `benchmark.metrics.mantel.kendall_tau_b`, for many rows at once.

    >>> tau_b_of_rows([[1, 2, 3], [3, 3, 1]], [[1, 3, 2]]).round(4).tolist()
    [[0.3333], [0.0]]
    """
    rows, truths = (np.asarray(v, dtype=np.float64) for v in (x, y))
    n = rows.shape[1]
    truth = _levels(truths).astype(np.float32)
    signs = [np.sign(truth[k + 1 :] - truth[k]).T.copy() for k in range(n - 1)]
    size = np.sum([np.abs(sign).sum(axis=1) for sign in signs], axis=0, initial=0.0)
    found = [np.zeros((0, len(truths)))]
    for start in range(0, len(rows), ROWS):
        level = _levels(rows[start : start + ROWS])  # (n, rows)
        agree, own = _agreement(level, signs, len(truths))
        found.append(agree / np.sqrt(positive_or_nan(own[:, None] * size)))
    tau = np.concatenate(found)
    tau[np.isnan(rows).any(axis=1)] = np.nan
    tau[:, np.isnan(truths).any(axis=1)] = np.nan
    return tau


def _agreement(
    level: npt.NDArray[np.int16], signs: Sequence[npt.NDArray[np.float32]], truths: int
) -> tuple[FloatArray, FloatArray]:
    """Pairs of values in the truths' order less those in the other, (rows, truths); untied ones."""
    n = len(level)
    agree = np.zeros((truths, level.shape[1]))
    untied = np.full(level.shape[1], n * (n - 1) / 2)
    ties = bool((level.max(axis=0) < n - 1).any())
    for k, sign in enumerate(signs):
        above = level[k + 1 :] > level[k]
        if ties:
            below = level[k + 1 :] < level[k]
            untied -= (~(above | below)).sum(axis=0)
            agree += sign @ (above.astype(np.float32) - below)
        else:  # what is not above is below
            agree += 2 * (sign @ above.astype(np.float32)) - sign.sum(axis=1)[:, None]
    return agree.T, untied


def _levels(rows: FloatArray) -> npt.NDArray[np.int16]:
    """Ranks of each row's values, ties alike, as columns: exact in a quarter of the bytes."""
    order = np.argsort(rows, axis=1, kind="stable")
    values = np.take_along_axis(rows, order, axis=1).round(DECIMALS)
    level = np.zeros(rows.shape, dtype=np.int16)
    np.cumsum(np.diff(values, axis=1) > 0, axis=1, out=level[:, 1:])
    found = np.empty_like(level)
    np.put_along_axis(found, order, level, axis=1)
    return np.ascontiguousarray(found.T)
