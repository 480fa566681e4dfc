"""How far apart countries are in each question, for the model and in truth, and what they share.

Knows the answer table; not what the distances are compared with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from benchmark.analyses.item_table import IntArray
from benchmark.analyses.values.answer_table import AnswerTable
from benchmark.analyses.values.pooled_answers import PooledAnswers, how_debiased, pooled_answers
from benchmark.metrics.dispersion import Noise, noise_in_group
from benchmark.metrics.divergence import BoolArray, FloatArray, divergence_unchecked, js_distance
from benchmark.metrics.resampling import MIN_STEMS
from benchmark.metrics.shuffled_answers import centred
from benchmark.vocabulary import Reading

LEAST_SHARED = MIN_STEMS  # questions, of as many stems: fewer give a distance of those alone


@dataclass(frozen=True, kw_only=True, slots=True)
class Between:
    """Distances by proxy, question and pair under one scope, NaN where a pair does not share it."""

    scope: Mapping[str, str]
    reading: Reading
    model: FloatArray  # (proxies, questions, countries, countries)
    people: FloatArray  # of the same pairs
    stems: IntArray  # (questions,)
    asked: int  # countries that the model was asked about
    how: str  # what was done about noise

    @property
    def overlap(self) -> FloatArray:
        """1 where two countries share `LEAST_SHARED` questions of as many stems, else NaN."""
        shared = np.asarray(
            np.isfinite(self.model).any(axis=0)
        )  # (questions, countries, countries)
        stems = np.zeros(shared.shape[1:], dtype=np.intp)
        for stem in np.unique(self.stems):
            stems += shared[self.stems == stem].any(axis=0)
        enough = (shared.sum(axis=0) >= LEAST_SHARED) & (stems >= LEAST_SHARED)
        return np.where(enough, 1.0, np.nan)

    def of(self, keep: BoolArray) -> tuple[FloatArray, FloatArray]:
        """Model and people among the countries kept, centred by question, mean over proxies.

        Each (questions, kept, kept), NaN where no proxy has the pair.
        """
        inside = np.flatnonzero(keep)
        sides = []
        for side in (self.model, self.people):
            apart = centred(side[:, :, inside[:, None], inside])
            known = np.isfinite(apart)
            number = known.sum(axis=0)
            sums = np.where(known, apart, 0.0).sum(axis=0)
            sides.append(np.where(number > 0, sums / np.maximum(number, 1), np.nan))
        return sides[0], sides[1]


def between_countries(table: AnswerTable, reading: Reading) -> list[Between]:
    """Overall, without controls, and by proxy."""
    people, _ = table.read(reading)
    pooled = pooled_answers(table, reading)
    model, truth = _apart(pooled, people)
    asked = np.zeros((len(pooled.proxies), len(table.countries)), dtype=np.bool_)
    for condition, there in zip(table.conditions, table.asked, strict=True):
        asked[pooled.proxies.index(condition.proxy)] |= there.any(axis=-1)
    scopes: list[tuple[dict[str, str], list[int]]] = [
        ({}, np.flatnonzero(~pooled.control).tolist()),
        *(({"proxy": proxy}, [k]) for k, proxy in enumerate(pooled.proxies)),
    ]
    return [
        Between(
            scope=scope,
            reading=reading,
            model=model[chosen],
            people=truth[chosen],
            stems=table.clusters.codes,
            asked=int(asked[chosen].any(axis=0).sum()),
            how=how_debiased(pooled, chosen),
        )
        for scope, chosen in scopes
    ]


def _apart(pooled: PooledAnswers, people: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The model's and the people's distances of all pairs that both have."""
    proxies, size, questions, _ = pooled.mean.shape
    model, truth = np.full((2, proxies, questions, size, size), np.nan)
    for a, b in combinations(range(size), 2):
        mine = _distance(pooled, a, b)  # (proxies, questions)
        theirs = js_distance(people[a], people[b])
        both = np.isfinite(mine) & np.isfinite(theirs)
        model[:, :, a, b] = model[:, :, b, a] = np.where(both, mine, np.nan)
        truth[:, :, a, b] = truth[:, :, b, a] = np.where(both, theirs, np.nan)
    return model, truth


def _distance(pooled: PooledAnswers, a: int, b: int) -> FloatArray:
    """Root of the divergence less what noise adds, below 0 where noise was less than expected.

    Cut off at 0, what is left of noise would not cancel over questions.
    """
    divergence = divergence_unchecked(pooled.mean[:, a], pooled.mean[:, b])
    if pooled.noise is None:
        return np.sqrt(divergence)
    pair = [a, b]
    own, variance = (
        part[:, pair].swapaxes(1, 2) for part in (pooled.noise.own, pooled.noise.variance)
    )
    less = divergence - noise_in_group(
        pooled.mean[:, pair].swapaxes(1, 2), Noise(own=own, variance=variance)
    )
    root: FloatArray = np.sign(less) * np.sqrt(np.abs(less))
    return root
