"""Confidence against accuracy in bins, from the items of a run; for one chart.

Knows records; no page. A question counts once, and controls are left out. Bins are those of the
calibration error, so that chart and number agree.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from benchmark.jsonio import Json
from benchmark.metrics.calibration import LEAST_IN_BIN, equal_mass_bins
from benchmark.metrics.proportions import wilson_bounds
from benchmark.records import CaseRecord
from benchmark.vocabulary import CONTROL
from leaderboard.page.figures import rounded

LEAST_BINS = 2


def reliability(rows: Sequence[CaseRecord]) -> list[Json]:
    """``[confidence, accuracy, low, high, n]`` of each bin, low confidences first.

    The ends are Wilson's at 95 %, as if questions were independent. Empty if no item has both
    values, or too few do for two bins.
    """
    pairs = [
        (item.values["confidence"], item.values["correct"])
        for row in rows
        if row.case.kind != CONTROL
        for item in row.items
        if _known(item.values.get("confidence")) and _known(item.values.get("correct"))
    ]
    if len(pairs) < LEAST_BINS * LEAST_IN_BIN:
        return []
    sure, right = np.array(pairs, dtype=np.float64).T
    code = equal_mass_bins(sure)
    found: list[Json] = []
    for place in range(int(code.max()) + 1):
        mine = code == place
        n, share = int(mine.sum()), float(right[mine].mean())
        low, high = wilson_bounds(share, n)
        ends = rounded(float(low)), rounded(float(high))
        found.append([rounded(float(sure[mine].mean())), rounded(share), *ends, n])
    return found


def _known(value: float | None) -> bool:
    return value is not None and not math.isnan(value)
