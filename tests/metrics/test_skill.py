"""The share of the way from floor to ceiling."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.metrics.baselines import skill
from tests.metrics.strategies import unhurried

unit = st.floats(0, 1)


def test_the_paper_s_best_cell_is_above_uniform_and_below_the_world() -> None:
    """0.74 over printed options, between the floors 0.54 and 0.82 under a ceiling of 0.98."""
    assert skill(0.74, [0.54, 0.82], 0.98).round(3).tolist() == [0.455, -0.5]


@unhurried
@given(unit, unit)
def test_floor_scores_zero_and_ceiling_one(floor: float, ceiling: float) -> None:
    """The ends of the scale, wherever there is a scale."""
    if ceiling > floor:
        assert skill(floor, floor, ceiling) == 0
        assert skill(ceiling, floor, ceiling) == 1


@pytest.mark.parametrize("ceiling", [0.5, 0.4, math.nan])
def test_no_room_above_the_floor_is_no_skill(ceiling: float) -> None:
    """NaN rather than an infinite or reversed skill."""
    assert np.isnan(skill(0.6, 0.5, ceiling))
