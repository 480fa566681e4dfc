"""Jensen-Shannon divergence, distance and similarity, and the restriction to some options."""

from __future__ import annotations

import math
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon

from benchmark.metrics.divergence import (
    FloatArray,
    js_distance,
    js_divergence,
    js_similarity,
    restrict,
)
from tests.metrics.strategies import pairs, probabilities, unhurried

Pair = tuple["FloatArray", "FloatArray"]
LOWEST = 1 - math.sqrt(math.log(2))


@pytest.mark.parametrize("base", [math.e, 2.0, 10.0])
@pytest.mark.parametrize("concentration", [0.05, 1.0, 20.0])
def test_distance_agrees_with_scipy(base: float, concentration: float) -> None:
    """SciPy's implementation gives the same distance for sparse, even and near-equal rows."""
    rng = np.random.default_rng(1)
    p, q = rng.dirichlet(np.full(7, concentration), size=(2, 500))
    expected = jensenshannon(p, q, base=base, axis=-1)
    np.testing.assert_allclose(js_distance(p, q, base=base), expected, rtol=0, atol=1e-12)


def test_divergence_of_hand_worked_rows() -> None:
    """A certainty against an even split over two, term by term."""
    # m = (3/4, 1/4): KL(p|m) = ln(4/3); KL(q|m) = ½ ln(2/3) + ½ ln 2
    expected = 0.5 * math.log(4 / 3) + 0.5 * (0.5 * math.log(2 / 3) + 0.5 * math.log(2))
    assert js_divergence([1, 0], [0.5, 0.5]) == pytest.approx(expected, abs=1e-15)


@unhurried
@given(pairs())
def test_similarity_is_symmetric_and_bounded(pair: Pair) -> None:
    """Neither side is the reference, and similarity lies in [1 - √ln 2, 1]."""
    p, q = pair
    assert js_similarity(p, q) == js_similarity(q, p)
    assert LOWEST <= js_similarity(p, q) <= 1


@unhurried
@given(pairs())
def test_equal_rows_are_exactly_similar(pair: Pair) -> None:
    """No rounding is left where p equals q: divergence 0, similarity 1."""
    p, _ = pair
    assert js_divergence(p, p.copy()) == 0
    assert js_similarity(p, p) == 1


@unhurried
@given(pairs(), st.randoms())
def test_order_of_options_does_not_matter(pair: Pair, random: Random) -> None:
    """Shuffling both rows alike changes nothing beyond rounding."""
    p, q = pair
    order = list(range(len(p)))
    random.shuffle(order)
    assert js_divergence(p[order], q[order]) == pytest.approx(js_divergence(p, q), abs=1e-15)


@unhurried
@given(pairs(), st.integers(1, 5))
def test_padding_with_zeros_does_not_matter(pair: Pair, extra: int) -> None:
    """Options that nobody has on either side change nothing beyond rounding."""
    p, q = (np.pad(row, (0, extra)) for row in pair)
    assert js_divergence(p, q) == pytest.approx(js_divergence(*pair), abs=1e-15)


@unhurried
@given(st.integers(2, 6).flatmap(lambda k: st.tuples(*[probabilities(k)] * 3)))
def test_distance_keeps_the_triangle_inequality(rows: tuple[FloatArray, ...]) -> None:
    """The square root makes it a metric."""
    p, q, r = rows
    assert js_distance(p, r) <= js_distance(p, q) + js_distance(q, r) + 1e-7


def test_similarity_is_one_minus_the_root_of_the_divergence() -> None:
    """The three figures are one: distance is the root, similarity its complement."""
    p, q = np.random.default_rng(2).dirichlet(np.ones(4), size=(2, 10))
    np.testing.assert_array_equal(js_distance(p, q), np.sqrt(js_divergence(p, q)))
    np.testing.assert_array_equal(js_similarity(p, q), 1 - js_distance(p, q))


def test_leading_axes_broadcast() -> None:
    """Five countries against one answer for each of three questions give three by five."""
    rng = np.random.default_rng(3)
    p, q = rng.dirichlet(np.ones(4), size=(3, 5)), rng.dirichlet(np.ones(4), size=(3, 1))
    assert js_similarity(p, q).shape == (3, 5)
    assert js_similarity(p, q)[2, 4] == js_similarity(p[2, 4], q[2, 0])


@pytest.mark.parametrize("row", [[np.nan, np.nan], [0.5, np.nan], [0.0, 0.0]])
def test_rows_without_answers_are_not_scored(row: list[float]) -> None:
    """NaN and all-zero rows give NaN and leave the other rows alone."""
    scores = js_similarity([row, [1.0, 0.0]], [1, 0])
    assert math.isnan(scores[0])
    assert scores[1] == 1


def test_the_tiniest_probability_does_not_overflow() -> None:
    """Half of the smallest double is zero, yet the divergence stays finite."""
    assert js_divergence([5e-324, 1.0], [0.0, 1.0]) == 0


@pytest.mark.parametrize(
    ("p", "q", "message"),
    [
        ([-0.1, 1.1], [0.5, 0.5], "negative"),
        ([0.5, 0.4], [0.5, 0.5], "sums to 0.9"),
        ([0.5, 0.5], [np.inf, 0], "sums to inf"),
        ([0.5, 0.5], [1.0], "same options"),
        ([], [], "at least one option"),
    ],
)
def test_what_is_no_distribution_is_refused(p: list[float], q: list[float], message: str) -> None:
    """Negative entries, other sums and other options are errors, not numbers."""
    with pytest.raises(ValueError, match=message):
        js_divergence(p, q)


@pytest.mark.parametrize("base", [1.0, 0.5, math.nan])
def test_a_base_up_to_one_is_refused(base: float) -> None:
    """A logarithm to such a base would turn the direction or divide by zero."""
    with pytest.raises(ValueError, match="base"):
        js_divergence([1, 0], [1, 0], base=base)


def test_restrict_drops_and_renormalises() -> None:
    """Each row is divided by what it holds on the kept options."""
    kept = restrict([[0.2, 0.2, 0.6], [0.0, 0.5, 0.5]], [True, True, False])
    np.testing.assert_allclose(kept, [[0.5, 0.5, 0.0], [0.0, 1.0, 0.0]], atol=1e-15)


@pytest.mark.parametrize("row", [[0.0, 0.0, 1.0], [0.5, 0.5, np.nan], [0.0, 0.0, 0.0]])
def test_restrict_to_nothing_is_not_scored(row: list[float]) -> None:
    """All mass on dropped options, or NaN anywhere, leaves a NaN row."""
    assert np.isnan(restrict(row, [True, True, False])).all()


def test_restrict_refuses_what_does_not_fit() -> None:
    """Negative entries and masks of another width are errors."""
    with pytest.raises(ValueError, match="negative"):
        restrict([-1.0, 2.0], [True, True])
    with pytest.raises(ValueError, match="last axes"):
        restrict([0.5, 0.5], [True, True, True])
