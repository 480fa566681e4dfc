"""How near each country's answer is to the people of every candidate country.

Knows the answer table; not what is made of the ranks. A rival is compared with the right country
over the questions that both peoples were asked, so that none wins by an easier questionnaire.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.analyses.item_table import IntArray
from benchmark.analyses.values.answer_table import AnswerTable
from benchmark.metrics.divergence import (
    BoolArray,
    FloatArray,
    divergence_unchecked,
    restrict_unchecked,
)
from benchmark.metrics.ranking import (
    chance_of_reciprocal_rank,
    chance_of_top1,
    reciprocal_rank,
    top1,
)
from benchmark.vocabulary import Reading

TIE = 1e-10  # summed distances that differ by less are equal
BLOCK = 2000  # answers at once, times candidates and options


@dataclass(frozen=True, kw_only=True, slots=True)
class Units:
    """A row for each country under each condition: how its answer would do as anybody's.

    ``score`` has top-1 and reciprocal rank of the answer taken for that of each candidate; the
    column of the row's own country is what it reached. At chance for a candidate that cannot be
    compared with any rival.
    """

    country: IntArray  # (units,)
    proxy: Sequence[str]
    control: BoolArray  # (units,)
    score: dict[str, FloatArray]  # each (units, candidates)
    chance: dict[str, FloatArray]  # each (units,), of the own country
    ranked: BoolArray  # (units,): the own country has a rival
    n: IntArray  # (units,) questions that count
    n_items: IntArray  # (units,)


def units_of(table: AnswerTable, reading: Reading) -> Units:
    """A unit for every country and condition that has items."""
    at = [(int(k), int(c)) for k, c in np.argwhere(table.asked.any(axis=-1))]
    everywhere = distances_to_peoples(table, reading)
    better, tied, rivals, n = ([], [], [], [])
    for k, c in at:
        margin, shared = _margins(everywhere[k, c])
        rival = shared & ~np.eye(len(shared), dtype=np.bool_)
        better.append(((margin < -TIE) & rival).sum(axis=1))
        tied.append(((np.abs(margin) <= TIE) & rival).sum(axis=1))
        rivals.append(rival.sum(axis=1))
        n.append(_counted(everywhere[k, c], c))
    size = (len(at), len(table.countries))
    nearer, equal, number = (
        np.array(rows, dtype=np.intp).reshape(size) for rows in (better, tied, rivals)
    )
    own = np.array([c for _, c in at], dtype=np.intp)
    here = np.arange(len(at))
    chance = {
        "top1": chance_of_top1(number + 1),
        "mrr": chance_of_reciprocal_rank(number + 1),
    }
    reached = {"top1": top1(nearer, equal), "mrr": reciprocal_rank(nearer, equal)}
    return Units(
        country=own,
        proxy=[table.conditions[k].proxy for k, _ in at],
        control=np.array([table.conditions[k].control for k, _ in at], dtype=np.bool_),
        score={m: np.where(number > 0, reached[m], chance[m]) for m in reached},
        chance={m: chance[m][here, own] for m in chance},
        ranked=number[here, own] > 0,
        n=np.array(n, dtype=np.intp),
        n_items=np.array([table.asked[k, c].sum() for k, c in at], dtype=np.intp),
    )


def distances_to_peoples(table: AnswerTable, reading: Reading) -> FloatArray:
    """Mean `js_distance` of a question's answers to each people.

    Of each answer, then the mean over pictures and orders: the mean answer is flatter, and flatter
    is nearer to everybody. (conditions, countries, questions, candidates), NaN where nobody was
    asked or nothing was answered.
    """
    people, _ = table.read(reading)
    each = table.each
    p = each.p if reading != "substantive" else _substantive(table)
    cell = np.ravel_multi_index((each.condition, each.country, each.question), table.asked.shape)
    answered = np.flatnonzero(np.isfinite(p).all(axis=1))
    answered = answered[np.argsort(cell[answered], kind="stable")]
    apart = np.empty((len(answered), len(table.countries)))
    for start in range(0, len(answered), BLOCK):
        block = answered[start : start + BLOCK]
        to = people[:, each.question[block]]  # (candidates, answers, options)
        apart[start : start + BLOCK] = np.sqrt(divergence_unchecked(p[block], to)).T
    found = np.full((table.asked.size, len(table.countries)), np.nan)
    if answered.size:
        cells, starts, counts = np.unique(cell[answered], return_index=True, return_counts=True)
        found[cells] = np.add.reduceat(apart, starts) / counts[:, None]
    return found.reshape(*table.asked.shape, len(table.countries))


def _substantive(table: AnswerTable) -> FloatArray:
    return restrict_unchecked(table.each.p, table.substantive[table.each.question])


def _margins(distance: FloatArray) -> tuple[FloatArray, BoolArray]:
    """From (questions, candidates): summed distance to each column less that to each row.

    Over the questions that both were asked; below 0 the column is nearer. And whether they share
    any, both (candidates, candidates).
    """
    known = np.isfinite(distance)
    filled, there = np.where(known, distance, 0.0), known.astype(np.float64)
    return there.T @ filled - filled.T @ there, (there.T @ there) > 0


def _counted(distance: FloatArray, own: int) -> int:
    """Questions over which the own country is compared with any other."""
    known = np.isfinite(distance)
    return int((known[:, own] & (known.sum(axis=1) > 1)).sum())
