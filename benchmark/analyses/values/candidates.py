"""How near each country's answer is to the people of every candidate country, stem by stem.

Knows the answer table; not what is made of the ranks. A rival is compared with the right country
over the questions that both peoples were asked, so that none wins by an easier questionnaire.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.analyses.item_table import IntArray
from benchmark.analyses.values.answer_table import AnswerTable
from benchmark.metrics.divergence import BoolArray, FloatArray, js_distance
from benchmark.metrics.ranking import reciprocal_rank, top1
from benchmark.vocabulary import Reading

TIE = 1e-12  # summed distances that differ by less are equal
BLOCK = 1000  # resamples held at once


@dataclass(frozen=True, kw_only=True, slots=True)
class Units:
    """One row for each country under each condition; the ranks' raw material, by stem.

    ``margin`` is the summed distance to a candidate's people less that to the country's own people,
    over the questions that both were asked and the model answered: below 0 the candidate is nearer.
    """

    country: Sequence[str]
    proxy: Sequence[str]
    control: BoolArray  # (units,)
    margin: FloatArray  # (units, candidates, stems)
    rival: BoolArray  # (units, candidates): another country that shares a question
    stems: BoolArray  # (units, stems) with a question that counts
    n: FloatArray  # (units,) questions that count
    n_items: FloatArray  # (units,)

    @property
    def ranked(self) -> BoolArray:
        """Which units have a rival at all, (units,)."""
        return np.asarray(self.rival.any(axis=1))

    @property
    def candidates(self) -> FloatArray:
        """Rivals and the right one, (units,)."""
        number: FloatArray = self.rival.sum(axis=1) + 1.0
        return number


def units_of(table: AnswerTable, reading: Reading) -> Units:
    """A unit for every country and condition that has items."""
    people, model = table.read(reading)
    stems = table.clusters.codes
    starts = np.searchsorted(stems, np.arange(len(table.clusters.names)), sorter=np.argsort(stems))
    by_stem = np.argsort(stems, kind="stable")
    margins, rivals, covered, n, n_items, at = [], [], [], [], [], []
    for k, condition in enumerate(table.conditions):
        for c, country in enumerate(table.countries):
            if not table.asked[k, c].any():
                continue
            distance = js_distance(model[k, c], people)  # (candidates, questions)
            margin = distance - distance[c]
            shared = np.isfinite(margin)
            shared[c] = False
            counted = shared.any(axis=0)
            filled = np.where(shared, margin, 0.0)[:, by_stem]
            margins.append(np.add.reduceat(filled, starts, axis=1))
            covered.append(np.add.reduceat(counted[by_stem], starts) > 0)
            rivals.append(shared.any(axis=1))
            n.append(counted.sum())
            n_items.append(table.asked[k, c].sum())
            at.append((country, condition.proxy, condition.control))
    size = len(table.countries), len(table.clusters.names)
    return Units(
        country=[country for country, _, _ in at],
        proxy=[proxy for _, proxy, _ in at],
        control=np.array([control for *_, control in at], dtype=np.bool_),
        margin=np.array(margins).reshape(len(at), *size),
        rival=np.array(rivals, dtype=np.bool_).reshape(len(at), size[0]),
        stems=np.array(covered, dtype=np.bool_).reshape(len(at), size[1]),
        n=np.array(n, dtype=np.float64),
        n_items=np.array(n_items, dtype=np.float64),
    )


def places(margin: FloatArray, rival: BoolArray) -> tuple[IntArray, IntArray]:
    """How many rivals are nearer, and as near, from summed margins (..., units, candidates)."""
    better = ((margin < -TIE) & rival).sum(axis=-1)
    tied = ((np.abs(margin) <= TIE) & rival).sum(axis=-1)
    return better, tied


def resampled(
    units: Units, needed: Sequence[int], stems: Sequence[int], weights: FloatArray
) -> dict[str, FloatArray]:
    """Top-1 and reciprocal rank of each unit in each resample, (units, resamples).

    A rival is left out of a resample that drew none of their shared questions; NaN where no rival
    is left.
    """
    rival = units.rival[needed]
    margin = units.margin[np.ix_(needed, range(rival.shape[1]), stems)]
    same = (np.abs(margin) <= TIE).all(axis=-1) & rival  # tied in every resample
    tied = same.sum(axis=1)
    flat = margin[rival]  # (unit and rival, stems)
    # Only signs of sums are read: single precision decides them at half the cost.
    flat = np.where(np.abs(flat) <= TIE, 0.0, flat).astype(np.float32)
    drawn = weights.astype(np.float32)
    starts = np.concatenate([[0], np.cumsum(rival.sum(axis=1))[:-1]])
    found = {name: np.empty((len(needed), len(weights))) for name in ("top1", "mrr")}
    for start in range(0, len(weights), BLOCK):
        block = slice(start, start + BLOCK)
        sums = drawn[block] @ flat.T
        better = np.add.reduceat(sums < -TIE, starts, axis=1, dtype=np.int16)
        worse = np.add.reduceat(sums > TIE, starts, axis=1, dtype=np.int16)
        alone = better + worse + tied == 0
        found["top1"][:, block] = np.where(alone, np.nan, top1(better, tied)).T
        found["mrr"][:, block] = np.where(alone, np.nan, reciprocal_rank(better, tied)).T
    return found
