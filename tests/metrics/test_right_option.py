"""`benchmark.metrics.right_option`: by hand, and by property against the definition."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from benchmark.metrics.right_option import brier, right_probability, share_of_best


def test_values_checked_by_hand() -> None:
    """Certain and right, certain and wrong, all alike, NaN."""
    p = [[1.0, 0, 0, 0], [1.0, 0, 0, 0], [0.25] * 4, [np.nan] * 4]
    right = [0, 2, 3, 1]
    assert_allclose(share_of_best(p, right), [1, 0, 0.25, np.nan])
    assert_allclose(right_probability(p, right), [1, 0, 0.25, np.nan])
    assert_allclose(brier(p, right), [0, 2, 0.75, np.nan])


def test_ties_survive_rounding() -> None:
    """A mean over orders may differ by the last bit from an equal one."""
    assert share_of_best([[0.1 + 0.2, 0.3, 0.4 - 1e-16]], [2]).tolist() == [1.0]
    assert share_of_best([[0.1 + 0.2, 0.3, 0.0]], [1]).tolist() == [0.5]


@given(st.lists(st.integers(0, 5), min_size=2, max_size=6).filter(any), st.data())
def test_over_all_places_the_shares_sum_to_one(weights: list[int], data: st.DataObject) -> None:
    """So a rule that does not know the answer scores chance, whatever its ties."""
    p = np.array(weights) / sum(weights)
    k = len(weights)
    assert_allclose(share_of_best(np.tile(p, (k, 1)), np.arange(k)).sum(), 1)
    right = data.draw(st.integers(0, k - 1))
    one_hot = np.eye(k)[right]
    assert_allclose(brier(p, right), ((p - one_hot) ** 2).sum())
    padded = np.append(p, [0.0, 0.0])
    assert_allclose(brier(padded, right), brier(p, right))
    assert_allclose(share_of_best(padded, right), share_of_best(p, right))
