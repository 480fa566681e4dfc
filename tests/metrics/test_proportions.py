"""Wilson's interval against its closed form, and counts that cannot be."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from benchmark.metrics.proportions import wilson_interval


@given(n=st.integers(1, 500), share=st.floats(0, 1))
def test_it_is_the_closed_form(n: int, share: float) -> None:
    """Written down again from the formula."""
    right, z = round(share * n), norm.ppf(0.975)
    p = right / n
    middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    low, high = wilson_interval(right, n)
    assert low == pytest.approx(max(0, middle - half), abs=1e-12)
    assert high == pytest.approx(min(1, middle + half), abs=1e-12)
    assert low <= p <= high


@pytest.mark.parametrize(("right", "n"), [(2, 1), (-1, 4), (0, 0)])
def test_impossible_counts_are_refused(right: int, n: int) -> None:
    """No interval is made up."""
    with pytest.raises(ValueError, match=r"."):
        wilson_interval(right, n)
