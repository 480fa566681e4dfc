"""Every member must keep to the bounds; a failure among many is corrected for."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import t

from benchmark.gates.deciding import Bounds, decide, more_questions
from benchmark.gates.rules import Cell, Status

NAN = float("nan")


def cell(value: float, arm: float, *, label: str = "", n: int = 100, noise: float = 0.0) -> Cell:
    """A number with a symmetric interval."""
    return Cell(label=label, value=value, low=value - arm, high=value + arm, n=n, noise=noise)


def equal_cells(groups: int, stems: int, rng: np.random.Generator) -> list[Cell]:
    """Groups of one true mean, 0.7, each with Student's interval of its own sample."""
    x = rng.normal(0.7, 0.1, size=(groups, stems))
    wide = float(t.ppf(0.975, stems - 1)) / stems**0.5
    arms = x.std(axis=1, ddof=1) * wide
    pairs = zip(x.mean(axis=1), arms, strict=True)
    return [cell(float(mean), float(arm), n=stems) for mean, arm in pairs]


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
        (cell(0.7, 0.2, n=10), Bounds(min=0.6), 30),  # half as wide takes four times as many
        (cell(0.5, 0.2, n=10), Bounds(min=0.6), 30),  # also to be sure that it fails
        (cell(0.7, 0.2, n=10, noise=0.05), Bounds(min=0.6), 150),  # (0.2 / 0.05)² is sixteen
        (cell(0.7, 0.2, n=10, noise=0.1), Bounds(min=0.6), None),
        (cell(0.6, 0.2, n=10), Bounds(min=0.6), None),
        (cell(0.7, NAN, n=10), Bounds(min=0.6), None),
    ],
)
def test_how_many_more_questions_follows_from_the_width(
    found: Cell, bounds: Bounds, more: int | None
) -> None:
    """Width shrinks with the root of n, and a noise floor not at all."""
    assert more_questions(found, bounds) == more
