"""What can be known of a gate before a run: whether it will have the suite, metric and members.

Knows gates, and of each suite what it is about to measure; no score. A gate that cannot be decided
is refused before the first case, not after the last.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from benchmark.errors import DataProblem, unknown
from benchmark.gates.rules import Gate
from benchmark.gates.wording import UNITS as WORDS
from benchmark.metrics.ranges import UNITS, units_needed
from benchmark.records import Case
from benchmark.vocabulary import (
    ALL_HOUSEHOLDS,
    ALL_IMAGES,
    CATEGORIES,
    INCOME_BANDS,
    SUBSTANTIVE,
)

# The keys of the scopes that the shared analyses give (docs/architecture.md).
GROUPINGS = (
    *("country", "topic", "proxy", "variant", "region", "continent", "income_group", "income"),
    *("section", "contrast", "frame", "encoder", "chunking", "measure", "temperature", "word"),
    "end",
)
OF_CASES = ("country", "topic", "proxy")


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """What a suite is about to give: its metrics, and the members of its cases.

    ``metrics`` may hold patterns. ``bare`` are those without intervals, and ``own`` those whose
    scopes only the suite itself knows. ``members`` maps country, topic and proxy to what the cases
    have.
    """

    suite: str
    metrics: tuple[str, ...]
    bare: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()
    members: Mapping[str, Collection[str]] = field(default_factory=dict)


def members_of(cases: Sequence[Case]) -> dict[str, frozenset[str]]:
    """Countries, topics and proxies of some cases, and what analyses call several proxies."""
    found = {key: frozenset(getattr(case, key) for case in cases) for key in OF_CASES}
    proxies = found["proxy"]
    together = {ALL_IMAGES} if proxies & set(CATEGORIES) else set()
    together |= {ALL_HOUSEHOLDS} if proxies & set(INCOME_BANDS) else set()
    return {**found, "proxy": proxies | together}


def check_gates(
    gates: Sequence[Gate], suites: Sequence[Measured], baselines: Collection[str]
) -> None:
    """Refuse what these suites cannot decide; ``baselines`` names the suites that have one.

    Raises
    ------
    DataProblem
        The place of the gate, what is wrong, and what there is instead.
    """
    names = sorted({suite.suite for suite in suites})
    for gate in gates:
        mine = [suite for suite in suites if suite.suite == gate.suite]
        if not mine:
            raise DataProblem(
                f"{unknown('suite', gate.suite, names, source=gate.place)}; it would not be "
                "measured here, and the gate would fail"
            )
        if gate.compare and gate.suite not in baselines:
            raise DataProblem(
                f"{gate.place}: compare = {gate.compare!r} needs a baseline of suite "
                f"{gate.suite!r}; name one with --baseline"
            )
        for suite in mine:
            _check_metric(gate, suite)
            _check_scope(gate, suite)
            _check_units(gate, suite)


def _check_metric(gate: Gate, suite: Measured) -> None:
    named = {gate.metric, f"{gate.metric}{SUBSTANTIVE}"}
    if not any(fnmatchcase(name, metric) for name in named for metric in suite.metrics):
        raise DataProblem(unknown("metric", gate.metric, suite.metrics, source=gate.place))
    if gate.metric in suite.bare:
        raise DataProblem(
            f"{gate.place}: {gate.metric} has no interval in suite {suite.suite!r}, so nothing can "
            "be decided on it"
        )


def _check_scope(gate: Gate, suite: Measured) -> None:
    wanted = [*gate.scope.items(), *((gate.by, member) for member in gate.among)]
    for key in (*gate.scope, *([gate.by] if gate.by else ())):
        if key not in GROUPINGS and gate.metric not in suite.own:
            raise DataProblem(unknown("grouping", key, GROUPINGS, source=gate.place))
    for key, member in wanted:
        there = suite.members.get(key)
        if there and member not in there:
            what = unknown(key, member, sorted(there), source=gate.place)
            raise DataProblem(f"{what}; the selection has none, and the gate would fail")


def _check_units(gate: Gate, suite: Measured) -> None:
    """Shares whose interval cannot be so narrow with so many units, however good the model is."""
    factor = UNITS.get(gate.metric, "")
    there = len(suite.members.get(factor, ()))
    if not there or gate.compare or gate.gap or factor in (gate.by, *gate.scope):
        return
    needed = units_needed(low=gate.min, high=gate.max)
    if needed > there:
        bound = f"min = {gate.min:g}" if gate.min > -math.inf else f"max = {gate.max:g}"
        units = WORDS.get(suite.suite, "units") if factor == "topic" else "countries"
        raise DataProblem(
            f"{gate.place}: {bound} for {gate.metric} cannot be passed with {there} {units}, even "
            f"where all are as they should be: it takes {needed}"
        )
