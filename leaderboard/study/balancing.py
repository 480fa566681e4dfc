"""Chooses edges between two sides so that every member of a side gets its share.

Knows numbers only: stories are edges between nationalities and concepts, or between models and
nationalities. A linear program is enough: the constraints nest on either side, so a corner of
the feasible region has whole numbers (Hoffman & Kruskal 1956, integral boundary points).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmark.metrics.divergence import FloatArray

IntArray = npt.NDArray[np.intp]
Bounds = tuple[FloatArray, FloatArray]  # the least and most of each member
BEYOND = 1000.0  # the cost of one more or less than the bounds allow
TINY = 1e-9


@dataclass(frozen=True, kw_only=True, slots=True)
class Edges:
    """Candidates between two sides: ends as codes from 0, and how often each may be taken.

    ``least`` is how often each must be taken. ``cost`` decides between equally balanced choices.
    """

    left: IntArray  # (edges,)
    right: IntArray  # (edges,)
    least: IntArray  # (edges,)
    most: IntArray  # (edges,)
    cost: FloatArray  # (edges,)


def balanced(edges: Edges, number: int, left: Bounds, right: Bounds) -> IntArray:
    """How often each edge is taken, ``number`` in all, (edges,).

    Each member of either side is within its bounds, or as little beyond them as possible. ``cost``
    decides between equals; costs should differ by less than `BEYOND`.
    """
    from scipy.optimize import linprog
    from scipy.sparse import coo_array, eye_array, hstack, vstack

    if number > edges.most.sum() or number < edges.least.sum():
        raise ValueError(f"{number} cannot be taken from {edges.most.sum()}")
    size = edges.cost.size
    rows, bounds = [], []
    for ends, (low, high) in ((edges.left, left), (edges.right, right)):
        of = coo_array((np.ones(size), (ends, np.arange(size))), shape=(low.size, size))
        rows += [of, -of]
        bounds += [high, -low]
    limits = np.concatenate(bounds)
    beyond = -eye_array(limits.size)  # a variable for how far each bound is exceeded
    found = linprog(
        np.concatenate([edges.cost, np.full(limits.size, BEYOND)]),
        A_ub=hstack([vstack(rows), beyond]).tocsr(),
        b_ub=limits,
        A_eq=np.concatenate([np.ones(size), np.zeros(limits.size)])[None, :],
        b_eq=[number],
        bounds=[*zip(edges.least, edges.most, strict=True), *[(0, None)] * limits.size],
        method="highs-ds",  # a simplex ends in a corner
    )
    taken: IntArray = np.rint(found.x[:size]).astype(np.intp)
    if np.abs(found.x[:size] - taken).max() > 1e-6:
        raise ValueError("the solver did not end in a corner")
    return taken


def rounded(shares: FloatArray) -> Bounds:
    """Each share rounded down and up to whole numbers.

    >>> [end.tolist() for end in rounded(np.array([2.0, 2.5]))]
    [[2.0, 2.0], [2.0, 3.0]]
    """
    return np.floor(shares + TINY), np.ceil(shares - TINY)


def even_shares(held: npt.ArrayLike, number: float) -> FloatArray:
    """What each member gets of ``number`` if all get the same, but none more than it holds.

    >>> even_shares([1, 5, 9], 9).tolist()
    [1.0, 4.0, 4.0]
    """
    most = np.asarray(held, dtype=np.float64)
    ordered = np.sort(most)
    members = np.arange(most.size, 0, -1)  # those that hold as much or more
    reached = np.concatenate([[0.0], np.cumsum(ordered)[:-1]]) + ordered * members
    at = int(np.searchsorted(reached, number))
    if at == most.size:
        return most
    level = (number - ordered[:at].sum()) / members[at]
    found: FloatArray = np.minimum(most, level)
    return found
