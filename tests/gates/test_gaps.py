"""A gap between groups that differ by noise alone is not a gap."""

from __future__ import annotations

import numpy as np
import pytest

from benchmark.gates.deciding import Bounds, decide
from benchmark.gates.gaps import gap_of
from benchmark.gates.rules import Status
from benchmark.metrics.gaps import expected_range
from tests.gates.test_deciding import cell, equal_cells

stats = pytest.importorskip("scipy.stats")


@pytest.mark.parametrize(("groups", "stems"), [(2, 20), (10, 6), (10, 20), (50, 15)])
def test_equal_groups_declare_no_gap(groups: int, stems: int) -> None:
    """In at least 95 % of simulations the lower end is 0, and so a gate on 0 does not fail."""
    rng = np.random.default_rng(groups)
    runs = 200 if groups < 50 else 60
    declared = 0
    for _ in range(runs):
        gap = gap_of(equal_cells(groups, stems, rng)).cell
        declared += decide([gap], Bounds(max=0.0)).status is Status.FAIL
    assert declared <= 0.05 * runs


def test_the_plain_gap_of_equal_groups_is_mostly_taken_away() -> None:
    """Fifty equal groups of fifteen show 0.115 on average; less than a quarter of it is left."""
    rng = np.random.default_rng(1)
    gaps = [gap_of(equal_cells(50, 15, rng)) for _ in range(20)]
    plain = float(np.mean([gap.plain for gap in gaps]))
    assert plain > 0.1
    assert np.mean([gap.cell.value for gap in gaps]) < plain / 4
    assert np.mean([gap.by_noise for gap in gaps]) == pytest.approx(plain, rel=0.1)


def test_a_true_gap_is_covered_and_kept() -> None:
    """Between 0.5 and 0.8 with noise of 0.02 each nearly all of it is left."""
    rng = np.random.default_rng(2)
    truth = np.array([0.5, *[0.7] * 8, 0.8])
    covered, values = 0, []
    for _ in range(200):
        cells = [
            cell(one.value - 0.7 + float(shift), (one.high - one.low) / 2, units=20)
            for one, shift in zip(equal_cells(10, 20, rng), truth, strict=True)
        ]
        gap = gap_of(cells).cell
        covered += gap.low <= 0.3 <= gap.high
        values.append(gap.value)
    assert covered >= 188  # 190 expected at least
    assert np.mean(values) == pytest.approx(0.3, abs=0.03)


def test_two_groups_without_noise_have_their_difference() -> None:
    """By hand: no width, so value and both ends are the plain gap."""
    gap = gap_of([cell(0.5, 0.0, label="a"), cell(0.8, 0.0, label="b")])
    assert (gap.least.label, gap.most.label) == ("a", "b")
    for end in (gap.cell.value, gap.cell.low, gap.cell.high, gap.plain):
        assert end == pytest.approx(0.3)
    assert gap.by_noise == 0


def test_the_noise_floor_of_both_groups_widens_a_gap() -> None:
    """Either group may have moved, each the other way."""
    sharp = [cell(0.5, 0.01), cell(0.8, 0.01)]
    noisy = [cell(0.5, 0.01, noise=0.02), cell(0.8, 0.01, noise=0.03)]
    plain, wide = gap_of(sharp).cell, gap_of(noisy).cell
    assert plain.low - wide.low == pytest.approx(0.05)
    assert wide.high - plain.high == pytest.approx(0.05)


def test_equal_values_have_no_gap() -> None:
    """Nothing varies, so nothing is divided by 0."""
    assert gap_of([cell(0.5, 0.1)] * 3).cell.value == 0


@pytest.mark.parametrize("groups", [2, 5, 30])
def test_the_range_of_equals_is_that_of_normals(groups: int) -> None:
    """Against the mean of SciPy's studentised range."""
    grid = np.linspace(0, 12, 400)
    above = 1 - stats.studentized_range.cdf(grid, groups, np.inf)
    assert expected_range([1.0] * groups) == pytest.approx(
        float(np.trapezoid(above, grid)), rel=1e-3
    )
