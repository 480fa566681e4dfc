"""A row of docs/validity.md: a figure's names, what it estimates, and how it is simulated.

Knows what simulations return and what they must hold; not how any is computed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase

import numpy as np
from scipy.special import bdtrc

from benchmark.metrics.divergence import BoolArray, FloatArray
from tests.validity.setting import EVERYWHERE, Setting

NOMINAL = 0.95
LEVELS = (0.01, 0.05, 0.10)
ERROR = 1e-3  # how seldom Monte-Carlo error alone may exceed a bound


@dataclass(frozen=True, kw_only=True, slots=True)
class Ends:
    """Intervals of repetitions and the truth they should cover; NaN where none is given."""

    low: FloatArray  # (repetitions,)
    high: FloatArray
    truth: FloatArray | float


Intervals = Callable[[np.random.Generator, Setting, int], Ends]
PValues = Callable[[np.random.Generator, Setting, int], FloatArray]
Wrong = Callable[[np.random.Generator, Setting, int], BoolArray]


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """Metrics by name or pattern, what they estimate, and the simulations that they stand on.

    ``wrong`` is of a verdict: whether each repetition passed, or failed, that must not;
    ``at_most`` is the share that its rule promises. ``except_for`` names settings in which the
    figure is known not to hold and may not decide; ``note`` gives the reason. ``pending`` marks a
    row whose simulation is still to be written.
    """

    names: tuple[str, ...]
    estimates: str
    intervals: Intervals | None = None
    p_values: PValues | None = None
    wrong: Wrong | None = None
    at_most: float = 0.05
    note: str = ""
    except_for: frozenset[str] = frozenset()
    repetitions: int = 2_000
    sample: int = 40
    pending: bool = False

    def __post_init__(self) -> None:
        """Refuse a row that would be silent about something."""
        if unknown := self.except_for - EVERYWHERE:
            raise ValueError(f"{self.title}: no settings {sorted(unknown)}")
        if self.except_for and not self.note:
            raise ValueError(f"{self.title}: say in `note` why it does not hold everywhere")

    @property
    def title(self) -> str:
        """The names as one word; what ``measured/*.json`` calls the figure."""
        return " ".join(self.names)

    @property
    def decides(self) -> bool:
        """Whether anything may be decided by it: something of it is simulated."""
        return any((self.intervals, self.p_values, self.wrong))

    def has(self, metric: str) -> bool:
        """Whether a metric is one of this row's.

        >>> Figure(names=("worst_*",), estimates="the worst").has("worst_region")
        True
        """
        return any(fnmatchcase(metric, name) for name in self.names)


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """What a simulation found in one setting; None where the figure has no such part.

    ``given`` is the share of repetitions with an interval or p at all, ``above`` that of intervals
    which lie wholly above the truth: the error that passes a gate on a figure's lowest value.
    """

    repetitions: int
    given: float = 1.0
    coverage: float | None = None
    above: float | None = None
    rejection: tuple[float, ...] | None = None  # at `LEVELS`
    wrong: float | None = None


def measure(
    figure: Figure, setting: Setting, *, rng: np.random.Generator, repetitions: int
) -> Measured:
    """One setting's shares; what is NaN is not counted, but said in ``given``."""
    given, coverage, above, rejection, wrong = 1.0, None, None, None, None
    if figure.intervals is not None:
        ends = figure.intervals(rng, setting, repetitions)
        there = np.isfinite(ends.low) & np.isfinite(ends.high)
        given = float(there.mean())
        if there.any():
            over, under = ends.low > ends.truth, ends.high < ends.truth
            coverage = 1 - float((over | under)[there].mean())
            above = float(over[there].mean())
    if figure.p_values is not None:
        p = figure.p_values(rng, setting, repetitions)
        given = min(given, float(np.isfinite(p).mean()))
        p = p[np.isfinite(p)]
        if p.size:
            rejection = tuple(float((p <= level + 1e-12).mean()) for level in LEVELS)
    if figure.wrong is not None:
        wrong = float(figure.wrong(rng, setting, repetitions).mean())
    return Measured(
        repetitions=repetitions,
        given=given,
        coverage=coverage,
        above=above,
        rejection=rejection,
        wrong=wrong,
    )


def broken(figure: Figure, found: Measured) -> list[str]:
    """What does not hold in a setting beyond Monte-Carlo error, in words; empty if all holds."""
    counted = round(found.repetitions * found.given)
    problems = []
    if found.coverage is not None and _too_often(1 - found.coverage, counted, 1 - NOMINAL):
        problems.append(f"covers {found.coverage:.3f}, not {NOMINAL}")
    if found.rejection is not None:
        problems += [
            f"rejects {rate:.3f} at {level}"
            for level, rate in zip(LEVELS, found.rejection, strict=True)
            if _too_often(rate, counted, level)
        ]
    if found.wrong is not None and _too_often(found.wrong, found.repetitions, figure.at_most):
        problems.append(f"is wrong in {found.wrong:.3f}, not {figure.at_most}")
    return problems


def _too_often(rate: float, n: int, share: float) -> bool:
    """Whether so many of n are more than a binomial of ``share`` gives but once in a thousand."""
    count = round(rate * n)
    return count > 0 and float(bdtrc(count - 1, n, share)) < ERROR
