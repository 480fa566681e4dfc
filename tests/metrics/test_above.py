"""Whether a mean lies above 0: two tests, of which the less certain counts."""

from __future__ import annotations

import math

import numpy as np
import pytest

from benchmark.metrics.above import p_above
from tests.validity.gate_runs import non_inferior_at_the_margin

stats = pytest.importorskip("scipy.stats")


def rng() -> np.random.Generator:
    """Draws the sign flips."""
    return np.random.default_rng(0)


def test_without_skew_it_is_students() -> None:
    """Against SciPy, one-sided, where the sign flips of twelve units are no larger."""
    values = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, -1.0, -2.0, 2.0, 3.0, 1.0, 0.0]
    symmetric = [*values, *(4 - x for x in values)]
    wanted = stats.ttest_1samp(symmetric, 0, alternative="greater").pvalue
    assert p_above(symmetric, rng=rng()) == pytest.approx(float(wanted), abs=5e-4)


def test_the_larger_of_the_two_counts() -> None:
    """With six values sign flips cannot fall below 1/64; below 0 nothing is shown."""
    tight = [1.0, 1.1, 0.9, 1.0, 1.05, 0.95]
    assert p_above(tight, rng=rng()) == pytest.approx(1 / 64)
    assert p_above([-x for x in tight], rng=rng()) > 0.98


def test_a_tail_below_is_less_certain_than_one_above() -> None:
    """The same mean and spread, mirrored."""
    above = np.array([0.5] * 9 + [0.4, 0.6, 2.2])
    below = 2 * above.mean() - above
    assert p_above(below, rng=rng()) > p_above(above, rng=rng())


def test_a_rounding_error_in_one_stem_does_not_hide_a_clear_mean() -> None:
    """Equal runs in bfloat16: thirty-six stems alike, one off in its fifth digit."""
    assert p_above([0.0016] * 36 + [0.0015], rng=rng()) < 0.001


def test_equal_values_are_certain() -> None:
    """They have no spread to divide by."""
    assert p_above([0.01] * 8, rng=rng()) == 0
    assert p_above([0.0] * 8, rng=rng()) == 0  # not below, certainly
    assert p_above([-0.01] * 8, rng=rng()) == 1
    assert math.isnan(p_above([0.1], rng=rng()))


@pytest.mark.slow
@pytest.mark.parametrize("skew", [False, True])
@pytest.mark.parametrize("stems", [6, 12, 40])
def test_at_the_margin_non_inferiority_seldom_passes(stems: int, skew: bool) -> None:
    """At most 3.5 % of 10 000, up to chance, under a scaled Beta(4, 0.6), too."""
    rate = non_inferior_at_the_margin(stems=stems, skew=skew, seed=stems, runs=10_000)
    assert rate <= 0.035 + 0.004


def test_the_interval_alone_is_too_sure_under_skew() -> None:
    """Which is why the tests must agree with it."""
    alone = non_inferior_at_the_margin(stems=12, skew=True, seed=1, runs=1000, agreeing=False)
    assert alone > 0.06
    assert non_inferior_at_the_margin(stems=12, skew=True, seed=1, runs=1000) <= 0.045
