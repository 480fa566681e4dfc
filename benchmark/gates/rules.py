"""The records of the gates: a rule, what it is compared with, a decision; knows no file."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from scipy.special import stdtrit  # scipy.stats alone would double the time to start

from benchmark.engine.noise_floor import Determinism
from benchmark.metrics.resampling import MIN_STEMS
from benchmark.records import Score
from benchmark.vocabulary import Reading

ALPHA = 0.025  # of one side: what a 95 % interval leaves there

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
    ``place`` is where it stands in its file.
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
    place: str = ""

    @property
    def by(self) -> str:
        """The grouping whose members the gate looks at; empty for a single score."""
        return self.worst or self.gap


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitChanges:
    """The change of each independent unit (stem, picture): their mean is the score's change.

    ``weights``, of mean 1, are the units' shares of a change that is the same everywhere.
    """

    values: tuple[float, ...]
    weights: tuple[float, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Against:
    """The change of each score since a baseline, or the ``problem`` why there is none.

    ``changes`` are differences, run minus baseline, whose ``method`` says how they were paired;
    ``units`` has those of the units behind some of them, by their place. Without a ``determinism``
    (a board's row holds none) the baseline is taken to move as the run does.
    """

    name: str
    changes: Sequence[Score] = ()
    units: Mapping[int, UnitChanges] = field(default_factory=dict)
    determinism: Determinism | None = None
    problem: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """One number that a gate looks at; ``noise`` widens the interval on either side.

    ``n_clusters`` counts the independent units behind the interval, 0 where nothing says. ``open``
    says why it decides nothing whatever the interval; ``units`` are those of a change.
    """

    label: str
    value: float
    low: float
    high: float
    n: int = 0
    n_clusters: int = 0
    noise: float = 0.0
    method: str = ""
    open: str = ""
    units: UnitChanges | None = None

    @property
    def bottom(self) -> float:
        return self.low - self.noise

    @property
    def top(self) -> float:
        return self.high + self.noise

    @property
    def df(self) -> int:
        """Units less one; unknown ones count as the fewest that have an interval: heavier tails."""
        return max(MIN_STEMS, self.n_clusters) - 1

    @property
    def has_interval(self) -> bool:
        return not (math.isnan(self.low) or math.isnan(self.high))

    @property
    def decides(self) -> bool:
        """Whether its interval can be held to anything."""
        return self.has_interval and not self.open

    def error(self) -> float:
        """The standard error that the interval's width implies."""
        return (self.high - self.low) / 2 / float(stdtrit(self.df, 1 - ALPHA))


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """A gate's decision and the one sentence that explains it.

    ``cell`` is the number that decided; ``reason`` says why a gate is closed without one.
    ``failing`` names the members shown to fail, ``more_units`` how many more (stems, concepts,
    pictures) would settle an inconclusive gate at a power of 80 %; None where nothing is stated.
    ``is_shut`` closes an inconclusive gate that would count as passed: no interval excuses a number
    that is itself outside.
    """

    gate: Gate
    status: Status
    sentence: str
    name: str = ""
    cell: Cell | None = None
    reason: str = ""
    failing: tuple[str, ...] = ()
    more_units: int | None = None
    is_shut: bool = False
    against: str = ""

    @property
    def holds(self) -> bool:
        """Whether this verdict leaves the exit code alone."""
        if self.status is Status.INCONCLUSIVE:
            return self.gate.inconclusive is Status.PASS and not self.is_shut
        return self.status is Status.PASS
