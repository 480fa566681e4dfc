"""Lexical scores of the reasons a model gave, by proxy and country; from the rows alone.

A reason is asked on a few questions a case, so each mean has its own n. Controls have scores under
their own proxy alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.analyses.groups import similarity_records
from benchmark.analyses.reporting import mean_score
from benchmark.records import AnswerReader, CaseRecord, Score
from benchmark.vocabulary import CONTROL

PREFIX = "rationale_"
GROUPS: tuple[tuple[str, ...], ...] = ((), ("proxy",), ("country",), ("country", "proxy"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Rationales:
    """Means of every ``rationale_…`` value that the items carry; none where none was asked."""

    name: str = "rationales"

    @property
    def needs(self) -> frozenset[str]:
        return frozenset()

    def __call__(
        self,
        records: Sequence[CaseRecord],
        answers: AnswerReader,  # noqa: ARG002 - the items carry all that is needed
        *,
        rng: np.random.Generator,  # noqa: ARG002 - nothing is drawn
    ) -> Sequence[Score]:
        """One score for each value and group; without a direction, for none of them is a grade."""
        mine = similarity_records(records)
        return [score for by in GROUPS for score in _family(mine, by)]


def _family(records: Sequence[CaseRecord], by: Sequence[str]) -> Iterator[Score]:
    groups: dict[tuple[str, ...], list[Mapping[str, float]]] = {}
    for record in records:
        if record.case.kind == CONTROL and "proxy" not in by:
            continue
        key = tuple(getattr(record.case, name) for name in by)
        asked = (
            item.values for item in record.items if any(PREFIX in name for name in item.values)
        )
        groups.setdefault(key, []).extend(asked)
    for key in sorted(groups):
        rows = groups[key]
        for name in sorted({name for row in rows for name in row if name.startswith(PREFIX)}):
            scope = dict(zip(by, key, strict=True))
            yield mean_score(name, scope, [row[name] for row in rows], None)
