"""Gains for other pictures, and ratios that few stems carry: a sample of their simulations."""

from __future__ import annotations

import numpy as np
import pytest

from tests.validity.figure import Figure, broken, measure
from tests.validity.pictures import gain_for_other_pictures, p_for_other_pictures
from tests.validity.ratios import spread_of_stems
from tests.validity.setting import Setting

OTHER_PICTURES = Figure(
    names=("js_similarity_gain for other pictures",),
    estimates="the gain under any pictures of the same kinds and countries; units are pictures",
    intervals=gain_for_other_pictures,
    p_values=p_for_other_pictures,
)
RATIO = Figure(
    names=("spread_ratio",),
    estimates="how far apart the model's countries lie, over how far the people's do",
    intervals=spread_of_stems,
)


@pytest.mark.parametrize("skewed", [False, True])
@pytest.mark.parametrize("equal", [False, True])
@pytest.mark.parametrize("units", [6, 12])
def test_a_gain_for_other_pictures_holds(units: int, equal: bool, skewed: bool) -> None:
    """Coverage and rejection in 250 repetitions; with 2 000, 0.968 or more and 0.033 or less."""
    setting = Setting(units=units, equal=equal, skewed=skewed)
    found = measure(OTHER_PICTURES, setting, rng=np.random.default_rng(units), repetitions=250)
    assert broken(OTHER_PICTURES, found) == []
    assert found.given == 1


@pytest.mark.parametrize("skewed", [False, True])
@pytest.mark.parametrize("units", [6, 20])
def test_a_ratio_that_few_stems_carry_is_covered(units: int, skewed: bool) -> None:
    """Or has no interval: where the denominator is not told from nothing."""
    setting = Setting(units=units, equal=True, skewed=skewed)
    found = measure(RATIO, setting, rng=np.random.default_rng(units), repetitions=400)
    assert broken(RATIO, found) == []
    assert found.given > (0.7 if skewed else 0.99)
