"""Means leave out and count what was not scored."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.metrics.means import mean_along, mean_of_scored

NUMBERS = st.lists(st.floats(-1e6, 1e6) | st.just(math.nan), max_size=9)


@given(NUMBERS)
def test_the_mean_is_numpys_without_nan(column: list[float]) -> None:
    """And what was left out is counted; nothing at all has no mean."""
    found = mean_of_scored(column)
    known = [x for x in column if not math.isnan(x)]
    assert (found.n, found.n_missing) == (len(known), len(column) - len(known))
    assert found.value == pytest.approx(np.mean(known) if known else math.nan, nan_ok=True)
    assert mean_of_scored(column, total=math.fsum).value == pytest.approx(
        found.value, rel=1e-9, abs=1e-6, nan_ok=True
    )


def test_means_along_an_axis_are_of_what_is_there() -> None:
    """By hand: 1 and 3 in the first column, nothing in the last."""
    table = [[1.0, math.nan, math.nan], [3.0, 4.0, math.nan]]
    assert mean_along(table).tolist() == pytest.approx([2.0, 4.0, math.nan], nan_ok=True)
    assert mean_along(table, axis=1).tolist() == [1.0, 3.5]
