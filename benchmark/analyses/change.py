"""How a model's figures changed since another run of the same questions, paired by question.

Knows two sets of records and item values; neither which run is better nor any file.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from benchmark.analyses.groups import FACTORS
from benchmark.analyses.item_table import item_table
from benchmark.analyses.reporting import Family, NamedFigure, report
from benchmark.analyses.stem_intervals import Figure
from benchmark.records import CaseRecord, Item, Score

CHANGE = "change"
SAME = 1e-9  # a score and the mean of its items, summed in another order


def paired_changes(
    now: Sequence[CaseRecord],
    before: Sequence[CaseRecord],
    wanted: Sequence[Score],
) -> dict[int, Score]:
    """The change of each wanted score of ``now``, by its place; only of scores that are item means.

    Positive where ``now`` is higher. The difference is taken question by question, over those that
    both runs have a value for (``n``; those that only one has are ``n_missing``), and averaged as
    the score is: every stem has one vote. A score is an item mean if it equals that of its scope.
    """
    found: dict[int, Score] = {}
    kinds = {(s.metric, s.reading, tuple(sorted(s.scope))): s for s in wanted}
    for (metric, reading, by), one in kinds.items():
        shape = NamedFigure(
            metric=metric,
            reading=reading,
            figure=Figure(columns=(CHANGE,), interval=True, safe=True),
            higher_is_better=one.higher_is_better,
        )
        if not set(by) <= set(FACTORS):
            continue  # a frame or a contrast: not a mean of items
        means = _scores(_single(now, one.name), shape, by)
        changed = differences(now, before, one.name)
        changes = _scores(changed, shape, by)
        for place, score in enumerate(wanted):
            key = tuple(sorted(score.scope.items()))
            mean, change = means.get(key), changes.get(key)
            alike = (score.metric, score.reading) == (metric, reading)
            if alike and mean and change and math.isclose(mean.value, score.value, abs_tol=SAME):
                found[place] = _named(change)
    return found


def _scores(
    records: Sequence[CaseRecord], shape: NamedFigure, by: tuple[str, ...]
) -> dict[tuple[tuple[str, str], ...], Score]:
    table = item_table(records, (), optional=[CHANGE], analysis=CHANGE)
    scores = report(table, [Family(by=by, wanted=(shape,))])
    return {tuple(sorted(score.scope.items())): score for score in scores}


def _named(change: Score) -> Score:
    asked = change.n + change.n_missing
    over = f"paired over {change.n} of {asked} questions"
    method = over if math.isfinite(change.low) else f"{over}, {change.method}"
    return replace(change, method=method)


def _single(records: Iterable[CaseRecord], name: str) -> list[CaseRecord]:
    return [_with(record, {i: item.values.get(name, np.nan) for i, item in _numbered(record)})
            for record in records]  # fmt: skip


def differences(
    now: Iterable[CaseRecord], before: Iterable[CaseRecord], name: str
) -> list[CaseRecord]:
    """The records of ``now`` with the change of each item's value since ``before``, under `CHANGE`.

    NaN where only one of the two has a value; items that neither has are left out.
    """
    old = {
        (record.case.case_id, *key): record.items[place].values.get(name, np.nan)
        for record in before
        for key, place in _keys(record)
    }
    changes = []
    for record in now:
        pairs = {
            place: (
                record.items[place].values.get(name, np.nan),
                old.get((record.case.case_id, *key), np.nan),
            )
            for key, place in _keys(record)
        }
        some = {place: pair for place, pair in pairs.items() if not all(map(math.isnan, pair))}
        changes.append(_with(record, {place: new - was for place, (new, was) in some.items()}))
    return changes


def _with(record: CaseRecord, values: Mapping[int, float]) -> CaseRecord:
    items = tuple(
        replace(item, values={CHANGE: values[place]})
        for place, item in _numbered(record)
        if place in values
    )
    return replace(record, scores=(), items=items)


def _numbered(record: CaseRecord) -> Iterator[tuple[int, Item]]:
    return enumerate(record.items)


def _keys(record: CaseRecord) -> Iterator[tuple[tuple[str, tuple[str, ...], int], int]]:
    """A question's name in its case: its id, its pictures, and which of several such items it is.

    The same question about other pictures (of which a model vets some) is another one.
    """
    seen: Counter[tuple[str, tuple[str, ...]]] = Counter()
    order = sorted(_numbered(record), key=lambda pair: (pair[1].item_id, pair[1].image_ids))
    for place, item in order:
        asked = item.item_id, item.image_ids
        yield (*asked, seen[asked]), place
        seen[asked] += 1
