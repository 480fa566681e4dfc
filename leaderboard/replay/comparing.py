"""How two records of one case, or two lists of scores, differ; in plain words.

Knows rows as JSON values, not how they came about.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from benchmark.jsonio import Json
from benchmark.records import CaseRecord, Score
from benchmark.runs.rows import encode, row_of, score_row

TOLERANCE = 1e-12
NAMES = ("item_id", "metric")  # the keys that name an entry of a list
ABSENT = object()


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """A number or word that differs: where it stands, and both values."""

    case_id: str
    where: str
    recorded: object
    recomputed: object

    def __str__(self) -> str:
        return (
            f"{self.case_id}: {self.where} is {_words(self.recorded)} in the run, "
            f"{_words(self.recomputed)} recomputed"
        )


@dataclass(kw_only=True, slots=True)
class Comparison:
    """What was compared: ``n_exact`` of ``n`` are equal to the last bit.

    ``largest`` is the largest difference of two numbers that count as equal.
    """

    n: int = 0
    n_exact: int = 0
    largest: float = 0.0
    differences: list[Difference] = field(default_factory=list)

    @property
    def equal(self) -> bool:
        return not self.differences

    def row(self, recorded: CaseRecord, recomputed: CaseRecord, *, tolerance: float) -> None:
        """Compare the whole record of a case."""
        self.n += 1
        if encode(recorded) == encode(recomputed):
            self.n_exact += 1
            return
        case_id = recorded.case.case_id
        self._walk(case_id, "", _row(recorded), _row(recomputed), tolerance)

    def scores(
        self, recorded: Sequence[Score], recomputed: Sequence[Score], *, tolerance: float
    ) -> None:
        """Compare the scores of a run, each with its scope."""
        left, right = _by_name(recorded), _by_name(recomputed)
        for name in dict.fromkeys((*left, *right)):
            self.n += 1
            before, after = left.get(name, ABSENT), right.get(name, ABSENT)
            if before == after:
                self.n_exact += 1
            else:
                self._walk("scores", name, before, after, tolerance)

    def missing(self, case_id: str, why: str) -> None:
        """Note a case that could not be recomputed."""
        self.n += 1
        self.differences.append(
            Difference(case_id=case_id, where="the case", recorded="measured", recomputed=why)
        )

    def _walk(
        self, case_id: str, where: str, before: object, after: object, tolerance: float
    ) -> None:
        for place, left, right in _pairs(where, before, after):
            if type(left) is float and type(right) is float and abs(left - right) <= tolerance:
                self.largest = max(self.largest, abs(left - right))
            else:
                self.differences.append(
                    Difference(case_id=case_id, where=place, recorded=left, recomputed=right)
                )


def _row(record: CaseRecord) -> Mapping[str, Json]:
    """Its items first: what differs there makes the scores differ, too."""
    row = row_of(record)
    return {"items": row["items"], **row}


def _pairs(where: str, before: object, after: object) -> Iterator[tuple[str, object, object]]:
    """The innermost places where the two differ."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in dict.fromkeys((*before, *after)):
            place = f"{where} {key}".strip()
            yield from _pairs(place, before.get(key, ABSENT), after.get(key, ABSENT))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for i, (left, right) in enumerate(zip(before, after, strict=True)):
            yield from _pairs(f"{where} {_named(left, i)}".strip(), left, right)
    elif before != after:
        yield where, before, after


def _named(entry: object, place: int) -> str:
    for name in NAMES:
        if isinstance(entry, Mapping) and isinstance(entry.get(name), str):
            return str(entry[name])
    return f"[{place}]"


def _by_name(scores: Sequence[Score]) -> dict[str, Mapping[str, Json]]:
    """Each score by metric, reading and scope; a second one of a name is numbered."""
    found: dict[str, Mapping[str, Json]] = {}
    for score in scores:
        scope = ", ".join(f"{key} {member}" for key, member in sorted(score.scope.items()))
        name = f"{score.name} ({scope or 'overall'})"
        while name in found:
            name += "'"
        found[name] = score_row(score)
    return found


def _words(value: object) -> str:
    if value is ABSENT:
        return "absent"
    if value is None:
        return "not scored"
    if isinstance(value, float) and math.isfinite(value):
        return repr(value)
    text = str(value)
    return text if len(text) <= 100 else f"{text[:99]}…"
