"""What a report says of one run, in the paper's reading and in ours."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from scipy import stats

from benchmark.runs.run import Run
from tests.leaderboard.report.made_up import made, measured

STEMS = (0.5, 0.75, 0.5, 0.25, 0.5, 0.75)  # substantive; printed similarities are half of it
BATTERY = (1.0, 1.0, 1.0, 1.0)


def with_a_battery() -> Run:
    """Six questions in stems of their own, and four more that share a stem with the first."""
    run = made(values={("NGA", "religion", "country"): (*STEMS, *BATTERY)})
    (row,) = run.rows
    items = tuple(
        replace(item, cluster=row.items[0].cluster) if place >= len(STEMS) else item
        for place, item in enumerate(row.items)
    )
    return replace(run, rows=(replace(row, items=items),))


def test_a_mean_is_over_stems_with_student_s_interval() -> None:
    """The battery of five has one vote; floors are averaged in the same way."""
    (mine,) = measured(with_a_battery())
    cell = mine.mean("country", {}, interval=True)
    means = [(0.5 + 4) / 5, *STEMS[1:]]
    low, high = stats.t.interval(0.95, 5, sum(means) / 6, stats.sem(means))
    assert cell.value == pytest.approx(sum(means) / 6)
    assert cell.low <= low < cell.value
    assert cell.high == pytest.approx(high)  # the longer tail is below
    assert (cell.n, cell.stems) == (10, 6)
    assert mine.mark("floor_uniform", "country", {}) == pytest.approx(0.5)


def test_the_paper_s_reading_averages_questions_and_has_no_interval() -> None:
    """Printed options, every question with one vote."""
    (mine,) = measured(with_a_battery(), reading="paper")
    cell = mine.mean("country", {}, interval=True)
    assert cell.value == pytest.approx((sum(STEMS) + sum(BATTERY)) / 2 / 10)
    assert math.isnan(cell.low)
