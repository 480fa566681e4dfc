"""Every member must keep to the bounds; a failure among many is corrected for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import t

from benchmark.gates.deciding import Bounds, Needed, decide, more_units
from benchmark.gates.rules import Cell, Status
from benchmark.metrics.proportions import wilson_interval
from benchmark.metrics.resampling import MIN_STEMS
from tests.validity.gate_runs import false_fails, share_settled

NAN = float("nan")


def cell(
    value: float, arm: float, *, label: str = "", units: int = 100, noise: float = 0.0
) -> Cell:
    """A number with a symmetric interval over so many units."""
    return Cell(
        label=label,
        value=value,
        low=value - arm,
        high=value + arm,
        n=10 * units,
        n_clusters=units,
        noise=noise,
    )


def equal_cells(groups: int, stems: int, rng: np.random.Generator) -> list[Cell]:
    """Groups of one true mean, 0.7, each with Student's interval of its own sample."""
    x = rng.normal(0.7, 0.1, size=(groups, stems))
    wide = float(t.ppf(0.975, stems - 1)) / stems**0.5
    arms = x.std(axis=1, ddof=1) * wide
    pairs = zip(x.mean(axis=1), arms, strict=True)
    return [cell(float(mean), float(arm), units=stems) for mean, arm in pairs]


def test_all_members_inside_pass_without_correction() -> None:
    """The decision shows the member nearest to the bound."""
    found = decide([cell(0.8, 0.05), cell(0.7, 0.05), cell(0.9, 0.05)], Bounds(min=0.6))
    assert found.status is Status.PASS
    assert found.cell.value == 0.7


def test_one_member_far_below_fails_and_is_named() -> None:
    """One bad country is enough, however good the others are."""
    found = decide([cell(0.9, 0.02, label="a"), cell(0.5, 0.02, label="b")], Bounds(min=0.6))
    assert found.status is Status.FAIL
    assert [one.label for one in found.failing] == ["b"]


def test_a_member_just_below_fails_alone_and_not_among_many() -> None:
    """Holm: of ten intervals of 95 % one is expected to miss now and then."""
    low = cell(0.56, 0.035)
    assert decide([low], Bounds(min=0.6)).status is Status.FAIL
    others = [cell(0.9, 0.02)] * 9
    assert decide([low, *others], Bounds(min=0.6)).status is Status.INCONCLUSIVE


def test_a_member_without_interval_leaves_it_open_unless_another_fails() -> None:
    """Too few stems decide nothing, and hide nothing."""
    bare = cell(0.9, NAN)
    assert decide([bare, cell(0.9, 0.01)], Bounds(min=0.6)).status is Status.INCONCLUSIVE
    assert decide([bare, cell(0.3, 0.01)], Bounds(min=0.6)).status is Status.FAIL


@pytest.mark.parametrize(("groups", "stems"), [(10, 6), (50, 15)])
def test_members_at_the_bound_are_seldom_called_failures(groups: int, stems: int) -> None:
    """Family-wise: all groups exactly at the floor fail in at most 2.5 % of runs, up to chance."""
    rng = np.random.default_rng(5)
    failed = sum(
        decide(equal_cells(groups, stems, rng), Bounds(min=0.7)).status is Status.FAIL
        for _ in range(400)
    )
    assert failed <= 20  # 10 expected; above 20 one time in a thousand


def test_a_noise_floor_widens_the_interval_and_leaves_the_bound() -> None:
    """What passed by a hair, and what failed by one, becomes inconclusive."""
    for value, status in ((0.64, Status.PASS), (0.56, Status.FAIL)):
        assert decide([cell(value, 0.03)], Bounds(min=0.6)).status is status
        noisy = decide([cell(value, 0.03, noise=0.02)], Bounds(min=0.6))
        assert noisy.status is Status.INCONCLUSIVE


@pytest.mark.parametrize(
    ("found", "bounds", "more"),
    [
        # (2 * 1.43)² times as many as there are: half as wide, and 0.84 errors to spare
        (cell(0.7, 0.2, units=10), Bounds(min=0.6), Needed(more=72)),
        (cell(0.5, 0.2, units=10), Bounds(min=0.6), Needed(more=72)),  # to be sure that it fails
        (cell(0.7, 0.2, units=10, noise=0.05), Bounds(min=0.6), Needed(more=317)),
        (cell(0.7, 0.2, units=10, noise=0.1), Bounds(min=0.6), Needed(more=None)),
        (cell(0.6, 0.2, units=10), Bounds(min=0.6), None),  # on the bound: no evidence
        (cell(0.68, 0.2, units=10), Bounds(min=0.6), None),  # within one error, 0.088
        (cell(0.7, 0.2, units=0), Bounds(min=0.6), None),  # nobody knows of how many units
        (cell(0.7, NAN, units=10), Bounds(min=0.6), None),
    ],
)
def test_how_many_more_units_follows_from_the_width(
    found: Cell, bounds: Bounds, more: Needed | None
) -> None:
    """Width shrinks with the root of their number, and a noise floor not at all."""
    assert more_units(found, bounds) == more


@pytest.mark.parametrize(("bound", "more"), [(0.9, 15), (0.95, 53)])
def test_a_share_takes_as_many_as_wilsons_interval(bound: float, more: int) -> None:
    """Of 20 of 20 its lower end is n / (n + 1.96²): 35 and 73 in all reach these bounds."""
    low, high = wilson_interval(20, 20)
    share = Cell(
        label="", value=1.0, low=low, high=high, n=20, n_clusters=20, method="Wilson, 95 %"
    )
    found = more_units(share, Bounds(min=bound))
    assert found is not None
    assert found.more == pytest.approx(more, abs=1)


def test_as_many_more_units_as_are_stated_settle_four_gates_of_five() -> None:
    """Half of them did when the arm alone had to fit."""
    assert 0.77 <= share_settled(units=20, distance=0.3, seed=1) <= 0.9


def test_stems_and_not_questions_are_the_degrees_of_freedom() -> None:
    """Fifty groups of six stems with ten questions each, all exactly at the floor."""
    assert false_fails(groups=50, stems=6, questions=10, seed=2, runs=200) <= 0.05
    assert false_fails(groups=50, stems=6, questions=10, seed=2, runs=200, by_stems=False) > 0.08


def test_unknown_units_count_as_few() -> None:
    """Whose tails are the heaviest: the same interval fails by itself, and not among many."""
    far = [cell(0.5, 0.06, units=units) for units in (100, 0)]
    others = [cell(0.9, 0.02)] * 30
    found = [decide([one, *others], Bounds(min=0.6)).status for one in far]
    assert found == [Status.FAIL, Status.INCONCLUSIVE]
    assert Cell(label="", value=0.5, low=0.4, high=0.6).df == MIN_STEMS - 1


def test_a_number_outside_without_an_interval_is_never_waved_through() -> None:
    """``inconclusive = "pass"`` excuses doubt, not a mass of 1e-6 that nobody can bound."""
    found = decide([cell(1e-6, NAN)], Bounds(min=0.5))
    assert found.status is Status.INCONCLUSIVE
    assert found.is_shut
    assert not decide([cell(0.6, NAN)], Bounds(min=0.5)).is_shut


def test_unmeasured_noise_decides_nothing() -> None:
    """Neither way, however clear the interval is."""
    for value in (0.2, 0.9):
        found = decide([replace(cell(value, 0.01), open="not measured")], Bounds(min=0.6))
        assert found.status is Status.INCONCLUSIVE
        assert found.is_shut is (value < 0.6)
