"""How many questions of each score's scope were asked of the model and not answered.

Knows records; no figure. What a survey did not ask has no people's answer and is the survey's; what
it asked and the model left open is the model's, and may not be to its advantage.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from benchmark.analyses.groups import FACTORS
from benchmark.analyses.item_table import ItemTable, item_table
from benchmark.analyses.questions.question_table import CORRECT, question_table
from benchmark.metrics.divergence import FloatArray
from benchmark.records import CaseRecord, Item, Score
from benchmark.vocabulary import (
    ALL_ASKED,
    FLOORS,
    ORDERED,
    QUESTION,
    SIMILARITY,
    SIMILARITY_KINDS,
    STORY,
    SUBSTANTIVE,
    W1,
)

UNANSWERED = "unanswered"
# Values of an item: one that every question asked has, and one that an answer must have, too.
ANSWERED: Mapping[str, tuple[str, str]] = {
    SUBSTANTIVE: (ALL_ASKED + SUBSTANTIVE, SIMILARITY + SUBSTANTIVE),
    W1: (W1 + FLOORS[0] + SUBSTANTIVE, ORDERED + SUBSTANTIVE),
}
COLUMNS = tuple(UNANSWERED + of for of in ("", *ANSWERED))
Scope = tuple[tuple[str, str], ...]


def with_unanswered(records: Sequence[CaseRecord], scores: Iterable[Score]) -> list[Score]:
    """The scores with their ``n_unanswered``; those that have one already, and others, as they are.

    In the substantive reading an answer that is all on "don't know" is none. Of a scope that names
    what no case has (a contrast, a frame), all questions of the rest count.
    Stories that were refused are scored as such, so none of theirs is unanswered.
    """
    counted = _Counted(records)
    return [
        score if score.n_unanswered is not None else replace(score, n_unanswered=counted.of(score))
        for score in scores
    ]


class _Counted:
    """Unanswered questions by scope, each grouping counted when first asked for."""

    def __init__(self, records: Sequence[CaseRecord]) -> None:
        kinds = {record.case.kind for record in records}
        self._table: ItemTable | None = None
        self._columns: dict[str, FloatArray] = {}
        self._none = STORY in kinds
        self._known: dict[tuple[str, tuple[str, ...]], dict[Scope, int]] = {}
        if QUESTION in kinds:
            self._table = question_table(records)
            open_ = np.isnan(self._table.values[CORRECT]).astype(np.float64)
            self._columns = dict.fromkeys(COLUMNS, open_)
        elif kinds & SIMILARITY_KINDS:
            marked = [_marked(record) for record in records]
            self._table = item_table(marked, (), optional=COLUMNS, analysis=UNANSWERED)
            self._columns = {name: np.nan_to_num(self._table.values[name]) for name in COLUMNS}

    def of(self, score: Score) -> int | None:
        if self._none:
            return 0
        if self._table is None:
            return None
        factors = self._table.factors
        by = tuple(sorted(key for key in score.scope if key in FACTORS and key in factors))
        column = _column(score)
        if (column, by) not in self._known:
            self._known[column, by] = self._count(self._table, self._columns[column], by)
        return self._known[column, by].get(tuple((key, score.scope[key]) for key in by), 0)

    def _count(self, table: ItemTable, column: FloatArray, by: tuple[str, ...]) -> dict[Scope, int]:
        grouping = table.group(by)
        inside = grouping.grouped
        totals = np.bincount(grouping.codes[inside], column[inside], minlength=len(grouping.scopes))
        return {
            tuple(sorted(scope.items())): int(total)
            for scope, total in zip(grouping.scopes, totals.tolist(), strict=True)
        }


def _column(score: Score) -> str:
    """Which questions without an answer a score is missing."""
    if score.metric.startswith(W1):
        return UNANSWERED + W1
    return UNANSWERED + (SUBSTANTIVE if score.reading == "substantive" else "")


def _marked(record: CaseRecord) -> CaseRecord:
    return replace(record, items=tuple(map(_marked_item, record.items)))


def _marked_item(item: Item) -> Item:
    """An item whose only values say whether it was asked and not answered, by reading."""
    left_open = item.human is not None and item.model is None
    values = {UNANSWERED: float(left_open)}
    for of, (asked, answered) in ANSWERED.items():
        values[UNANSWERED + of] = float(
            _has(item, asked) and not _has(item, answered)
            if asked in item.values
            else left_open and of != W1
        )
    return replace(item, values=values)


def _has(item: Item, name: str) -> bool:
    return math.isfinite(item.values.get(name, math.nan))
