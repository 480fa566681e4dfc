"""Whether numbers with intervals keep to bounds: one or many, and how many units it takes.

Knows cells and bounds; not what they measure. All members must keep to the bounds, so a pass
needs no correction; calling one of many a failure does, and Holm's is used.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr, stdtrit  # scipy.stats alone would double the time to start

from benchmark.gates.rules import ALPHA, Cell, Status
from benchmark.metrics.permutation import holm
from benchmark.metrics.proportions import wilson_bounds

POWER = 0.8
POWER_Z = 0.8416
WILSON = "Wilson"  # how a share's method begins
MOST_UNITS = 1e7
POWERED = 1 + POWER_Z / 1.96  # arms that the distance must be, to be seen with that power


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
    """The status, the deciding cell, the members shown to fail, and what would settle it.

    ``needed`` says how many more units would settle it; ``is_shut`` that a number without an
    interval to hold lies outside by itself, so that nothing may count it as passed.
    """

    status: Status
    cell: Cell
    failing: tuple[Cell, ...] = ()
    undecided: tuple[Cell, ...] = ()
    needed: Needed | None = None
    is_shut: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Needed:
    """How many more units would settle a gate at `POWER`; None if no number would."""

    more: int | None


def decide(
    cells: Sequence[Cell], bounds: Bounds, *, agrees: Callable[[Cell], bool] = lambda _: True
) -> Decision:
    """Hold every cell to the bounds; there must be cells, and no value may be NaN.

    ``agrees`` says whether a test beside the interval finds a cell inside, too.
    """
    failing = _failing(cells, bounds)
    if failing:
        worst = min(failing, key=lambda cell: bounds.slack(cell.value, cell.value))
        return Decision(status=Status.FAIL, cell=worst, failing=failing)
    undecided = tuple(cell for cell in cells if not (_inside(cell, bounds) and agrees(cell)))
    if not undecided:
        worst = min(cells, key=lambda cell: bounds.slack(cell.value, cell.value))
        return Decision(status=Status.PASS, cell=worst)
    return Decision(
        status=Status.INCONCLUSIVE,
        cell=min(undecided, key=lambda cell: _exposure(cell, bounds)),
        undecided=undecided,
        needed=_together([more_units(cell, bounds) for cell in undecided]),
        is_shut=any(
            not cell.decides and bounds.slack(cell.value, cell.value) < 0 for cell in undecided
        ),
    )


def more_units(cell: Cell, bounds: Bounds) -> Needed | None:
    """How many more units would bring the interval clear of the bounds with a power of 80 %.

    An arm of the interval shrinks with the root of the number of units; the noise floor does not.
    To be clear of a bound in four runs of five, not in every other one, the distance must be the
    arm and 0.84 standard errors more. None where there is nothing to state: without an interval, or
    with one that is clear (and a test that is not); where nobody knows how many units there are; or
    where the value lies within one standard error of the bound, which is no evidence of either
    side.

    >>> cell = Cell(label="", value=0.7, low=0.5, high=0.9, n_clusters=10)
    >>> more_units(cell, Bounds(min=0.6)), more_units(cell, Bounds(min=0.69))
    (Needed(more=72), None)
    """
    if not cell.decides or not cell.n_clusters or _inside(cell, bounds):
        return None
    if cell.method.startswith(WILSON):
        return Needed(more=_more_trials(cell, bounds))
    needed = 1
    for bound, is_met in (
        (bounds.min, cell.bottom >= bounds.min),
        (bounds.max, cell.top <= bounds.max),
    ):
        if is_met:
            continue
        if abs(cell.value - bound) < cell.error():
            return None
        distance = abs(cell.value - bound) - cell.noise
        if distance <= 0:
            return Needed(more=None)
        arm = cell.value - cell.low if cell.value > bound else cell.high - cell.value
        total = cell.n_clusters * (POWERED * arm / distance) ** 2
        needed = max(needed, math.ceil(total * (1 - 1e-9)) - cell.n_clusters)
    return Needed(more=needed)


def _more_trials(cell: Cell, bounds: Bounds) -> int | None:
    """Units until Wilson's interval of such a share is clear; None if ten million are not enough.

    It is not symmetric, and of a share of 1 it shrinks with the number, not with its root.
    """
    n = MOST_UNITS ** np.linspace(0, 1, 4000)  # trials, from one on
    deviation = np.sqrt(cell.value * (1 - cell.value) / n) * POWER_Z
    low = wilson_bounds(np.maximum(0, cell.value - deviation), n)[0] - cell.noise
    high = wilson_bounds(np.minimum(1, cell.value + deviation), n)[1] + cell.noise
    clear = (low >= bounds.min) & (high <= bounds.max)
    if not clear.any():
        return None
    # What the units are worth now: the trials whose interval is as wide.
    found_low, found_high = wilson_bounds(np.full_like(n, cell.value), n)
    worth = n[int(np.abs((found_high - found_low) - (cell.high - cell.low)).argmin())]
    total = cell.n_clusters * float(n[int(clear.argmax())]) / float(worth)
    return max(1, math.ceil(total - cell.n_clusters))


def _together(found: Sequence[Needed | None]) -> Needed | None:
    """What settles every member: nothing stated if one says nothing, none if none settles one."""
    known = [one for one in found if one is not None]
    if len(known) < len(found):
        return None
    numbers = [one.more for one in known if one.more is not None]
    return Needed(more=max(numbers) if len(numbers) == len(known) else None)


def _failing(cells: Sequence[Cell], bounds: Bounds) -> tuple[Cell, ...]:
    """Members entirely outside, after Holm's correction for looking at so many."""
    ps = holm([_p_outside(cell, bounds) for cell in cells]).tolist()
    return tuple(
        cell
        for cell, p in zip(cells, ps, strict=True)
        if cell.decides
        and (cell.top < bounds.min or cell.bottom > bounds.max)
        and (len(cells) == 1 or p <= ALPHA)
    )


def _p_outside(cell: Cell, bounds: Bounds) -> float:
    """One-sided p of "this cell is inside", from the interval's arm; NaN without one."""
    if not cell.decides:
        return math.nan
    below = bounds.min - cell.value - cell.noise, cell.high - cell.value
    above = cell.value - bounds.max - cell.noise, cell.value - cell.low
    return min(_tail(*below, cell.df), _tail(*above, cell.df))


def _tail(beyond: float, arm: float, df: int) -> float:
    if beyond <= 0 or arm <= 0:
        return 0.0 if beyond > 0 else 1.0
    return float(stdtr(df, -stdtrit(df, 1 - ALPHA) * beyond / arm))


def _inside(cell: Cell, bounds: Bounds) -> bool:
    return cell.decides and cell.bottom >= bounds.min and cell.top <= bounds.max


def _exposure(cell: Cell, bounds: Bounds) -> float:
    """How far a cell may stick out; one without an interval is the least certain."""
    return bounds.slack(cell.bottom, cell.top) if cell.decides else -math.inf
