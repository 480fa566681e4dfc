"""Simulations behind the rows of gates: verdicts on figures whose truth lies on the bound.

Knows the product's own intervals, tests and decisions; not how tables are made.
"""

from __future__ import annotations

import numpy as np

from benchmark.gates.deciding import Bounds, decide
from benchmark.gates.gaps import difference, gap_of
from benchmark.gates.rules import ALPHA, Cell, Status
from benchmark.metrics.above import p_above
from benchmark.metrics.divergence import BoolArray, FloatArray
from benchmark.metrics.skewed_means import mean_interval
from tests.validity.figure import Ends
from tests.validity.populations import item_values
from tests.validity.setting import Setting

GROUPS = 10
FLIPS = 1_000


def changed(rng: np.random.Generator, setting: Setting, repetitions: int) -> Ends:
    """A change paired by stem; the truth is 0."""
    low, high = mean_interval(_stems(rng, setting, repetitions))
    return Ends(low=low, high=high, truth=0.0)


def unpaired(rng: np.random.Generator, setting: Setting, repetitions: int) -> Ends:
    """The difference of two figures from their own intervals (MOVER); the truth is 0."""
    both = [_cells(_stems(rng, setting, repetitions)) for _ in range(2)]
    ends = np.array([difference(a, b) for a, b in zip(*both, strict=True)])
    return Ends(low=ends[:, 0], high=ends[:, 1], truth=0.0)


def passes_min(rng: np.random.Generator, setting: Setting, repetitions: int) -> BoolArray:
    """A figure exactly on its threshold passes."""
    cells = _cells(_stems(rng, setting, repetitions))
    return _are(Status.PASS, [[cell] for cell in cells], Bounds(min=0.0))


def passes_non_inferiority(
    rng: np.random.Generator, setting: Setting, repetitions: int
) -> BoolArray:
    """A change of exactly minus the margin (of 0, for a regression) passes."""
    stems = _stems(rng, setting, repetitions)
    low, _ = mean_interval(stems)
    return np.array(
        [
            bool(end >= 0) and p_above(row, rng=rng, resamples=FLIPS) <= ALPHA
            for end, row in zip(low, stems, strict=True)
        ]
    )


def fails_worst(rng: np.random.Generator, setting: Setting, repetitions: int) -> BoolArray:
    """One of ten groups, all exactly on the floor, is called a failure."""
    return _are(Status.FAIL, _groups(rng, setting, repetitions), Bounds(min=0.0))


def fails_gap(rng: np.random.Generator, setting: Setting, repetitions: int) -> BoolArray:
    """Ten equal groups are said to have a gap."""
    gaps = [[gap_of(cells).cell] for cells in _groups(rng, setting, repetitions)]
    return _are(Status.FAIL, gaps, Bounds(max=0.0))


def _stems(rng: np.random.Generator, setting: Setting, repetitions: int) -> FloatArray:
    """Means of stems over their items, (repetitions, stems); every stem's truth has mean 0."""
    items, unit = item_values(rng, setting, repetitions)
    sizes = np.bincount(unit)
    sums = np.add.reduceat(items, np.concatenate([[0], np.cumsum(sizes)[:-1]]), axis=1)
    return np.asarray(sums / sizes)


def _groups(rng: np.random.Generator, setting: Setting, repetitions: int) -> list[list[Cell]]:
    cells = [_cells(_stems(rng, setting, repetitions)) for _ in range(GROUPS)]
    return [list(row) for row in zip(*cells, strict=True)]


def _cells(stems: FloatArray) -> list[Cell]:
    low, high = mean_interval(stems)
    rows = zip(stems.mean(axis=1).tolist(), low.tolist(), high.tolist(), strict=True)
    k = stems.shape[1]
    return [
        Cell(label="", value=value, low=bottom, high=top, n=k, n_clusters=k)
        for value, bottom, top in rows
    ]


def _are(status: Status, members: list[list[Cell]], bounds: Bounds) -> BoolArray:
    return np.array([decide(cells, bounds).status is status for cells in members])
