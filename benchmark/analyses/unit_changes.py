"""The changes of the independent units behind a changed score, for tests that the units decide.

Knows two sets of records; neither which run is better nor any file. Units are the stems of survey
questions, and the pictures of questions with a right answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.analyses.change import CHANGE, differences
from benchmark.analyses.groups import FACTORS
from benchmark.analyses.item_table import ItemTable, item_table
from benchmark.analyses.questions.question_change import ACCURACY, change_table
from benchmark.records import CaseRecord, Score

Scope = tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Units:
    """Each unit's change, so scaled that their mean is the score's, and its weight, of mean 1."""

    values: tuple[float, ...]
    weights: tuple[float, ...]


def unit_changes(
    now: Sequence[CaseRecord], before: Sequence[CaseRecord], wanted: Sequence[Score]
) -> dict[int, Units]:
    """The units behind the change of each wanted score, by its place; only of means of items.

    A stem has one vote, so its mean change counts; a picture has as many as it has questions.
    """
    found: dict[int, Units] = {}
    kinds = {(s.name, s.metric == ACCURACY, tuple(sorted(s.scope))) for s in wanted}
    for name, of_pictures, by in sorted(kinds):
        if not set(by) <= set(FACTORS):
            continue
        if of_pictures:
            table = change_table(now, before)
        else:
            changed = differences(now, before, name)
            table = item_table(changed, (), optional=[CHANGE], analysis=CHANGE)
        if not set(by) <= table.factors.keys():
            continue
        units = _by_scope(table, by, alike=not of_pictures)
        for place, score in enumerate(wanted):
            if (score.name, tuple(sorted(score.scope))) == (name, by):
                scope = tuple(sorted(score.scope.items()))
                found |= {place: units[scope]} if scope in units else {}
    return found


def _by_scope(table: ItemTable, by: Sequence[str], *, alike: bool) -> Mapping[Scope, Units]:
    """The units of each scope; ``alike`` gives every unit the same weight."""
    grouping, column = table.group(by), table.values[CHANGE]
    scored = grouping.grouped & ~np.isnan(column)
    found: dict[Scope, Units] = {}
    for code, scope in enumerate(grouping.scopes):
        mine = scored & (grouping.codes == code)
        if not mine.any():
            continue
        _, unit = np.unique(table.clusters.codes[mine], return_inverse=True)
        sums, counts = np.bincount(unit, column[mine]), np.bincount(unit).astype(np.float64)
        weights = np.ones_like(counts) if alike else counts / counts.mean()
        values = sums / counts * weights
        found[tuple(sorted(scope.items()))] = Units(
            values=tuple(values.tolist()), weights=tuple(weights.tolist())
        )
    return found
