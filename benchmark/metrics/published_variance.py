"""The published lexical variance and its F, with their values when labels mean nothing.

Knows distance matrices, groups and rounds: not what the members are. Kept for comparison with
published figures; the valid test is `benchmark.metrics.permanova`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import fdtrc  # scipy.stats alone would double the time to start

from benchmark.metrics.clustered import IntArray
from benchmark.metrics.divergence import FloatArray
from benchmark.metrics.permanova import shuffled_sums

Pairs = tuple[IntArray, IntArray, FloatArray]


@dataclass(frozen=True, kw_only=True, slots=True)
class Design:
    """The members of one stratum, the group of each, and the round in which it was drawn."""

    distances: FloatArray  # (members, members)
    groups: IntArray  # (members,)
    rounds: IntArray  # (members,): a round has at most one member of each group
    topic: int  # strata of one topic are averaged


@dataclass(frozen=True, kw_only=True, slots=True)
class Variances:
    """Mean variance of each topic, as labelled and with members shuffled inside strata."""

    within: FloatArray  # (topics,)
    across: FloatArray  # (topics,)
    within_null: FloatArray  # (permutations, topics)
    across_null: FloatArray  # (permutations, topics)


def published_variances(
    designs: Sequence[Design], topics: int, *, rng: np.random.Generator, permutations: int
) -> Variances:
    r"""Variance within a group and across groups, counting self-pairs, as published.

    .. math:: V = \frac1{n^2} \sum_{i, j} d_{ij}^2

    over the n members of a group ("within", mean over groups) and over the members of a round,
    one of each group ("across", mean over rounds); both averaged over a topic's strata. The
    zeros on the diagonal lower V by the factor (n - 1)/n: for 5 members within against 42 across
    that alone is a difference of 18 %, **with no effect of the group**.

    Parameters
    ----------
    designs
        The strata.
    topics
        The number of topics.
    rng
        Shuffles members, and so their group and round, within a stratum.
    permutations
        B.

    Returns
    -------
    Each in [0, 1) for distances in [0, 1]; NaN for a topic without strata.

    References
    ----------
    Bhatt & Diaz (2024), Extrinsic evaluation of cultural competence in large language models,
    doi:10.48550/arXiv.2406.11565. Groups of one member are left out of "within".

    Examples
    --------
    Two groups of two, all members 1 apart: (2 - 1)/2 each.

    >>> one = Design(distances=1 - np.eye(4), groups=np.array([0, 0, 1, 1]),
    ...              rounds=np.array([0, 1, 0, 1]), topic=0)
    >>> found = published_variances([one], 1, rng=np.random.default_rng(0), permutations=1)
    >>> found.within.tolist(), found.across.tolist()
    ([0.5], [0.5])
    """
    sums = np.zeros((2, topics))
    null = np.zeros((2, topics, permutations))
    count = np.zeros((2, topics))
    for design in designs:
        squares = np.square(design.distances, dtype=np.float64)
        wanted = [_pairs(labels) for labels in (design.groups, design.rounds)]
        shuffled = shuffled_sums(squares, wanted, rng=rng, permutations=permutations)
        for k, (first, second, weights) in enumerate(wanted):
            if first.size:
                sums[k, design.topic] += squares[first, second] @ weights
                null[k, design.topic] += shuffled[k]
                count[k, design.topic] += 1
    number = np.where(count > 0, count, np.nan)
    within, across = sums / number
    within_null, across_null = null / number[..., None]
    return Variances(
        within=within, across=across, within_null=within_null.T, across_null=across_null.T
    )


def published_f(within: npt.ArrayLike, across: npt.ArrayLike) -> FloatArray:
    r"""F of a one-way analysis of variance of two groups: the topics' values within and across.

    Parameters
    ----------
    within, across
        Shape ``(..., topics)``.

    Returns
    -------
    Shape ``(...)``, 0 or more, with 1 and 2 · topics - 2 degrees of freedom; NaN if a value is
    missing or with fewer than two topics.

    Examples
    --------
    >>> published_f([1, 2, 3], [4, 5, 6]).tolist()
    13.5
    """
    a, b = np.asarray(within, dtype=np.float64), np.asarray(across, dtype=np.float64)
    topics = a.shape[-1]
    if topics < 2:
        return np.full(a.shape[:-1], np.nan)
    between = topics / 2 * np.square(a.mean(axis=-1) - b.mean(axis=-1))
    left = sum(np.square(x - x.mean(axis=-1, keepdims=True)).sum(axis=-1) for x in (a, b))
    with np.errstate(divide="ignore", invalid="ignore"):
        found: FloatArray = np.asarray(between / (left / (2 * topics - 2)))
    return found


def f_tail(f: float, df_between: int, df_within: int) -> float:
    """The chance of an F at least as large under the F distribution, not that of the published F.

    The value that the paper prints for F = 1540:

    >>> f"{f_tail(1540, 1, 68):.2e}"
    '1.93e-48'
    """
    return float(fdtrc(df_between, df_within, f))


def _pairs(labels: IntArray) -> Pairs:
    """Pairs of members of one label, weighted so that their sum is the mean variance."""
    first, second, weights = [], [], []
    names = [name for name, n in zip(*np.unique(labels, return_counts=True), strict=True) if n > 1]
    for name in names:
        inside = np.flatnonzero(labels == name)
        one, other = np.triu_indices(inside.size, 1)
        first.append(inside[one])
        second.append(inside[other])
        weights.append(np.full(one.size, 2 / inside.size**2 / len(names)))
    if not names:
        none = np.zeros(0, dtype=np.intp)
        return none, none, np.zeros(0)
    return np.concatenate(first), np.concatenate(second), np.concatenate(weights)
