"""Which members of distance matrices can be compared, and Mantel's test of many matrices at once.

Knows arrays; not what the members are or where a distance comes from.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmark.metrics.divergence import BoolArray, FloatArray
from benchmark.metrics.mantel import exact_permutations, mantel_tau_b, random_permutations

LEAST = 4  # members: of three there are six relabellings, so no p below 1/6


def mantel_tests(
    pairs: Sequence[tuple[FloatArray, FloatArray]], seed: int, permutations: int
) -> list[tuple[BoolArray, float, float]]:
    """For each pair of distance matrices: the members kept, tau-b and its p; NaN below four.

    Pairs with the same truth and members share permutations.
    """
    kept = [complete(*pair) for pair in pairs]
    alike: dict[bytes, list[int]] = {}
    for k, ((_, truth), keep) in enumerate(zip(pairs, kept, strict=True)):
        key = keep.tobytes() + truth[np.ix_(keep, keep)].tobytes()
        alike.setdefault(key, []).append(k)
    tau, p = np.full((2, len(pairs)), np.nan)
    for members in alike.values():
        keep, truth = kept[members[0]], pairs[members[0]][1]
        if keep.sum() < LEAST:
            continue
        inside = np.ix_(keep, keep)
        tau[members], p[members] = mantel_tau_b(
            np.array([pairs[k][0][inside] for k in members]),
            truth[inside],
            rng=np.random.default_rng([seed, *keep.tolist()]),
            permutations=permutations,
        )
    return list(zip(kept, tau.tolist(), p.tolist(), strict=True))


def mantel_method(n: int, tau: float, permutations: int) -> str:
    """How the tau of so many countries was tested, or why there is none."""
    if exact_permutations(n, permutations):
        number = "all permutations"
    else:
        number = f"{random_permutations(n, permutations)} permutations"
    return why_no_tau(n, tau) or f"Mantel, one-sided (greater), {number} of countries"


def why_no_tau(n: int, tau: float) -> str:
    """Why there is no tau; empty where there is one."""
    if n < LEAST:
        return f"too few countries ({n} < {LEAST})"
    return "all distances are equal" if np.isnan(tau) else ""


def complete(*matrices: FloatArray) -> BoolArray:
    """Members of a set without a missing distance: the one that lacks most goes first."""
    missing = np.asarray(np.isnan(np.array(matrices)).any(axis=0))
    np.fill_diagonal(missing, val=False)
    keep = np.ones(len(missing), dtype=np.bool_)
    while (lacking := (missing & keep & keep[:, None]).sum(axis=1)).any():
        # Of ties the last in the alphabet: any rule that does not depend on order will do.
        keep[len(keep) - 1 - int(lacking[::-1].argmax())] = False
    return keep
