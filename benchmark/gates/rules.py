"""The records of the gates: a rule, what it is compared with, a decision; knows no file."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from benchmark.engine.noise_floor import Determinism
from benchmark.records import Score
from benchmark.vocabulary import Reading

Compare = Literal["", "regression", "non-inferiority"]


class Status(StrEnum):
    """What a gate says of a run."""

    PASS = "pass"  # noqa: S105 - not a password
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, kw_only=True, slots=True)
class Gate:
    """One rule: ``metric`` within [``min``, ``max``] in the given scope ({} is overall).

    ``worst`` holds every member of a grouping to it, ``gap`` holds the largest difference between
    members to ``max``; ``among`` names the members that must be there, () takes all. ``compare``
    looks at the change since a baseline instead: not shown worse, or not worse by ``margin``.
    """

    suite: str
    metric: str
    reading: Reading = ""
    scope: Mapping[str, str] = field(default_factory=dict)
    min: float = -math.inf
    max: float = math.inf
    inconclusive: Status = Status.FAIL
    worst: str = ""
    gap: str = ""
    among: tuple[str, ...] = ()
    compare: Compare = ""
    margin: float = 0.0
    file: str = ""

    @property
    def by(self) -> str:
        """The grouping whose members the gate looks at; empty for a single score."""
        return self.worst or self.gap


@dataclass(frozen=True, kw_only=True, slots=True)
class Against:
    """The change of each score since a baseline, or the ``problem`` why there is none.

    ``changes`` are differences, run minus baseline, whose ``method`` says how they were paired.
    """

    name: str
    changes: Sequence[Score] = ()
    determinism: Determinism | None = None
    problem: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """One number that a gate looks at; ``noise`` widens the interval on either side."""

    label: str
    value: float
    low: float
    high: float
    n: int = 0
    noise: float = 0.0
    method: str = ""

    @property
    def bottom(self) -> float:
        return self.low - self.noise

    @property
    def top(self) -> float:
        return self.high + self.noise

    @property
    def df(self) -> int:
        """The most degrees of freedom possible: a score does not say how many stems it has."""
        return max(1, self.n - 1)

    @property
    def has_interval(self) -> bool:
        return not (math.isnan(self.low) or math.isnan(self.high))


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """A gate's decision and the one sentence that explains it.

    ``cell`` is the number that decided; ``reason`` says why a gate is closed without one.
    ``failing`` names the members shown to fail, ``more_questions`` how many would settle an
    inconclusive gate (None: no number would).
    """

    gate: Gate
    status: Status
    sentence: str
    name: str = ""
    cell: Cell | None = None
    reason: str = ""
    failing: tuple[str, ...] = ()
    more_questions: int | None = None
    against: str = ""

    @property
    def holds(self) -> bool:
        """Whether this verdict leaves the exit code alone."""
        if self.status is Status.INCONCLUSIVE:
            return self.gate.inconclusive is Status.PASS
        return self.status is Status.PASS
