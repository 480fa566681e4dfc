"""How similar a fresh sample of the same people would be."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binom

from benchmark.metrics.ceilings import expected_sample_similarity, expected_similarity_of_answers
from benchmark.metrics.divergence import js_similarity
from benchmark.metrics.ordered import by_w1


def rng() -> np.random.Generator:
    """A fresh seeded generator."""
    return np.random.default_rng(11)


@pytest.mark.parametrize(("share", "n"), [(0.5, 1), (0.5, 20), (0.999, 1200), (0.02, 100)])
def test_ceiling_of_two_options_agrees_with_the_exact_sum(share: float, n: int) -> None:
    """All counts weighted by their binomial probability give the same mean, sparse cells too."""
    p = np.array([share, 1 - share])
    counts = np.arange(n + 1)
    drawn = np.stack([counts, n - counts], axis=1) / n
    exact = float(binom.pmf(counts, n, share) @ js_similarity(p, drawn))
    printed, _ = expected_sample_similarity([p], n, rng=rng(), draws=40_000)
    assert printed[0] == pytest.approx(exact, abs=5e-4)


def test_second_reading_restricts_both_sides_after_drawing() -> None:
    """With half of 40 people on the kept options, it is the mean over their random number."""
    p, keep = np.array([0.25, 0.25, 0.5]), np.array([[True, True, False]])
    _, kept = expected_sample_similarity([p], 40, keep=keep, rng=rng(), draws=40_000)
    exact = 0.0
    for m in range(1, 41):
        counts = np.arange(m + 1)
        drawn = np.stack([counts, m - counts], axis=1) / m
        mean = binom.pmf(counts, m, 0.5) @ js_similarity([0.5, 0.5], drawn)
        exact += binom.pmf(m, 40, 0.5) * mean
    assert kept[0] == pytest.approx(exact, abs=1e-3)


def test_samples_without_a_kept_answer_are_left_out() -> None:
    """One respondent is on a kept option or not at all: where asked, always the same certainty."""
    _, kept = expected_sample_similarity(
        [[0.25, 0.25, 0.5]], 1, keep=[[True, True, False]], rng=rng()
    )
    assert kept[0] == pytest.approx(float(js_similarity([0.5, 0.5], [1, 0])))


def test_ceiling_rises_with_the_number_of_respondents() -> None:
    """More people, less sampling error, up to 1; 1 200 land near 0.98."""
    rows = np.tile(np.random.default_rng(12).dirichlet(np.ones(5)), (4, 1))
    printed, _ = expected_sample_similarity(rows, [10, 100, 1200, 10**8], rng=rng())
    assert (np.diff(printed) > 0).all()
    assert 0.97 < printed[2] < 0.99
    assert printed[3] > 0.9999


def test_rows_without_data_are_not_scored() -> None:
    """NaN rows, and rows with nothing kept, stay NaN beside those that are scored."""
    p = [[np.nan, np.nan], [0.0, 1.0], [0.5, 0.5]]
    printed, kept = expected_sample_similarity(p, 50, keep=[[True, False]] * 3, rng=rng())
    assert np.isnan(printed).tolist() == [True, False, False]
    assert np.isnan(kept).tolist() == [True, True, False]


def test_equal_seeds_give_equal_ceilings_in_any_block(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks bound the memory: the stream of draws is the same."""
    p = np.random.default_rng(13).dirichlet(np.ones(4), size=20)
    keep = np.tile([True, True, True, False], (20, 1))
    whole = expected_sample_similarity(p, 30, keep=keep, rng=rng())
    monkeypatch.setattr("benchmark.metrics.baselines.BLOCK_CELLS", 1000)
    for some, all_ in zip(
        expected_sample_similarity(p, 30, keep=keep, rng=rng()), whole, strict=True
    ):
        np.testing.assert_array_equal(some, all_)


@pytest.mark.parametrize("n", [0, -3, 2.5, math.nan])
def test_numbers_of_respondents_are_whole_and_positive(n: float) -> None:
    """Anything else is an error, not a ceiling."""
    with pytest.raises(ValueError, match="respondents"):
        expected_sample_similarity([[0.5, 0.5]], n, rng=rng())


def test_at_least_one_draw_is_needed() -> None:
    """A mean of no samples does not exist."""
    with pytest.raises(ValueError, match="draws"):
        expected_sample_similarity([[0.5, 0.5]], 10, rng=rng(), draws=0)


@pytest.mark.parametrize(("share", "answers"), [(0.5, 1), (0.3, 4), (0.9, 16)])
def test_similarity_of_a_few_answers_agrees_with_the_exact_sum(share: float, answers: int) -> None:
    """Whoever answers: all counts weighted by their binomial probability give the same mean."""
    p, q = np.array([0.7, 0.3]), np.array([share, 1 - share])
    counts = np.arange(answers + 1)
    drawn = np.stack([counts, answers - counts], axis=1) / answers
    exact = float(binom.pmf(counts, answers, share) @ js_similarity(p, drawn))
    printed, kept = expected_similarity_of_answers([p], [q], answers, rng=rng(), draws=40_000)
    assert printed[0] == pytest.approx(exact, abs=2e-3)
    assert kept[0] == printed[0]


def test_the_ceiling_of_a_few_answers_lies_below_that_of_the_sample() -> None:
    """It is what the people score if so few of them speak, and nears that of all of them."""
    p = np.tile(np.random.default_rng(14).dirichlet(np.ones(5)), (4, 1))
    whole, _ = expected_sample_similarity(p, 1200, rng=rng(), draws=2000)
    few, _ = expected_sample_similarity(p, 1200, answers=[4, 16, 64, 10**7], rng=rng(), draws=2000)
    alone, _ = expected_similarity_of_answers(p, p, [4, 16, 64, 10**7], rng=rng(), draws=2000)
    assert (np.diff(few) > 0).all()
    assert few[3] == pytest.approx(whole[3], abs=1e-3)
    assert few[:3] == pytest.approx(alone[:3], abs=6e-3)


def test_answers_of_nobody_are_not_scored() -> None:
    """A floor that does not exist has no draws either."""
    p = [[0.5, 0.5], [0.5, 0.5]]
    q = [[np.nan, np.nan], [0.0, 1.0]]
    printed, kept = expected_similarity_of_answers(
        p, q, 8, keep=[[True, False]] * 2, rng=rng(), draws=10
    )
    assert np.isnan(printed).tolist() == [True, False]
    assert np.isnan(kept).tolist() == [True, True]
    with pytest.raises(ValueError, match="shape"):
        expected_similarity_of_answers(p, q[:1], 8, rng=rng())
    with pytest.raises(ValueError, match="answers"):
        expected_similarity_of_answers(p, q, 0, rng=rng())


@pytest.mark.parametrize(("share", "n"), [(0.5, 1), (0.3, 20), (0.02, 50)])
def test_two_samples_agree_with_the_exact_double_sum(share: float, n: int) -> None:
    """All pairs of counts weighted by their probabilities give the same mean."""
    counts = np.arange(n + 1)
    drawn = np.stack([counts, n - counts], axis=1) / n
    weight = binom.pmf(counts, n, share)
    exact = float(weight @ js_similarity(drawn[:, None], drawn[None]) @ weight)
    printed, _ = expected_sample_similarity(
        [[share, 1 - share]], n, rng=rng(), draws=40_000, two_samples=True
    )
    assert printed[0] == pytest.approx(exact, abs=0.005)


def test_people_asked_again_are_farther_from_a_sample_than_from_the_people() -> None:
    """Both have sampling error; by the root of two where shares are even."""
    p = np.full((1, 5), 0.2)
    population, _ = expected_sample_similarity(p, 1200, rng=rng(), draws=4000)
    sample, _ = expected_sample_similarity(p, 1200, rng=rng(), draws=4000, two_samples=True)
    assert (1 - sample[0]) / (1 - population[0]) == pytest.approx(math.sqrt(2), abs=0.03)


def test_another_measure_is_averaged_over_the_same_kind_of_draws() -> None:
    """One respondent of a divided people is a whole scale away from the other half."""
    printed, _ = expected_sample_similarity(
        [[0.5, 0, 0.5]], 1, rng=rng(), draws=100, similarity=by_w1
    )
    assert printed.tolist() == [0.5]


def test_two_samples_of_nobody_are_not_scored() -> None:
    """A row without data stays without a ceiling."""
    printed, kept = expected_sample_similarity(
        [[np.nan, np.nan], [0.5, 0.5]], 9, keep=[[True, True], [True, False]], rng=rng(),
        two_samples=True,
    )  # fmt: skip
    assert np.isnan(printed).tolist() == [True, False]
    assert np.isnan(kept).tolist() == [True, False]
