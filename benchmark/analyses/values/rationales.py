"""Lexical scores of the reasons a model gave, by proxy and country; from the rows alone.

Reasons are asked for on a few questions a case, so each mean has its own n. Controls have scores
under their own proxy alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from benchmark.analyses.groups import similarity_records
from benchmark.analyses.reporting import mean_score
from benchmark.records import Analysis, CaseRecord, Evidence, Score
from benchmark.vocabulary import CONTROL

PREFIX = "rationale_"
GROUPS: tuple[tuple[str, ...], ...] = ((), ("proxy",), ("country",), ("country", "proxy"))


def rationales(evidence: Evidence) -> list[Score]:
    """Means of every ``rationale_…`` value that the items carry; none where none was asked."""
    mine = similarity_records(evidence.records)
    return [score for by in GROUPS for score in _family(mine, by)]


RATIONALES = Analysis(compute=rationales, provides=(f"{PREFIX}*",))


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
            yield mean_score(name, scope, [row[name] for row in rows])
