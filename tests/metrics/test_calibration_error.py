"""Calibration error and the parts of the Brier score."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.metrics.calibration import brier_parts, equal_mass_bins, expected_calibration_error

ANSWERS = st.lists(st.tuples(st.floats(0.25, 1), st.booleans()), min_size=1, max_size=200)


@pytest.mark.parametrize("n", [200, 2000])
def test_perfect_confidences_have_little_error_left(n: int) -> None:
    """The plain figure is what noise makes of it; corrected, less than a third of that is left."""
    rng = np.random.default_rng(n)
    plain, value, perfect = [], [], []
    for _ in range(60):
        sure = rng.uniform(0.25, 1, n)
        found = expected_calibration_error(sure, rng.random(n) < sure, np.arange(n))
        plain.append(found.plain)
        value.append(found.value)
        perfect.append(found.perfect)
    assert np.mean(perfect) == pytest.approx(np.mean(plain), rel=0.08)
    assert np.mean(value) < np.mean(plain) / 3


def test_a_planted_error_is_covered() -> None:
    """Everybody too sure by 0.1, two questions a picture: held in 90 to 99 % of runs."""
    rng, held, runs, n = np.random.default_rng(0), 0, 200, 600
    picture = np.repeat(np.arange(n // 2), 2)
    for _ in range(runs):
        sure = rng.uniform(0.4, 1, n)
        found = expected_calibration_error(sure, rng.random(n) < sure - 0.1, picture)
        held += found.low <= 0.1 <= found.high
    assert 0.9 * runs <= held <= 0.99 * runs


def test_the_plain_error_is_the_textbooks() -> None:
    """By hand: two bins of 40, apart by 0.2 and 0.1, so 0.15."""
    sure = [0.3] * 40 + [0.9] * 40
    right = [1] * 20 + [0] * 20 + [1] * 32 + [0] * 8
    found = expected_calibration_error(sure, right, np.arange(80))
    assert found.plain == pytest.approx(0.15)
    assert found.bins == 2
    assert found.value < 0.15


@given(ANSWERS)
def test_the_parts_make_up_the_score(answers: list[tuple[float, bool]]) -> None:
    """Exactly, and the same for every order of the answers."""
    sure, right = (np.array(column, dtype=np.float64) for column in zip(*answers, strict=True))
    parts = brier_parts(sure, right)
    whole = parts.reliability - parts.resolution + parts.uncertainty + parts.within
    assert parts.brier == pytest.approx(float(((sure - right) ** 2).mean()))
    assert whole == pytest.approx(parts.brier)
    again = brier_parts(sure[::-1], right[::-1])
    assert again.reliability == pytest.approx(parts.reliability, abs=1e-12)
    one = expected_calibration_error(sure, right, np.arange(sure.size))
    other = expected_calibration_error(sure[::-1], right[::-1], np.arange(sure.size))
    assert one.value == pytest.approx(other.value, abs=1e-9)
    assert 0 <= one.low <= one.value <= one.high <= 1


def test_who_knows_what_is_right_has_all_resolution() -> None:
    """Sure and right, or unsure and wrong: resolution takes the uncertainty away."""
    right = np.array([1.0, 0.0] * 100)
    parts = brier_parts(right, right)
    assert parts.brier == 0
    assert parts.resolution == pytest.approx(parts.uncertainty)
    assert parts.reliability == pytest.approx(0)


def test_bins_have_equal_mass_and_keep_ties_together() -> None:
    """Fifteen bins of 20 from 300 numbers; a constant has one bin."""
    code = equal_mass_bins(np.linspace(0, 1, 300))
    assert np.bincount(code).tolist() == [20] * 15
    assert set(equal_mass_bins([0.7] * 300).tolist()) == {0}


def test_nothing_has_no_calibration() -> None:
    """No questions, or a NaN, are refused."""
    with pytest.raises(ValueError, match="equally many"):
        brier_parts([], [])
    with pytest.raises(ValueError, match="equally many"):
        expected_calibration_error([np.nan], [1], np.arange(1))
