"""The distance of nearly equal answers: exact where the general formula sees rounding only."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.metrics.divergence import js_distance, js_similarity
from benchmark.metrics.nearness import js_distance_near, kept_variation
from tests.metrics.strategies import probabilities


def exactly(p: list[float], q: list[float], terms: int = 40) -> float:
    """The same series in fractions: no rounding before the square root."""
    divergence = Fraction(0)
    for x, y in zip(map(Fraction, p), map(Fraction, q), strict=True):
        if x + y:
            d = (x - y) / (x + y)
            h = sum(d ** (2 * k) / (2 * k * (2 * k - 1)) for k in range(1, terms))
            divergence += (x + y) / 2 * h
    return math.sqrt(divergence)


@pytest.mark.parametrize("step", [1e-3, 1e-6, 1e-9, 1e-12])
@pytest.mark.parametrize("p", [[0.5, 0.5], [0.7, 0.2, 0.1], [0.999, 0.0009, 0.0001]])
def test_small_changes_keep_ten_digits(p: list[float], step: float) -> None:
    """Against exact fractions, down to changes in the last digits."""
    q = [p[0] * (1 - step), p[1] + p[0] * step, *p[2:]]
    assert float(js_distance_near(p, q)) == pytest.approx(exactly(p, q), rel=1e-10)


def test_the_general_formula_does_not() -> None:
    """Which is why there is another: of a change of 1e-9 it keeps no digit."""
    p, q = [0.7, 0.3], [0.7 + 1e-9, 0.3 - 1e-9]
    assert float(js_distance(p, q)) != pytest.approx(exactly(p, q), rel=0.1)


@given(rows=st.integers(2, 8).flatmap(lambda n: st.tuples(*[probabilities(n)] * 2)))
def test_far_apart_it_is_the_distance(rows: tuple[np.ndarray, np.ndarray]) -> None:
    """Both formulas are one function."""
    p, q = rows
    np.testing.assert_allclose(js_distance_near(p, q), js_distance(p, q), atol=2e-8)


@given(rows=st.integers(2, 8).flatmap(lambda n: st.tuples(*[probabilities(n)] * 3)))
def test_no_similarity_moves_further_than_the_answers(
    rows: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    """The triangle inequality on which a noise floor rests."""
    people, p, q = rows
    moved = abs(js_similarity(p, people) - js_similarity(q, people))
    assert moved <= js_distance_near(p, q) + 2e-8


def test_certainties_that_contradict_each_other_are_as_far_as_can_be() -> None:
    """√ln 2, with zeros on either side."""
    assert float(js_distance_near([1, 0, 0], [0, 1, 0])) == pytest.approx(math.sqrt(math.log(2)))


def test_no_answer_is_no_distance() -> None:
    """NaN, not zero."""
    assert math.isnan(js_distance_near([math.nan, math.nan], [0.5, 0.5]))


def test_variation_is_over_what_is_kept() -> None:
    """1/3 and 2/3 to 2/7 and 5/7 once the last option is dropped; nothing kept, no variation."""
    p, q = [0.2, 0.4, 0.4], [0.2, 0.5, 0.3]
    assert float(kept_variation(p, q, [True, True, False])) == pytest.approx(1 / 3 - 2 / 7)
    assert math.isnan(kept_variation([1.0], [1.0], [False]))
