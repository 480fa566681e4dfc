"""What groups would show if their clusters were assigned at random: a permutation null.

Knows arrays only: not what a cluster or group is, nor which figure is computed from their sums.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from benchmark.metrics.clustered import IntArray
from benchmark.metrics.divergence import FloatArray

BLOCK_CELLS = 4_000_000


def shuffled_sums(
    sums: npt.ArrayLike,
    groups: IntArray,
    strata: IntArray,
    n_groups: int,
    *,
    rng: np.random.Generator,
    resamples: int,
) -> FloatArray:
    """Sums of groups whose clusters were exchanged at random within strata.

    Every group keeps its number of clusters in each stratum. If clusters of one stratum have equal
    numbers of items, the groups keep theirs.

    Parameters
    ----------
    sums
        The sum of each cluster, shape ``(clusters,)``.
    groups, strata
        Codes from 0 of each cluster, shape ``(clusters,)``.
    n_groups
        How many groups there are.
    rng
        Draws the permutations.
    resamples
        How many.

    Returns
    -------
    Shape ``(resamples, n_groups)``; every row has the same total.

    Raises
    ------
    ValueError
        Fewer than one resample, or a NaN.

    References
    ----------
    Pesarin & Salmaso (2010), Permutation Tests for Complex Data, on permuting within strata.

    Examples
    --------
    Two groups of one cluster each: the two sums stay or change places.

    >>> both, one = np.array([0, 1]), np.array([0, 0])
    >>> found = shuffled_sums([3, 5], both, one, 2, rng=np.random.default_rng(0), resamples=20)
    >>> np.unique(found, axis=0).tolist()
    [[3.0, 5.0], [5.0, 3.0]]
    """
    x = np.asarray(sums, dtype=np.float64)
    if resamples < 1 or np.isnan(x).any():
        raise ValueError(f"cannot draw {resamples} permutations of {x.size} sums, or a sum is NaN")
    order = np.lexsort((x, groups, strata))  # ties by value: the order of rows does not matter
    found = np.zeros((resamples, n_groups))
    ends = np.flatnonzero(np.diff(strata[order], append=-1)) + 1
    for start, end in zip([0, *ends[:-1].tolist()], ends.tolist(), strict=True):
        inside = order[start:end]
        members, first = np.unique(groups[inside], return_index=True)
        values = _compact(x[inside])
        if len(members) == 1 or (values == values[0]).all():
            found[:, members] += np.add.reduceat(x[inside], first)
            continue
        step = max(1, BLOCK_CELLS // values.size)
        for row in range(0, resamples, step):
            rows = min(step, resamples - row)
            dealt = rng.permuted(np.broadcast_to(values, (rows, values.size)), axis=1)
            totals = np.add.reduceat(dealt, first, axis=1, dtype=np.float64)
            found[row : row + rows, members] += totals
    return found


def shuffled_p(observed: float, null: npt.ArrayLike) -> float:
    """One-sided p: the share of permutations at least as large, including itself; in (0, 1].

    >>> shuffled_p(2.0, [1.0, 2.0, 3.0])
    0.75
    """
    drawn = np.asarray(null, dtype=np.float64)
    return float((1 + (drawn >= observed - 1e-12).sum()) / (1 + drawn.size))


def _compact(values: FloatArray) -> npt.NDArray[np.float64] | npt.NDArray[np.int16]:
    """Counts as small integers: a quarter of the bytes to shuffle."""
    if (values == np.rint(values)).all() and np.abs(values).max() < np.iinfo(np.int16).max:
        return values.astype(np.int16)
    return values
