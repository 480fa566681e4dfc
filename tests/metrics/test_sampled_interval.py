"""Whether the printed interval covers where shares are those of a few drawn answers.

The interval is that of the tables: stems resampled, expanded percentiles. A question's similarity
holds the chance of its own draws, so the spread between stems does, too; nothing is added for it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest

from benchmark.metrics.divergence import js_similarity
from benchmark.metrics.resampling import cluster_bootstrap, expanded_level, percentile_interval

STEMS, OPTIONS, RESAMPLES = 20, 5, 400
RUNS = 120  # a coverage of 0.95 has a standard error of 0.02
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class World:
    """Questions of batteries: what the people and a model would say, (items, options)."""

    people: Floats
    model: Floats
    stems: npt.NDArray[np.int64]

    def similarities(self, answers: int, rng: np.random.Generator) -> Floats:
        """Of one set of drawn answers to each question, (items,)."""
        counts = rng.multinomial(answers, self.model)
        return js_similarity(self.people, counts / answers)


def world(stems: int, rng: np.random.Generator) -> World:
    """Batteries of one to three items; some stems suit the model better than others."""
    sizes = rng.integers(1, 4, size=stems)
    codes = np.repeat(np.arange(stems), sizes)
    people = rng.dirichlet(np.ones(OPTIONS), size=len(codes))
    skill = np.repeat(rng.uniform(0, 1, size=stems), sizes)[:, None]
    model = skill * people + (1 - skill) * rng.dirichlet(np.ones(OPTIONS), size=len(codes))
    return World(people=people, model=model / model.sum(axis=1, keepdims=True), stems=codes)


def interval(values: Floats, stems: npt.NDArray[np.int64], rng: np.random.Generator) -> Floats:
    """Low and high as the analyses print them."""
    means = cluster_bootstrap(values[:, None], stems, rng=rng, resamples=RESAMPLES)
    level = expanded_level(0.95, len(np.unique(stems)))
    return np.array([end[0] for end in percentile_interval(means, level)])


def coverage(answers: int, *, fixed: bool) -> float:
    """How often the interval holds the mean that more draws, and more questions, would tend to."""
    rng = np.random.default_rng(answers)
    everything = world(4000, rng)
    truth = float(np.mean(everything.similarities(answers, rng)))
    found = []
    for _ in range(RUNS):
        asked = world(STEMS, rng)
        if fixed:  # these questions alone: what further draws of each would give on average
            again = [asked.similarities(answers, rng) for _ in range(20)]
            truth = float(np.mean(again))
        low, high = interval(asked.similarities(answers, rng), asked.stems, rng)
        found.append(low <= truth <= high)
    return float(np.mean(found))


@pytest.mark.parametrize("answers", [4, 16])
def test_the_interval_covers_the_draws_and_the_questions(answers: int) -> None:
    """Near 0.95 for other questions, and not below it for other draws of the same ones."""
    assert 0.9 <= coverage(answers, fixed=False) <= 0.99
    assert coverage(answers, fixed=True) >= 0.94
