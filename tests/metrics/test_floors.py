"""The answers that know no country: uniform, mean of the others, best for everybody."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from benchmark.metrics.baselines import best_country_blind, mean_of_others, uniform_floor
from benchmark.metrics.divergence import FloatArray, js_similarity, restrict
from tests.metrics.strategies import probabilities, unhurried

tables = st.tuples(st.integers(1, 6), st.integers(2, 5)).flatmap(
    lambda shape: st.lists(probabilities(shape[1]), min_size=shape[0], max_size=shape[0])
)


def test_uniform_is_even_over_the_kept_options() -> None:
    """Three of four options get a third each; without options there is no answer."""
    floor = uniform_floor([[True, True, False, True], [False] * 4])
    np.testing.assert_allclose(floor[0], [1 / 3, 1 / 3, 0, 1 / 3])
    assert np.isnan(floor[1]).all()


def test_mean_of_others_leaves_oneself_out() -> None:
    """Worked by hand for three countries, of which one was not asked."""
    p = [[0.8, 0.2], [0.2, 0.8], [np.nan, np.nan]]
    np.testing.assert_allclose(mean_of_others(p), [[0.2, 0.8], [0.8, 0.2], [0.5, 0.5]])


def test_mean_of_others_needs_another_country() -> None:
    """Who is alone has no world to be compared with."""
    assert np.isnan(mean_of_others([[0.8, 0.2], [np.nan, np.nan]])[0]).all()


def test_mean_of_others_agrees_with_a_loop_over_questions_and_countries() -> None:
    """The vectorised form equals deleting one row and averaging the rest."""
    p = np.random.default_rng(4).dirichlet(np.ones(5), size=(6, 8))
    loop = [[np.delete(table, c, axis=0).mean(axis=0) for c in range(8)] for table in p]
    np.testing.assert_allclose(mean_of_others(p), loop, atol=1e-15)


@unhurried
@given(tables)
def test_mean_of_others_is_a_distribution(rows: list[FloatArray]) -> None:
    """Never negative, always summing to 1, wherever another country answered."""
    means = mean_of_others(rows)
    if len(rows) > 1:
        assert (means >= 0).all()
        np.testing.assert_allclose(means.sum(axis=-1), 1)


def test_axes_that_do_not_fit_are_refused() -> None:
    """One row is not a set of countries, nor one table a set of questions."""
    with pytest.raises(ValueError, match="countries"):
        mean_of_others([1.0, 0.0])
    with pytest.raises(ValueError, match="questions"):
        best_country_blind([[1.0, 0.0]])


def mean_similarity(countries: FloatArray, answer: FloatArray) -> float:
    """What `best_country_blind` maximises."""
    return float(js_similarity(countries, answer).mean())


@unhurried
@given(tables)
def test_blind_is_never_below_the_mean_or_any_country(rows: list[FloatArray]) -> None:
    """The floor cannot be beaten by an answer that is as blind as it is."""
    p = np.array(rows)
    best = mean_similarity(p, best_country_blind(p[None])[0])
    for candidate in (p.mean(axis=0), *p):
        # The distance is a square root: near 0 it turns the last digit of a p into the tenth.
        assert best >= mean_similarity(p, candidate / candidate.sum()) - 1e-9


def searched(countries: FloatArray) -> float:
    """The best mean similarity that BFGS finds over softmax coordinates, from many starts."""

    def loss(x: FloatArray) -> float:
        q = np.exp(x - x.max())
        return -mean_similarity(countries, q / q.sum())

    starts = (*countries, countries.mean(axis=0))
    found = [minimize(loss, np.log(start + 1e-4), method="BFGS").fun for start in starts]
    return -float(min(found))


@pytest.mark.parametrize(("countries", "concentration"), [(3, 2.0), (4, 0.4), (8, 0.5)])
def test_blind_is_as_good_as_a_general_optimiser(countries: int, concentration: float) -> None:
    """SciPy's search over the same objective gains less than 2e-4 in similarity."""
    p = np.random.default_rng(5).dirichlet(np.full(4, concentration), size=(6, countries))
    for table, answer in zip(p, best_country_blind(p), strict=True):
        assert mean_similarity(table, answer) >= searched(table) - 2e-4


def test_blind_passes_over_countries_without_data() -> None:
    """A NaN row is as if the country were not there; without any country there is no answer."""
    p = np.random.default_rng(6).dirichlet(np.ones(3), size=(1, 4))
    gap = np.full((1, 1, 3), np.nan)
    with_gap = best_country_blind(np.concatenate([p[:, :2], gap, p[:, 2:]], axis=1))
    np.testing.assert_allclose(with_gap, best_country_blind(p), atol=1e-12)
    assert np.isnan(best_country_blind(gap)).all()


def test_blind_reads_only_the_kept_options() -> None:
    """Dropping options first is the same as asking with ``keep``, and padding stays empty."""
    p = np.random.default_rng(7).dirichlet(np.ones(4), size=(3, 5))
    keep = np.array([[True, True, True, False]] * 3)
    answer = best_country_blind(p, keep=keep)
    np.testing.assert_array_equal(answer, best_country_blind(restrict(p, keep[:, None, :])))
    assert (answer[:, 3] == 0).all()


def test_blind_does_not_depend_on_the_block(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks bound the memory and nothing else."""
    p = np.random.default_rng(8).dirichlet(np.ones(4), size=(9, 5))
    whole = best_country_blind(p)
    monkeypatch.setattr("benchmark.metrics.baselines.BLOCK_CELLS", 300)
    np.testing.assert_array_equal(best_country_blind(p), whole)


def test_blind_of_one_country_is_its_own_answer() -> None:
    """With nobody else to please, the best answer is exactly right."""
    p = np.array([[[0.2, 0.3, 0.5]]])
    assert math.isclose(mean_similarity(p[0], best_country_blind(p)[0]), 1, abs_tol=1e-12)
