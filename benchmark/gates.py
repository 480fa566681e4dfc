"""Gates: thresholds from a TOML file, decided on intervals; sees nothing but `Score`s.

A gate passes when the whole interval is on the right side, fails when it is wholly on the
wrong side, and is inconclusive between; a score that is missing or has no interval where one
was to be expected fails closed, with the reason.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from benchmark.errors import DataProblem, unknown
from benchmark.records import Reading, Score

KEYS = ("suite", "metric", "reading", "scope", "min", "max", "inconclusive")
READINGS: tuple[Reading, ...] = ("printed", "substantive", "")


class Status(StrEnum):
    """What a gate says of a run."""

    PASS = "pass"  # noqa: S105 - not a password
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, kw_only=True, slots=True)
class Gate:
    """One rule: ``metric`` within [``min``, ``max``] in the given scope ({} is overall)."""

    suite: str
    metric: str
    reading: Reading = ""
    scope: Mapping[str, str] = field(default_factory=dict)
    min: float = -math.inf
    max: float = math.inf
    inconclusive: Status = Status.FAIL


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """A gate's decision and the one sentence that explains it."""

    gate: Gate
    status: Status
    sentence: str

    @property
    def holds(self) -> bool:
        """Whether this verdict leaves the exit code alone."""
        if self.status is Status.INCONCLUSIVE:
            return self.gate.inconclusive is Status.PASS
        return self.status is Status.PASS


def load_gates(path: Path) -> tuple[Gate, ...]:
    """Read ``[[gate]]`` tables.

    Raises
    ------
    DataProblem
        The file is unreadable, not TOML, or a gate has an unknown key or a senseless value.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataProblem(f"gate file {path} cannot be read ({error.strerror})") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DataProblem(f"gate file {path} is not TOML: {error}") from error
    for key in tables:
        if key != "gate":
            raise DataProblem(unknown("table", key, ["gate"], source=str(path)))
    gates = tables.get("gate")
    if not isinstance(gates, list) or not gates:
        raise DataProblem(f"gate file {path} holds no [[gate]] table, so it would pass anything")
    return tuple(_gate(table, f"{path}, gate {i}") for i, table in enumerate(gates, start=1))


def _gate(table: Mapping[str, object], where: str) -> Gate:
    for key in table:
        if key not in KEYS:
            raise DataProblem(unknown("key", key, KEYS, source=where))
    match table:
        case {"suite": str(suite), "metric": str(metric)}:
            pass
        case _:
            raise DataProblem(f"{where} must name a suite and a metric")
    if "min" not in table and "max" not in table:
        raise DataProblem(f"{where} sets neither min nor max, so it would pass anything")
    reading = next((r for r in READINGS if r == table.get("reading", "")), None)
    scope = table.get("scope", {})
    inconclusive = table.get("inconclusive", "fail")
    if reading is None or inconclusive not in ("fail", "pass") or not isinstance(scope, dict):
        raise DataProblem(
            f'{where}: reading is "printed" or "substantive", inconclusive "fail" or "pass", '
            "scope a table"
        )
    return Gate(
        suite=suite,
        metric=metric,
        reading=reading,
        scope={str(key): str(value) for key, value in scope.items()},
        min=_bound(table.get("min", -math.inf), where),
        max=_bound(table.get("max", math.inf), where),
        inconclusive=Status(inconclusive),
    )


def _bound(value: object, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or math.isnan(value):
        raise DataProblem(f"{where}: {value!r} is not a number")
    return float(value)


def judge(gate: Gate, scores: Sequence[Score], *, incomplete: Sequence[str] = ()) -> Verdict:
    """Decide one gate; ``incomplete`` holds the reasons why a run is partial, if it is."""
    named = " ".join(
        part for part in (gate.suite, gate.metric, gate.reading, _scope_words(gate.scope)) if part
    )
    if incomplete:
        return _verdict(
            gate, Status.FAIL, f"{named}: the run is incomplete ({'; '.join(incomplete)})"
        )
    score = next(
        (
            s
            for s in scores
            if s.metric == gate.metric
            and s.reading == gate.reading
            and dict(s.scope) == dict(gate.scope)
        ),
        None,
    )
    if score is None:
        return _verdict(gate, Status.FAIL, f"{named}: the run has no such score")
    if math.isnan(score.value):
        return _verdict(gate, Status.FAIL, f"{named}: not scored (0 of {score.n_missing} items)")
    return _verdict(gate, *_decide(gate, score, named))


def _decide(gate: Gate, score: Score, named: str) -> tuple[Status, str]:
    bounds = " and ".join(
        text
        for text in (
            f">= {gate.min:g}" if gate.min > -math.inf else "",
            f"<= {gate.max:g}" if gate.max < math.inf else "",
        )
        if text
    )
    if math.isnan(score.low) or math.isnan(score.high):
        sentence = f"{named} {score.value:.3f} has no interval ({score.method}); wanted {bounds}"
        return Status.INCONCLUSIVE, sentence
    sentence = f"{named} {score.value:.3f} [{score.low:.3f}, {score.high:.3f}]; wanted {bounds}"
    if score.low >= gate.min and score.high <= gate.max:
        return Status.PASS, sentence
    if score.high < gate.min or score.low > gate.max:
        return Status.FAIL, sentence
    return Status.INCONCLUSIVE, sentence


def _verdict(gate: Gate, status: Status, sentence: str) -> Verdict:
    return Verdict(gate=gate, status=status, sentence=f"{sentence}: {status.upper()}")


def _scope_words(scope: Mapping[str, str]) -> str:
    return ", ".join(f"{key} {value}" for key, value in sorted(scope.items()))
