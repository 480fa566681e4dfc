"""Simulations of Mantel's test: distances of stories against distances of cultures.

Knows distances that have no relation; no text and no country.
"""

from __future__ import annotations

import numpy as np

from benchmark.analyses.stories.distances import matrix_scores
from benchmark.analyses.stories.similarity import Distances
from benchmark.metrics.divergence import FloatArray
from tests.validity.setting import Setting

DIMENSIONS = 6  # of the space in which cultures lie, and in which stories do
CONCEPTS = 3  # of a proxy: a family of tests
TOGETHER = 25  # repetitions with one world of cultures and one draw of relabellings, for speed
RELABELLINGS = 199


def unrelated(rng: np.random.Generator, setting: Setting, repetitions: int) -> FloatArray:
    """The p of all concepts together, where stories have nothing to do with culture."""
    return _p(rng, setting, repetitions, concepts=0)


def unrelated_concepts(rng: np.random.Generator, setting: Setting, repetitions: int) -> FloatArray:
    """The least q of a proxy's three concepts, of which none has to do with culture."""
    return _p(rng, setting, repetitions, concepts=CONCEPTS)


def _p(
    rng: np.random.Generator, setting: Setting, repetitions: int, *, concepts: int
) -> FloatArray:
    """Batches with the same cultures: Mantel's test of many matrices is one computation."""
    metric = f"story_alignment_tau_{'q_bh' if concepts else 'p'}"
    found: list[float] = []
    while len(found) < repetitions:
        truth = _apart(rng, setting, noise=False)
        families = [
            [
                Distances(
                    scope={"proxy": f"{k}", "topic": f"{c}"} if concepts else {"proxy": f"{k}"},
                    measure="edits",
                    control=False,
                    apart=_apart(rng, setting, noise=True),
                    n=setting.units,
                )
                for c in range(max(1, concepts))
            ]
            for k in range(min(TOGETHER, repetitions - len(found)))
        ]
        seed = int(rng.integers(2**63))
        every = [one for family in families for one in family]
        scores = matrix_scores(every, truth, "hofstede", seed, RELABELLINGS)
        values = np.array([s.value for s in scores if s.metric == metric])
        found += values.reshape(len(families), -1).min(axis=1).tolist()
    return np.array(found)


def _apart(rng: np.random.Generator, setting: Setting, *, noise: bool) -> FloatArray:
    """Distances of points, of which a few lie far out (skewed).

    With ``noise`` those of means of as many stories each, or (unequal) of two to thirty, whoever
    has how many: batches share one world of cultures, so that fixed places would err together.
    """
    scale = rng.lognormal(0, 0.8, setting.units) if setting.skewed else np.ones(setting.units)
    points = rng.standard_normal((setting.units, DIMENSIONS)) * scale[:, None]
    if noise:
        stories = np.full(setting.units, 5.0)
        if not setting.equal:
            stories = rng.permutation(np.geomspace(2, 30, setting.units))
        points += rng.standard_normal(points.shape) * 2 / np.sqrt(stories)[:, None]
    return np.asarray(np.sqrt(np.square(points[:, None] - points).sum(axis=-1)))
