"""P-values of paired differences in every scope: by stem, and by the paper's bootstrap.

Knows pools of cluster sums; not what differs. Scopes over the same clusters share what is drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from benchmark.analyses.item_table import ItemTable
from benchmark.analyses.stem_intervals import Pool, jobs_of, stem_rng
from benchmark.metrics.divergence import FloatArray
from benchmark.metrics.permutation import percentile_p, sign_flip_p
from benchmark.metrics.resampling import cluster_weights, resampled_means

LEAST_QUESTIONS = 2  # of one question every resample is the same

ByColumn = Mapping[str, FloatArray]


def sign_flip_ps(
    every: Sequence[Pool], table: ItemTable, *, seed: int, resamples: int
) -> Mapping[Pool, ByColumn]:
    """The p of each gain in each pool and scope; columns over the same stems share their signs."""
    found = {pool: pool.blank() for pool in every}
    for covered, parts in jobs_of(every).items():
        rng = stem_rng(seed, ["signs", *(table.clusters.names[code] for code in covered)])
        places = [place for pool, scopes in parts for place in pool.places(scopes)]
        means = np.array([pool.cluster_means(name, scope) for pool, name, scope in places])
        p = sign_flip_p(means.T, rng=rng, resamples=resamples)
        for (pool, name, scope), one in zip(places, p, strict=True):
            found[pool][name][scope] = one
    return found


def percentile_ps(
    every: Sequence[Pool], table: ItemTable, *, seed: int, resamples: int
) -> Mapping[Pool, ByColumn]:
    """The published p of each gain in each pool and scope."""
    found = {pool: pool.blank() for pool in every}
    for covered, parts in jobs_of(every, least=LEAST_QUESTIONS).items():
        rng = stem_rng(seed, ["published", *(table.clusters.names[code] for code in covered)])
        weights = cluster_weights(len(covered), rng=rng, resamples=resamples)
        places = [place for pool, scopes in parts for place in pool.places(scopes)]
        sums = np.array([pool.cluster_sums(name, scope) for pool, name, scope in places])
        # The sign of a mean is that of its sum, so the counts need not be resampled.
        p = percentile_p(resampled_means(sums, np.ones_like(sums[0]), weights), axis=-1)
        for (pool, name, scope), one in zip(places, p, strict=True):
            found[pool][name][scope] = one
    return found
