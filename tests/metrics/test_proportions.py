"""Wilson's interval against SciPy's, and counts that cannot be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from benchmark.metrics.proportions import wilson_interval


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
