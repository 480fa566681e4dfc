"""Intervals of means over skewed units: by hand, against SciPy, and that interval and p agree."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import sem, skew, t, ttest_1samp

from benchmark.metrics.skewed_means import (
    mean_interval,
    mean_p,
    safe_level,
    skewed_ends,
    skewed_p,
    unbiased_skewness,
)

UNITS = st.lists(st.floats(-1, 1), min_size=3, max_size=40)
SKEWED = [0.9, 0.95, 0.97, 0.99, 0.93, 0.55, 0.96, 0.98]


def test_symmetric_units_have_students_interval() -> None:
    """Nothing is to be corrected where the skewness is 0."""
    x = np.array([1.0, 2, 3, 4, 5, 6])
    ends = t(5, loc=x.mean(), scale=x.std(ddof=1) / np.sqrt(6)).interval(0.95)
    assert mean_interval(x) == pytest.approx(ends)
    assert mean_p(x) == pytest.approx(ttest_1samp(x, 0).pvalue)


def test_the_end_on_the_side_of_the_tail_is_further_out() -> None:
    """With SciPy's skewness, error and quantile; the other end is Student's."""
    x = np.array(SKEWED)
    quantile = t(7).ppf(0.975)
    low, high = mean_interval(x)
    assert high == pytest.approx(x.mean() + quantile * sem(x))
    tail = (1 + 9 / 8) / 2 * -skew(x, bias=False) / np.sqrt(8)
    assert low == pytest.approx(x.mean() - (quantile + tail * quantile**2) * sem(x))
    assert tail > 0.9


@given(UNITS, st.floats(-5, 5), st.floats(0.1, 10))
def test_interval_moves_with_its_units(x: list[float], shift: float, scale: float) -> None:
    """It follows a shift, a scale and a change of sign, and knows no order of units."""
    units = np.round(x, 6)
    low, high = mean_interval(units)
    assert low <= units.mean() + 1e-12
    assert high >= units.mean() - 1e-12
    moved = mean_interval(scale * units[::-1] + shift)
    assert moved == pytest.approx((scale * low + shift, scale * high + shift), abs=1e-6, rel=1e-6)
    assert mean_interval(-units) == pytest.approx((-high, -low), abs=1e-6, rel=1e-6)


@given(UNITS, st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_p_and_interval_agree(x: list[float], level: float) -> None:
    """0 lies outside the interval of a level exactly where p is below what the level leaves."""
    units = np.round(x, 6)
    low, high = mean_interval(units, level=level)
    p = float(mean_p(units))
    if abs(p - (1 - level)) > 1e-6:
        assert (p < 1 - level) == (low > 0 or high < 0)


def test_missing_units_do_not_count() -> None:
    """Rows with other units missing are as they would be alone."""
    table = np.array([[*SKEWED, np.nan], [np.nan, *SKEWED[:7], 0.2]])
    low, high = mean_interval(table)
    assert (low[0], high[0]) == mean_interval(SKEWED)
    assert (low[1], high[1]) == pytest.approx(mean_interval([*SKEWED[:7], 0.2]))
    assert mean_p(table)[0] == mean_p(SKEWED)


def test_few_or_equal_units() -> None:
    """One unit has no interval, two have Student's; equal ones none to speak of."""
    assert np.isnan(mean_interval([0.4])).all()
    assert np.isnan(mean_p([[0.4], [np.nan]])).all()
    half = t(1).ppf(0.975) * 0.1
    assert mean_interval([0.4, 0.6]) == pytest.approx((0.5 - half, 0.5 + half))
    assert mean_interval([0.3] * 7) == pytest.approx((0.3, 0.3))
    assert mean_p([[0.3] * 7, [0.0] * 7]).tolist() == [0.0, 1.0]


def test_levels_broadcast() -> None:
    """Several levels of one mean at once, each wider than the last."""
    low, high = mean_interval([SKEWED] * 3, level=[0.5, 0.9, 0.99])
    assert (np.diff(low) < 0).all()
    assert (np.diff(high) > 0).all()
    assert low[1] == mean_interval(SKEWED, level=0.9)[0]


def test_few_units_are_given_a_wider_level() -> None:
    """At most the level asked for in error, in proportion below fifteen units."""
    assert safe_level([6, 15, 99]) == pytest.approx([0.98, 0.95, 0.95])
    assert safe_level(6, level=0.9) == pytest.approx(0.96)


@pytest.mark.parametrize("units", [6, 9, 12])
@pytest.mark.parametrize("skewed", [False, True])
def test_it_covers_what_students_does_not(units: int, skewed: bool) -> None:
    """At 6 units of a skewed population Student's covers 0.88; docs/validity.md has the rest."""
    rng, shape = np.random.default_rng(5), (20_000, units)
    x = rng.beta(4, 0.6, shape) - 4 / 4.6 if skewed else rng.standard_normal(shape)
    low, high = mean_interval(x)
    assert ((low <= 0) & (high >= 0)).mean() > 0.947  # 0.95 less two standard errors
    low, _ = mean_interval(x, level=safe_level(units))
    assert (low > 0).mean() < 0.035


def test_figures_without_units_at_hand_have_the_same_ends() -> None:
    """From value, error and skewness, as the jackknife has them."""
    x = np.array(SKEWED)
    apart = x - x.mean()
    skewness = unbiased_skewness((apart**2).mean(), (apart**3).mean(), 8)
    assert skewness == pytest.approx(skew(x, bias=False))
    found = x.mean(), x.std(ddof=1) / np.sqrt(8), skewness, 8
    assert skewed_ends(*found) == pytest.approx(mean_interval(x))
    assert skewed_p(*found) == pytest.approx(mean_p(x))
