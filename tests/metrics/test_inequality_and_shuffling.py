"""The Gini coefficient and the permutation null of groups' sums."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.metrics.inequality import gini
from benchmark.metrics.shuffling import shuffled_p, shuffled_sums

NUMBERS = st.lists(st.floats(0.01, 1), min_size=2, max_size=30)


@given(NUMBERS)
def test_gini_is_the_mean_difference(x: list[float]) -> None:
    """Against the definition over all pairs; the same for every order and scale; in [0, 1]."""
    pairs = [abs(a - b) for i, a in enumerate(x) for b in x[i + 1 :]]
    expected = float(np.mean(pairs) / (2 * np.mean(x)))
    assert float(gini(x)) == pytest.approx(expected, abs=1e-12)
    assert float(gini(x[::-1])) == pytest.approx(expected, abs=1e-12)
    assert float(gini([7 * one for one in x])) == pytest.approx(expected, abs=1e-12)


def test_gini_of_what_has_none() -> None:
    """One member or nothing to share: NaN; negatives are refused."""
    assert np.isnan(gini([0.5]))
    assert np.isnan(gini([0.0, 0.0]))
    with pytest.raises(ValueError, match="negative"):
        gini([-1.0, 1.0])


def test_shuffling_keeps_totals_within_strata() -> None:
    """What is dealt out in a stratum stays in it; groups that are absent get nothing."""
    rng = np.random.default_rng(0)
    sums, groups = rng.integers(0, 4, 60).astype(np.float64), rng.integers(0, 3, 60)
    strata = np.repeat([0, 1], 30)
    groups[strata == 1] = np.minimum(groups[strata == 1], 1)
    found = shuffled_sums(sums, groups, strata, 4, rng=rng, resamples=50)
    assert (found.sum(axis=1) == sums.sum()).all()
    assert (found[:, 3] == 0).all()
    assert (found[:, 2] <= sums[strata == 0].sum()).all()
    assert found.std() > 0


def test_shuffled_groups_average_to_their_size() -> None:
    """The mean over permutations is the group's clusters times the stratum's mean."""
    sums, groups = np.array([3.0, 0, 0, 1, 0, 2]), np.array([0, 0, 0, 0, 1, 1])
    one = np.zeros(6, dtype=np.intp)
    found = shuffled_sums(sums, groups, one, 2, rng=np.random.default_rng(0), resamples=4000)
    assert found.mean(axis=0) == pytest.approx([4, 2], abs=0.08)


def test_fractions_are_shuffled_as_they_are() -> None:
    """Ties share a point, so a picture's sum need not be whole."""
    both, one = np.array([0, 1]), np.array([0, 0])
    found = shuffled_sums([0.5, 0.25], both, one, 2, rng=np.random.default_rng(0), resamples=20)
    assert sorted(set(found[:, 0].tolist())) == [0.25, 0.5]


def test_the_order_of_clusters_does_not_matter() -> None:
    """Rows in another order give the very same permutations."""
    rng = np.random.default_rng(3)
    sums, groups = rng.integers(0, 4, 40).astype(np.float64), rng.integers(0, 5, 40)
    strata, order = rng.integers(0, 3, 40), rng.permutation(40)
    first = shuffled_sums(sums, groups, strata, 5, rng=np.random.default_rng(1), resamples=9)
    again = shuffled_sums(
        sums[order], groups[order], strata[order], 5, rng=np.random.default_rng(1), resamples=9
    )
    assert (first == again).all()


def test_a_p_is_never_0() -> None:
    """The observed counts among its permutations."""
    assert shuffled_p(5.0, [1.0, 2.0, 3.0]) == 0.25
    with pytest.raises(ValueError, match="permutations"):
        shuffled_sums(
            [1.0],
            np.array([0]),
            np.array([0]),
            1,
            rng=np.random.default_rng(0),
            resamples=0,
        )
