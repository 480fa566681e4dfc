"""Similarity on an ordered scale, by hand, against SciPy and by its properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import wasserstein_distance

from benchmark.metrics.divergence import FloatArray, js_similarity
from benchmark.metrics.ordered import best_blind_on_scale, w1_similarity
from tests.metrics.strategies import pairs, probabilities, unhurried


def test_one_step_is_nearer_than_nine() -> None:
    """Which the other similarity cannot tell: both answers share nothing with the people's."""
    people, near, far = np.eye(10)[[0, 1, 9]]
    assert w1_similarity(people, [near, far]).tolist() == pytest.approx([8 / 9, 0])
    assert np.ptp(js_similarity(people, [near, far])) == 0


@unhurried
@given(pairs())
def test_scipy_agrees(pair: tuple[FloatArray, FloatArray]) -> None:
    """The distance between places 0 to k - 1, over the length of the scale."""
    p, q = pair
    found = float(w1_similarity(p, q))
    if len(p) == 1:
        assert np.isnan(found)
        return
    places = np.arange(len(p))
    right = 1 - wasserstein_distance(places, places, p, q) / (len(p) - 1)
    assert found == pytest.approx(right, abs=1e-9)


@unhurried
@given(st.integers(2, 9).flatmap(lambda k: st.tuples(probabilities(k), probabilities(k))))
def test_direction_and_side_do_not_matter(pair: tuple[FloatArray, FloatArray]) -> None:
    """From 0 to 1, the same from either end, 1 for the same answer."""
    p, q = pair
    found = float(w1_similarity(p, q))
    assert 0 <= found <= 1
    assert float(w1_similarity(q, p)) == pytest.approx(found, abs=1e-12)
    assert float(w1_similarity(p[::-1], q[::-1])) == pytest.approx(found, abs=1e-9)
    assert float(w1_similarity(p, p)) == 1


def test_a_dropped_option_is_not_a_step() -> None:
    """A non-answer between two levels leaves them neighbours; padding changes nothing."""
    keep = [True, False, True, True, False]
    p, q = [0.6, 0.4, 0, 0, 0], [0, 0.5, 0.5, 0, 0]
    assert float(w1_similarity(p, q, keep=keep)) == 0.5
    assert float(w1_similarity([1, 0, 0], [0, 1, 0])) == 0.5


@pytest.mark.parametrize("keep", [[True, False, False], [False, False, False]])
def test_fewer_than_two_options_are_no_scale(keep: list[bool]) -> None:
    """Not scored, rather than 1 for everybody; nor is an answer of nobody."""
    assert np.isnan(w1_similarity([0.2, 0.3, 0.5], [0.1, 0.4, 0.5], keep=keep))
    assert np.isnan(w1_similarity([np.nan] * 3, [0.1, 0.4, 0.5]))


def test_last_axes_must_agree() -> None:
    """Shares of other options cannot be compared."""
    with pytest.raises(ValueError, match="over the same"):
        w1_similarity([0.5, 0.5], [0.5, 0.25, 0.25])


@unhurried
@given(st.lists(probabilities(5), min_size=1, max_size=6), probabilities(5))
def test_no_answer_is_better_on_average_than_the_blind_one(
    people: list[FloatArray], other: FloatArray
) -> None:
    """Not the mean of the countries, nor one of them, nor any other."""
    table = np.array(people)
    best = best_blind_on_scale(table[None])[0]
    assert best.sum() == pytest.approx(1)
    reached = w1_similarity(table, best).mean()
    for answer in (table.mean(axis=0), *people, other):
        assert w1_similarity(table, answer).mean() <= reached + 1e-9


def test_countries_without_data_have_no_say() -> None:
    """NaN rows are skipped; where nobody was asked there is no answer."""
    table = [[[0.2, 0.8], [np.nan, np.nan]], [[np.nan, np.nan], [np.nan, np.nan]]]
    found = best_blind_on_scale(table)
    assert found[0].tolist() == pytest.approx([0.2, 0.8])
    assert np.isnan(found[1]).all()
