"""Rank correlations against SciPy, their intervals and their correction for noise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.metrics.correlation import (
    disattenuated,
    rank_correlation,
    weighted_rank_correlations,
)
from benchmark.metrics.crossed import IntArray
from benchmark.metrics.divergence import FloatArray
from tests.metrics.strategies import unhurried

PAIRS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=3, max_size=30)


@unhurried
@given(PAIRS, st.data())
def test_both_are_scipys_with_ties_and_repeats(
    pairs: list[tuple[int, int]], data: st.DataObject
) -> None:
    """Weights are repeats of members."""
    stats = pytest.importorskip("scipy.stats")
    x, y = np.array(pairs, dtype=np.float64).T
    counts = st.lists(st.integers(0, 3), min_size=len(x), max_size=len(x))
    weights = np.array(data.draw(counts))
    a, b = np.repeat(x, weights), np.repeat(y, weights)
    (rho,), (tau,) = weighted_rank_correlations(x, y, weights[None])
    if len(set(a.tolist())) < 2 or len(set(b.tolist())) < 2:
        assert np.isnan([rho, tau]).all()
        return
    assert rho == pytest.approx(stats.spearmanr(a, b).statistic, abs=1e-9)
    assert tau == pytest.approx(stats.kendalltau(a, b).statistic, abs=1e-9)


def test_the_interval_covers_and_the_p_holds() -> None:
    """Forty countries, true rho 0.58: held in 90 % at least; unrelated ones are called at 5 %."""
    rng, held, called = np.random.default_rng(0), 0, 0
    truth = 6 / np.pi * np.arcsin(0.6 / 2)
    for _ in range(100):
        x, noise = rng.normal(size=(2, 40))
        found = rank_correlation(x, 0.6 * x + 0.8 * noise, rng=rng, resamples=300)
        held += found.rho_interval[0] <= truth <= found.rho_interval[1]
        called += rank_correlation(x, noise, rng=rng, resamples=199).p <= 0.05
    assert held >= 90
    assert called <= 11  # 5 expected, three standard errors above


def test_few_members_have_no_interval() -> None:
    """Below ten, resampling them says nothing of other countries."""
    found = rank_correlation([1, 2, 3], [1, 2, 3], rng=np.random.default_rng(0), resamples=50)
    assert found.rho == found.tau_b == 1
    assert np.isnan(found.rho_interval).all()


def test_members_of_one_cluster_are_drawn_together() -> None:
    """Copies of a member in its cluster add no members: the interval stays as wide."""
    rng = np.random.default_rng(3)
    x = rng.normal(size=20)
    y = x + rng.normal(size=20)
    many_x, many_y = (np.repeat(column, 4) for column in (x, y))

    def width(a: FloatArray, b: FloatArray, clusters: IntArray | None = None) -> float:
        found = rank_correlation(
            a, b, rng=np.random.default_rng(5), resamples=800, permutations=9, clusters=clusters
        )
        assert found.p >= 0.1, "nine permutations"
        return found.rho_interval[1] - found.rho_interval[0]

    together = width(many_x, many_y, np.repeat(np.arange(20), 4))
    assert together == pytest.approx(width(x, y), rel=0.05)
    assert width(many_x, many_y) < 0.7 * together
    few = rank_correlation(
        many_x, many_y, rng=rng, resamples=9, permutations=9, clusters=np.repeat(np.arange(8), 10)
    )
    assert np.isnan(few.rho_interval).all()


def cells(models: int, alike: float, rng: np.random.Generator) -> FloatArray:
    """A column of twelve cells with a story of each model, alike within cells."""
    of_cell, own = rng.normal(size=(12, 1)), rng.normal(size=(12, models))
    column: FloatArray = (np.sqrt(alike) * of_cell + np.sqrt(1 - alike) * own).ravel()
    return column


def test_members_of_one_cluster_are_shuffled_together() -> None:
    """Metric and ratings are alike within cells but unrelated: called at 5 %, not at 21 %."""
    rng, code, called = np.random.default_rng(2), np.repeat(np.arange(12), 4), 0
    for _ in range(300):
        x, y = cells(4, 0.6, rng), cells(4, 0.6, rng)
        called += (
            rank_correlation(x, y, rng=rng, resamples=9, permutations=99, clusters=code).p <= 0.05
        )
    assert called <= 27  # 15 expected, three standard errors above


def test_a_metric_that_only_tells_places_apart_is_not_called() -> None:
    """Each model has a level in both columns; what is left is noise."""
    rng, code, called = np.random.default_rng(4), np.repeat(np.arange(12), 2), 0
    level = np.tile([0.0, 4.0], 12)
    for _ in range(200):
        x, y = level + cells(2, 0.3, rng), level + cells(2, 0.3, rng)
        found = rank_correlation(x, y, rng=rng, resamples=9, permutations=99, clusters=code)
        assert found.rho > 0.3
        called += found.p <= 0.05
    assert called <= 20  # 10 expected, three standard errors above


def test_few_orders_are_all_looked_at() -> None:
    """Of the six orders of three members two are as far from 0 as 1, 2, 3 against itself."""
    rng = np.random.default_rng(0)
    assert rank_correlation([1, 2, 3], [1, 2, 3], rng=rng, resamples=99).p == pytest.approx(1 / 3)
    shuffled = rank_correlation([1, 2, 3, 9], [1, 2, 3, 9], rng=rng, resamples=99)
    assert shuffled.p == pytest.approx(2 / 24)


def test_clusters_change_places_only_with_their_like() -> None:
    """A cluster that alone has its places stays where it is; a place twice is refused."""
    code, rng = np.array([0, 0, 1, 1, 2]), np.random.default_rng(0)
    x = np.array([1.0, 2.0, 3.0, 4.0, 9.0])
    places = ["a", "b", "a", "b", "a"]
    found = rank_correlation(x, x, rng=rng, resamples=99, clusters=code, places=places)
    assert found.p == pytest.approx(1)  # two orders, equally far from their mean
    with pytest.raises(ValueError, match="each its own"):
        rank_correlation(x, x, rng=rng, resamples=99, clusters=code, places=["a"] * 5)


def test_a_constant_or_a_single_member_has_no_correlation() -> None:
    """NaN, not 0."""
    rng = np.random.default_rng(0)
    assert np.isnan(rank_correlation([1, 1, 1], [1, 2, 3], rng=rng, resamples=9).p)
    assert np.isnan(rank_correlation([1], [1], rng=rng, resamples=9).rho)
    with pytest.raises(ValueError, match="equally"):
        rank_correlation([1, np.nan], [1, 2], rng=rng, resamples=9)


def test_noise_taken_off_gives_the_true_correlation() -> None:
    """Two noisy readings of one order: 0.5 seen, about 1 true; nothing but noise has none."""
    rng = np.random.default_rng(1)
    truth = rng.normal(size=800)
    first, second = truth + rng.normal(size=(2, 800))
    (rho,), _ = weighted_rank_correlations(first, second, np.ones((1, 800)))
    assert rho == pytest.approx(0.48, abs=0.05)
    assert disattenuated(float(rho), (0.5, 0.5)) == pytest.approx(0.97, abs=0.08)
    assert np.isnan(disattenuated(0.3, (0.0, 1.0)))
