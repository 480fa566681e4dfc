"""Gate files: ``[[gate]]`` tables of TOML become rules, and a typo an error with its line.

Knows the file's keys; not which metrics or scopes a run has.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast, get_args

from benchmark.errors import DataProblem, unknown
from benchmark.gates.rules import Compare, Gate, Status
from benchmark.metrics.directions import direction, is_known
from benchmark.metrics.ranges import range_of, readings_of, why_no_interval
from benchmark.vocabulary import SUBSTANTIVE, Reading
from benchmark.world.countries import country

NUMBERS = ("min", "max", "margin")
TEXTS = ("suite", "metric", "reading", "worst", "gap", "compare", "inconclusive")
KEYS = (*TEXTS, *NUMBERS, "scope", "among")
EDGE = 1e-9
READINGS = get_args(Reading)
COMPARISONS = tuple(name for name in get_args(Compare) if name)


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """One ``[[gate]]`` as written in the file, and its place there."""

    content: Mapping[str, object]
    path: Path
    number: int
    line: int | None
    lines: tuple[str, ...]

    def at(self, key: str = "") -> str:
        """The place of a key, or of the table: file, line, which gate."""
        line = self.line
        pattern = re.compile(rf"""^\s*["']?{re.escape(key)}["']?\s*[=.]""")
        for offset, text in enumerate(self.lines) if key and line is not None else ():
            if pattern.match(text):
                line = cast("int", self.line) + offset
                break
        return f"{self.path}, " + (f"line {line}, " if line else "") + f"gate {self.number}"


def load_gates(path: Path) -> tuple[Gate, ...]:
    """Read ``[[gate]]`` tables.

    Raises
    ------
    DataProblem
        The file is unreadable, not TOML, or a gate has an unknown key or a meaningless value.
    """
    try:
        text = path.read_text(encoding="utf-8")
        tables = tomllib.loads(text)
    except OSError as error:
        raise DataProblem(f"gate file {path} cannot be read ({error.strerror})") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DataProblem(f"gate file {path} is not TOML: {error}") from error
    for key in tables:
        if key != "gate":
            line = _line_of(text, rf"^\s*\[*\s*[\"']?{re.escape(key)}\b")
            raise DataProblem(unknown("table", key, ["gate"], source=f"{path}{line}"))
    gates = tables.get("gate")
    if not isinstance(gates, list) or not gates:
        raise DataProblem(f"gate file {path} has no [[gate]] table, so it would pass anything")
    return tuple(_gate(table) for table in _tables(path, text, gates))


def _tables(path: Path, text: str, gates: list[Mapping[str, object]]) -> list[Table]:
    """Each table with its lines; without lines if the file writes tables in another way."""
    lines = text.splitlines()
    starts = [i for i, line in enumerate(lines) if re.match(r"^\s*\[\[\s*gate\s*\]\]", line)]
    known = len(starts) == len(gates)
    ends = [*starts[1:], len(lines)]
    return [
        Table(
            content=content,
            path=path,
            number=i + 1,
            line=starts[i] + 1 if known else None,
            lines=tuple(lines[starts[i] : ends[i]]) if known else (),
        )
        for i, content in enumerate(gates)
    ]


def _line_of(text: str, pattern: str) -> str:
    found = re.search(pattern, text, re.M)
    return f", line {text.count(chr(10), 0, found.start()) + 1}" if found else ""


def _gate(table: Table) -> Gate:
    content = table.content
    for key in content:
        if key not in KEYS:
            raise DataProblem(unknown("key", key, KEYS, source=table.at(key)))
    if "suite" not in content or "metric" not in content:
        raise DataProblem(f"{table.at()} must name a suite and a metric")
    texts = {key: _text(table, key) for key in TEXTS if key in content}
    _one_of(table, texts, "reading", READINGS)
    metric, reading = _metric(table, texts)
    _one_of(table, texts, "compare", COMPARISONS)
    _one_of(table, texts, "inconclusive", (Status.FAIL.value, Status.PASS.value))
    by = texts.get("worst") or texts.get("gap", "")
    gate = Gate(
        suite=texts["suite"],
        metric=metric,
        reading=reading,
        scope={key: _member(key, name) for key, name in _scope(table).items()},
        min=_number(table, "min", -math.inf),
        max=_number(table, "max", math.inf),
        inconclusive=Status(texts.get("inconclusive", "fail")),
        worst=texts.get("worst", ""),
        gap=texts.get("gap", ""),
        among=tuple(_member(by, name) for name in _among(table)),
        compare=cast("Compare", texts.get("compare", "")),
        margin=_number(table, "margin", 0.0),
        file=table.path.name,
        place=table.at(),
    )
    _check_sense(table, gate)
    _check_metric(table, gate)
    return gate


def _check_sense(table: Table, gate: Gate) -> None:
    """Keys that contradict each other, or that leave nothing to decide."""
    bounded = [key for key in ("min", "max") if key in table.content]
    wrong = [
        (gate.compare and bounded, "min", "compares with a baseline, so min and max mean nothing"),
        (gate.compare and gate.gap, "gap", "compares with a baseline, which a gap does not"),
        (gate.worst and gate.gap, "gap", "has both worst and gap; write two gates"),
        (gate.by in gate.scope, "scope", f"looks through every {gate.by} and fixes one in scope"),
        (gate.among and not gate.by, "among", "has among without worst or gap"),
        (
            gate.gap and gate.among and len(set(gate.among)) < 2,
            "among",
            "is on a gap, which is between two members or more, and names one",
        ),
        (
            gate.compare != "non-inferiority" and "margin" in table.content,
            "margin",
            'has a margin, which belongs to compare = "non-inferiority"',
        ),
        (
            gate.compare == "non-inferiority" and not 0 < gate.margin < math.inf,
            "margin",
            "asks for non-inferiority and needs a margin above 0",
        ),
        (gate.gap and bounded != ["max"], "min", "is on a gap and needs a max, but no min"),
        (gate.min > gate.max, "min", f"wants at least {gate.min:g} and at most {gate.max:g}"),
    ]
    for found, key, words in wrong:
        if found:
            raise DataProblem(f"{table.at(key)} {words}")
    if not gate.compare and gate.min == -math.inf and gate.max == math.inf:
        raise DataProblem(f"{table.at()} sets neither min nor max, so it would pass anything")


def _metric(table: Table, texts: Mapping[str, str]) -> tuple[str, Reading]:
    """The metric and its reading, which may be written as one word or as two."""
    metric, reading = texts["metric"], texts.get("reading", "")
    if metric.endswith(SUBSTANTIVE):
        if reading not in ("", "substantive"):
            raise DataProblem(
                f"{table.at('reading')} wants {metric!r} in the reading {reading!r}; leave one out"
            )
        metric, reading = metric.removesuffix(SUBSTANTIVE), "substantive"
    known = readings_of(metric)
    if len(known) == 1 and not reading:
        reading = known[0]
    return metric, cast("Reading", reading)


def _check_metric(table: Table, gate: Gate) -> None:
    """What no run could change: figures nobody can decide on, the wrong side, impossible bounds."""
    if why := why_no_interval(gate.metric):
        raise DataProblem(f"{table.at('metric')}: {gate.metric} cannot be gated: {why}")
    known = readings_of(gate.metric)
    if known and gate.reading not in known:
        raise DataProblem(
            f"{table.at('reading')}: {gate.metric} has readings; name one: {' or '.join(known)}"
        )
    if gate.reading and not known and is_known(gate.metric):
        raise DataProblem(f"{table.at('reading')}: {gate.metric} has no readings; leave it out")
    _check_side(table, gate)
    _check_bounds(table, gate)


def _check_side(table: Table, gate: Gate) -> None:
    if not is_known(gate.metric):  # a suite's own
        return
    better = direction(gate.metric)
    if gate.compare and better is None:
        raise DataProblem(
            f"{table.at('compare')}: {gate.metric} has no better or worse, so there can be no "
            "regression"
        )
    if gate.gap or gate.compare:
        return
    for key, wrong, words in (("min", False, "less is better"), ("max", True, "more is better")):
        if key in table.content and better is wrong:
            other = "max" if key == "min" else "min"
            raise DataProblem(
                f"{table.at(key)} sets a {key} for {gate.metric}, of which {words}; did you mean "
                f"{other}?"
            )


def _check_bounds(table: Table, gate: Gate) -> None:
    """Bounds within what the metric can be, a margin or gap within what it can change by."""
    span = range_of(gate.metric)
    for key in ("min", "max", "margin"):
        if key not in table.content:
            continue
        number, is_width = _number(table, key, 0.0), key == "margin" or bool(gate.gap)
        low, high = (0.0, span.width) if is_width else (span.low, span.high)
        beyond = number >= high if is_width and high < math.inf else number > high + EDGE
        if number < low - EDGE or beyond:
            what = "can change by" if is_width else "can be"
            maybe = f"; did you mean {number / 100:g}?" if low < number / 100 < high else ""
            raise DataProblem(
                f"{table.at(key)}: {key} = {number:g} is beyond what {gate.metric} {what} "
                f"({low:.3g} to {high:.3g}){maybe}"
            )


def _text(table: Table, key: str) -> str:
    value = table.content[key]
    if not isinstance(value, str) or (not value and key != "reading"):
        raise DataProblem(f"{table.at(key)}: {key} is {value!r}, not text")
    return value


def _one_of(table: Table, texts: Mapping[str, str], key: str, known: tuple[str, ...]) -> None:
    if key in texts and texts[key] not in known:
        names = [name for name in known if name]
        raise DataProblem(unknown(key, texts[key], names, source=table.at(key)))


def _number(table: Table, key: str, default: float) -> float:
    value = table.content.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
        raise DataProblem(f"{table.at(key)}: {value!r} is not a number")
    return float(value)


def _scope(table: Table) -> Mapping[str, str]:
    scope = table.content.get("scope", {})
    if not isinstance(scope, dict) or not all(isinstance(name, str) for name in scope.values()):
        raise DataProblem(f'{table.at("scope")}: scope is a table such as {{ country = "NGA" }}')
    return scope


def _among(table: Table) -> list[str]:
    among = table.content.get("among", [])
    if not isinstance(among, list) or not all(isinstance(name, str) for name in among):
        raise DataProblem(f'{table.at("among")}: among is a list such as ["NGA", "PAK"]')
    return among


def _member(key: str, name: str) -> str:
    """Countries by their code; an unknown name may be the suite's own."""
    if key != "country":
        return name
    try:
        return country(name).iso3
    except DataProblem:
        return name
