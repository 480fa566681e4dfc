"""The largest gap between the members that a gate looks at, minus what noise alone would show.

Knows cells; the arithmetic and its reasons are in `benchmark.metrics.gaps`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from benchmark.gates.rules import Cell
from benchmark.metrics.gaps import corrected_gap


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """The corrected gap; ``plain`` is uncorrected, ``by_noise`` what equal members would show."""

    cell: Cell
    plain: float
    by_noise: float
    least: Cell
    most: Cell


def gap_of(cells: Sequence[Cell]) -> Gap:
    """The gap between the members, of which there are at least two, all with intervals."""
    gap = corrected_gap(
        [cell.value for cell in cells],
        [cell.low for cell in cells],
        [cell.high for cell in cells],
        df=[cell.df for cell in cells],
        weights=[max(1, cell.n) for cell in cells],
        noise=[cell.noise for cell in cells],
    )
    n, fewest = sum(cell.n for cell in cells), min(cell.n_clusters for cell in cells)
    return Gap(
        cell=Cell(label="", value=gap.value, low=gap.low, high=gap.high, n=n, n_clusters=fewest),
        plain=gap.plain,
        by_noise=gap.by_noise,
        least=cells[gap.least],
        most=cells[gap.most],
    )


def difference(a: Cell, b: Cell) -> tuple[float, float]:
    """Low and high of ``a`` minus ``b`` from their intervals (MOVER).

    >>> a, b = (Cell(label="", value=v, low=v - s, high=v + s) for v, s in ((0.5, 0.3), (0.1, 0.4)))
    >>> [round(end, 6) for end in difference(a, b)]
    [-0.1, 0.9]
    """
    apart = a.value - b.value
    down = math.hypot(a.value - a.low, b.high - b.value)
    up = math.hypot(a.high - a.value, b.value - b.low)
    return apart - down, apart + up
