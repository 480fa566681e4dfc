"""Wilson's interval against SciPy's, shares of units, and counts that cannot be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from benchmark.metrics.proportions import share_of_units, wilson_interval

UNITS = st.lists(
    st.integers(1, 40).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    min_size=2,
    max_size=12,
)


@given(n=st.integers(1, 500), share=st.floats(0, 1), level=st.sampled_from([0.8, 0.95, 0.99]))
def test_it_is_scipys(n: int, share: float, level: float) -> None:
    """`scipy.stats`, which takes as long to import as the rest of a run, gives the same ends."""
    right = round(share * n)
    expected = binomtest(right, n).proportion_ci(confidence_level=level, method="wilson")
    low, high = wilson_interval(right, n, level=level)
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert 0 <= low <= right / n <= high <= 1


@pytest.mark.parametrize(("right", "n"), [(2, 1), (-1, 4), (0, 0)])
def test_impossible_counts_are_refused(right: int, n: int) -> None:
    """No interval is made up."""
    with pytest.raises(ValueError, match="is not a share"):
        wilson_interval(right, n)


@given(n=st.integers(2, 60), share=st.floats(0, 1), size=st.integers(1, 50))
def test_units_all_right_or_all_wrong_are_trials(n: int, share: float, size: int) -> None:
    """However many trials each of them has."""
    right = round(share * n)
    found = share_of_units([size] * right + [0] * (n - right), [size] * n)
    assert (found.low, found.high) == pytest.approx(wilson_interval(right, n), abs=1e-9)
    assert found.n_effective == pytest.approx(n)


@given(units=UNITS)
def test_a_failure_more_raises_no_end(units: list[tuple[int, int]]) -> None:
    """One failed story must not make the share look more certain than none."""
    won, tried = (np.array(column) for column in zip(*units, strict=True))
    found = share_of_units(won, tried)
    assert 0 <= found.low <= found.value <= found.high <= 1
    for place in np.flatnonzero(won).tolist():
        fewer = won.copy()
        fewer[place] -= 1
        after = share_of_units(fewer, tried)
        assert after.low <= found.low + 1e-9
        assert after.high <= found.high + 1e-9


@given(units=UNITS)
def test_failures_mirror_successes(units: list[tuple[int, int]]) -> None:
    """The interval of the share that fails is that of the share, turned round."""
    won, tried = (np.array(column) for column in zip(*units, strict=True))
    found, other = share_of_units(won, tried), share_of_units(tried - won, tried)
    assert (other.low, other.high) == pytest.approx((1 - found.high, 1 - found.low), abs=1e-9)


def test_one_failure_among_six_units_is_not_certainty() -> None:
    """251 of 252 were [0.97, 1.00] while 252 of 252 were [0.61, 1.00]."""
    whole = share_of_units([42] * 6, [42] * 6)
    found = share_of_units([42] * 5 + [41], [42] * 6)
    assert whole.low == pytest.approx(0.6097, abs=1e-4)
    assert found.low == pytest.approx(0.6072, abs=1e-4)


def test_units_that_are_refused_whole_are_covered() -> None:
    """One concept in ten is refused whole, and one story in ten of the others."""
    rng = np.random.default_rng(0)
    for units in (6, 12, 40):
        held = 0
        for _ in range(400):
            each = np.where(rng.random(units) < 0.1, 0.0, 0.9)
            found = share_of_units(rng.binomial(42, each), np.full(units, 42))
            held += found.low <= 0.81 <= found.high
        assert held >= 0.93 * 400, units


def test_one_unit_has_no_interval_and_none_no_share() -> None:
    """Units without a trial do not count."""
    one = share_of_units([3, 0], [4, 0])
    assert (one.value, one.n_units) == (0.75, 1)
    assert np.isnan(one.low)
    assert np.isnan(share_of_units([0], [0]).value)
    with pytest.raises(ValueError, match="are not the successes"):
        share_of_units([2], [1])
