"""How many questions of each score's scope were asked of the model and not answered.

Knows records; no figure. What a survey did not ask has no people's answer and is the survey's; what
it asked and the model left open is the model's, and may not be to its advantage.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from benchmark.analyses.groups import FACTORS
from benchmark.analyses.item_table import ItemTable, item_table
from benchmark.analyses.questions.question_table import CORRECT, question_table
from benchmark.metrics.divergence import FloatArray
from benchmark.records import CaseRecord, Item, Score
from benchmark.vocabulary import QUESTION, SIMILARITY_KINDS, STORY

UNANSWERED = "unanswered"
Scope = tuple[tuple[str, str], ...]


def with_unanswered(records: Sequence[CaseRecord], scores: Iterable[Score]) -> list[Score]:
    """The scores with their ``n_unanswered``; those that have one already, and others, as they are.

    Of a scope that names what no case has (a contrast, a frame), all questions of the rest count.
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
        self._column: FloatArray = np.zeros(0)
        self._none = STORY in kinds
        self._known: dict[tuple[str, ...], dict[Scope, int]] = {}
        if QUESTION in kinds:
            self._table = question_table(records)
            self._column = np.isnan(self._table.values[CORRECT]).astype(np.float64)
        elif kinds & SIMILARITY_KINDS:
            marked = [_marked(record) for record in records]
            self._table = item_table(marked, (), optional=[UNANSWERED], analysis=UNANSWERED)
            self._column = np.nan_to_num(self._table.values[UNANSWERED])

    def of(self, score: Score) -> int | None:
        if self._none:
            return 0
        if self._table is None:
            return None
        factors = self._table.factors
        by = tuple(sorted(key for key in score.scope if key in FACTORS and key in factors))
        if by not in self._known:
            self._known[by] = self._count(self._table, by)
        return self._known[by].get(tuple((key, score.scope[key]) for key in by), 0)

    def _count(self, table: ItemTable, by: tuple[str, ...]) -> dict[Scope, int]:
        grouping = table.group(by)
        inside = grouping.grouped
        totals = np.bincount(
            grouping.codes[inside], self._column[inside], minlength=len(grouping.scopes)
        )
        return {
            tuple(sorted(scope.items())): int(total)
            for scope, total in zip(grouping.scopes, totals.tolist(), strict=True)
        }


def _marked(record: CaseRecord) -> CaseRecord:
    return replace(record, items=tuple(map(_marked_item, record.items)))


def _marked_item(item: Item) -> Item:
    """An item whose only value says whether it was asked and not answered."""
    left_open = item.human is not None and item.model is None
    return replace(item, values={UNANSWERED: float(left_open)})
