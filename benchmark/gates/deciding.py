"""Whether numbers with intervals keep to bounds: one or many, and how many questions it takes.

Knows cells and bounds; not what they measure. All members must keep to the bounds, so a pass
needs no correction; calling one of many a failure does, and Holm's is used.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.special import stdtr, stdtrit  # scipy.stats alone would double the time to start

from benchmark.gates.rules import Cell, Status
from benchmark.metrics.permutation import holm

ALPHA = 0.025  # of one side: what a 95 % interval leaves there


@dataclass(frozen=True, kw_only=True, slots=True)
class Bounds:
    """Where a number must lie."""

    min: float = -math.inf
    max: float = math.inf

    def slack(self, low: float, high: float) -> float:
        """How far [low, high] is inside; negative if it sticks out."""
        return min(low - self.min, self.max - high)


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """The status, the deciding cell, the members shown to fail, and what would settle it."""

    status: Status
    cell: Cell
    failing: tuple[Cell, ...] = ()
    undecided: tuple[Cell, ...] = ()
    more_questions: int | None = None


def decide(cells: Sequence[Cell], bounds: Bounds) -> Decision:
    """Hold every cell to the bounds; there must be cells, and no value may be NaN."""
    failing = _failing(cells, bounds)
    if failing:
        worst = min(failing, key=lambda cell: bounds.slack(cell.value, cell.value))
        return Decision(status=Status.FAIL, cell=worst, failing=failing)
    undecided = tuple(cell for cell in cells if not _inside(cell, bounds))
    if not undecided:
        worst = min(cells, key=lambda cell: bounds.slack(cell.value, cell.value))
        return Decision(status=Status.PASS, cell=worst)
    worst = min(undecided, key=lambda cell: _exposure(cell, bounds))
    needed = [more_questions(cell, bounds) for cell in undecided]
    known = [number for number in needed if number is not None]
    return Decision(
        status=Status.INCONCLUSIVE,
        cell=worst,
        undecided=undecided,
        more_questions=max(known) if len(known) == len(needed) else None,
    )


def more_questions(cell: Cell, bounds: Bounds) -> int | None:
    """About how many more questions would bring the interval clear of the bounds.

    An arm of the interval shrinks with the root of the number of questions; the noise floor does
    not. None if no number is enough or there is no interval.

    >>> cell = Cell(label="", value=0.7, low=0.5, high=0.9, n=10)
    >>> more_questions(cell, Bounds(min=0.6))
    30
    """
    if not cell.has_interval or cell.n < 1:
        return None
    needed = 0
    for bound, is_met in (
        (bounds.min, cell.bottom >= bounds.min),
        (bounds.max, cell.top <= bounds.max),
    ):
        if is_met:
            continue
        distance = abs(cell.value - bound) - cell.noise
        arm = cell.value - cell.low if cell.value > bound else cell.high - cell.value
        if distance <= 0:
            return None
        factor = (arm / distance) ** 2
        needed = max(needed, math.ceil(cell.n * factor * (1 - 1e-9)) - cell.n, 1)
    return needed


def _failing(cells: Sequence[Cell], bounds: Bounds) -> tuple[Cell, ...]:
    """Members entirely outside, after Holm's correction for looking at so many."""
    ps = holm([_p_outside(cell, bounds) for cell in cells]).tolist()
    return tuple(
        cell
        for cell, p in zip(cells, ps, strict=True)
        if (cell.top < bounds.min or cell.bottom > bounds.max) and (len(cells) == 1 or p <= ALPHA)
    )


def _p_outside(cell: Cell, bounds: Bounds) -> float:
    """One-sided p of "this cell is inside", from the interval's arm; NaN without one."""
    if not cell.has_interval:
        return math.nan
    below = bounds.min - cell.value - cell.noise, cell.high - cell.value
    above = cell.value - bounds.max - cell.noise, cell.value - cell.low
    return min(_tail(*below, cell.df), _tail(*above, cell.df))


def _tail(beyond: float, arm: float, df: int) -> float:
    if beyond <= 0 or arm <= 0:
        return 0.0 if beyond > 0 else 1.0
    return float(stdtr(df, -stdtrit(df, 1 - ALPHA) * beyond / arm))


def _inside(cell: Cell, bounds: Bounds) -> bool:
    return cell.has_interval and cell.bottom >= bounds.min and cell.top <= bounds.max


def _exposure(cell: Cell, bounds: Bounds) -> float:
    """How far a cell may stick out; one without an interval is the least certain."""
    return bounds.slack(cell.bottom, cell.top) if cell.has_interval else -math.inf
