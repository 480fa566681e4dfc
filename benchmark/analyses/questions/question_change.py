"""How a model's accuracy changed since another run of the same questions, paired by question.

Knows two sets of records; neither which run is better nor any file. The picture is the sampling
unit, as in `benchmark.analyses.questions.accuracy`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from benchmark.analyses.item_table import ItemTable
from benchmark.analyses.questions.question_cells import clustered, paired_variance
from benchmark.analyses.questions.question_table import CORRECT, question_table
from benchmark.analyses.reporting import scored
from benchmark.records import CaseRecord, Score

ACCURACY = "accuracy"
CHANGE = "change"


def paired_accuracy_changes(
    now: Sequence[CaseRecord], before: Sequence[CaseRecord], wanted: Sequence[Score]
) -> dict[int, Score]:
    """The change of each wanted score of accuracy, by its place; none of other metrics.

    Positive where ``now`` is higher; over the questions that both scored (``n``).
    """
    places = [place for place, score in enumerate(wanted) if score.metric == ACCURACY]
    if not places:
        return {}
    table = change_table(now, before)
    found: dict[int, Score] = {}
    for by in {tuple(sorted(wanted[place].scope)) for place in places}:
        if not set(by) <= table.factors.keys():
            continue
        changes = {tuple(sorted(s.scope.items())): s for s in _changes(table, by)}
        for place in places:
            key = tuple(sorted(wanted[place].scope.items()))
            if key in changes:
                found[place] = changes[key]
    return found


def change_table(now: Sequence[CaseRecord], before: Sequence[CaseRecord]) -> ItemTable:
    """The table of ``now`` with a column `CHANGE`: right less right before, NaN for unpaired."""
    return _with_change(question_table(now), question_table(before))


def _with_change(now: ItemTable, before: ItemTable) -> ItemTable:
    old = dict(zip(_names(before), before.values[CORRECT].tolist(), strict=True))
    was = np.array([old.get(name, np.nan) for name in _names(now)], dtype=np.float64)
    return replace(now, values={**now.values, CHANGE: now.values[CORRECT] - was})


def _names(table: ItemTable) -> list[tuple[str, ...]]:
    """A question's case and id."""
    labels = [table.factors[name] for name in ("country", "topic", "proxy")]
    columns = [[one.names[code] for code in one.codes.tolist()] for one in (*labels, table.items)]
    return list(zip(*columns, strict=True))


def _changes(table: ItemTable, by: tuple[str, ...]) -> list[Score]:
    grouping = table.group(by)
    of = clustered(table, grouping, CHANGE)
    ends = of.ends(paired_variance(table, grouping, CHANGE, of), safe=True)
    columns = (of.mean, *ends, of.n, grouping.sizes, of.clusters)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [
        scored(
            *(ACCURACY, value, scope, n),
            f"paired over {n} of {size} questions"
            + (f", {few}" if (few := of.too_few(place)) else ""),
            n_missing=size - n,
            n_clusters=pictures,
            ends=(low, high),
        )
        for place, (scope, (value, low, high, n, size, pictures)) in enumerate(
            zip(grouping.scopes, rows, strict=True)
        )
    ]
