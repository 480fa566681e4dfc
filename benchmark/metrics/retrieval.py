"""Whether the right one is among the K nearest: recall at K, ties split evenly; its chance level.

Knows similarities only: not what is sought or where it comes from.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from benchmark.metrics.divergence import BoolArray, FloatArray

NEAR = 1e-6  # vectors are float32: similarities that differ by less are equal


def recall_at_k(similarity: npt.ArrayLike, right: npt.ArrayLike, *, k: int) -> FloatArray:
    r"""The chance that one right member of the gallery is among the k most similar.

    Parameters
    ----------
    similarity
        Of each query to each member of its gallery, shape ``(queries, gallery)``; higher is
        nearer. NaN is not in that query's gallery.
    right
        Which members are right for each query, the same shape.
    k
        At least 1.

    Returns
    -------
    Shape ``(queries,)``, in [0, 1]: 1 or 0 except for ties, which are broken evenly. NaN for a
    query whose gallery has no right member.

    Raises
    ------
    ValueError
        k below 1, or shapes that differ.

    References
    ----------
    McSherry & Najork (2008), Computing information retrieval performance measures efficiently in
    the presence of tied scores, doi:10.1007/978-3-540-78646-7_38.

    Examples
    --------
    The right one is second; one of two that tie.

    >>> recall_at_k([[0.9, 0.8, 0.1], [0.7, 0.7, 0.1]], [[0, 1, 0], [0, 1, 0]], k=1).tolist()
    [0.0, 0.5]
    """
    table, truth = np.asarray(similarity, dtype=np.float64), np.asarray(right, dtype=np.bool_)
    if table.ndim != 2 or table.shape != truth.shape:
        raise ValueError(f"similarity {table.shape} and right {truth.shape} must be one shape")
    there = ~np.isnan(table)
    best = np.where(truth & there, table, -np.inf).max(axis=1, initial=-np.inf)[:, None]
    wrong = there & ~truth
    better = (wrong & (table > best + NEAR)).sum(axis=1)
    level = there & (np.abs(table - best) <= NEAR)
    found = hit(better, (level & wrong).sum(axis=1), (level & truth).sum(axis=1), k=k)
    return np.where(np.isneginf(best[:, 0]), np.nan, found)


def chance_of_recall(right: npt.ArrayLike, there: npt.ArrayLike, *, k: int) -> FloatArray:
    """What drawing k random members of each gallery reaches.

    Parameters
    ----------
    right, there
        Which members are right, and which are in the gallery, shape ``(queries, gallery)``.

    Examples
    --------
    One of ten, and two of ten: 1 - 8/10 · 7/9 with two draws.

    >>> one = np.arange(10) < np.array([[1], [2]])
    >>> chance_of_recall(one, np.ones((2, 10)), k=2).round(4).tolist()
    [0.2, 0.3778]
    """
    inside = np.asarray(there, dtype=np.bool_)
    truth = np.asarray(right, dtype=np.bool_) & inside
    known = truth.sum(axis=1)
    found = hit(np.zeros(len(truth)), (inside & ~truth).sum(axis=1), known, k=k)
    return np.where(known == 0, np.nan, found)


def hit(better: npt.ArrayLike, tied: npt.ArrayLike, right: npt.ArrayLike, *, k: int) -> FloatArray:
    r"""The chance of a right one among the first k, with ties ordered at random.

    .. math:: 1 - \prod_{i=0}^{k - b - 1} \frac{t - i}{t + r - i}

    with b wrong ones before, and t wrong and r right ones tied; 0 if b is at least k.

    >>> hit([0, 0, 3], [0, 4, 0], [1, 1, 1], k=2).round(4).tolist()
    [1.0, 0.4, 0.0]
    """
    if k < 1:
        raise ValueError(f"k is at least 1, not {k!r}")
    b, t, r = (np.asarray(v, dtype=np.float64) for v in (better, tied, right))
    missed = np.ones(np.broadcast_shapes(b.shape, t.shape, r.shape))
    for i in range(k):
        draws = i < k - b
        share = np.maximum(t - i, 0) / np.maximum(t + r - i, 1)
        missed = np.where(draws, missed * share, missed)
    return np.asarray(1 - missed)


def best_of_pieces(similarity: FloatArray, starts: npt.NDArray[np.intp]) -> FloatArray:
    """The highest similarity of each text's pieces, (pieces, gallery) to (texts, gallery).

    ``starts`` says where each text's pieces begin; every text has at least one.

    >>> best_of_pieces(np.array([[0.1, 0.9], [0.5, 0.2], [0.3, 0.3]]), np.array([0, 2])).tolist()
    [[0.5, 0.9], [0.3, 0.3]]
    """
    found: FloatArray = np.maximum.reduceat(similarity, starts, axis=0)
    return found


def nearest_piece(pieces: npt.ArrayLike, target: npt.ArrayLike) -> float:
    r"""The cosine of a target with the nearest of a text's pieces.

    Parameters
    ----------
    pieces
        The vectors of the pieces one after the other: a multiple of the target's length d.
    target
        Shape ``(d,)``.

    Returns
    -------
    In [-1, 1]; a vector of zeros is as near as one at a right angle.

    Raises
    ------
    ValueError
        Sizes that do not fit.

    Examples
    --------
    >>> nearest_piece([0.0, 2.0, 3.0, 4.0], [0.0, 5.0])
    1.0
    """
    to = np.asarray(target, dtype=np.float64)
    rows = np.asarray(pieces, dtype=np.float64)
    if not to.size or not rows.size or rows.size % to.size:
        raise ValueError(f"{rows.size} numbers cannot be cut into pieces of {to.size} each")
    rows = rows.reshape(-1, to.size)
    lengths = np.linalg.norm(rows, axis=1) * np.linalg.norm(to)
    return float((rows @ to / np.where(lengths > 0, lengths, 1.0)).max())


def same(left: npt.NDArray[np.intp], right: npt.NDArray[np.intp]) -> BoolArray:
    """Which codes are equal, (rows, columns).

    >>> same(np.array([0, 1]), np.array([1, 1])).tolist()
    [[False, False], [True, True]]
    """
    return np.asarray(left[:, None] == right[None, :])
