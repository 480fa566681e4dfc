"""Agreement of written letters with probabilities: against other implementations, and by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binom

from benchmark.metrics.letters_against_shares import (
    expected_total_variation,
    kappa_of_means,
    total_variation,
)


def kappa(first: np.ndarray, second: np.ndarray) -> float:
    """Of two lists of categories."""
    names = np.unique([first, second])
    marks = ([(rater == name).mean() for name in names] for rater in (first, second))
    return float(kappa_of_means((first == second).mean(), *map(np.array, marks)))


def test_kappa_is_that_of_a_worked_example() -> None:
    """20 both yes, 15 both no, 5 and 10 apart: (0.70 - 0.50) / (1 - 0.50)."""
    first = np.repeat([1, 1, 0, 0], [20, 5, 10, 15])
    second = np.repeat([1, 0, 1, 0], [20, 5, 10, 15])
    assert kappa(first, second) == pytest.approx(0.4)


def test_kappa_is_that_of_scikit_learn() -> None:
    """On random categories."""
    metrics = pytest.importorskip("sklearn.metrics", reason="checks against scikit-learn")
    rng = np.random.default_rng(0)
    for _ in range(20):
        first = rng.integers(0, 5, 40)
        second = np.where(rng.random(40) < 0.5, first, rng.integers(0, 5, 40))
        assert kappa(first, second) == pytest.approx(metrics.cohen_kappa_score(first, second))


def test_kappa_of_one_category_is_not_defined() -> None:
    """Chance explains all of it."""
    assert math.isnan(kappa(np.zeros(4), np.zeros(4)))


@pytest.mark.parametrize("n", [1, 2, 5, 8, 40])
def test_the_expected_distance_is_the_sum_over_all_outcomes(n: int) -> None:
    """De Moivre's closed form against the binomial's masses."""
    rng = np.random.default_rng(n)
    rows = np.vstack([rng.dirichlet(np.ones(5), 10), np.eye(5)[:1], np.full((1, 5), 0.2)])
    counts = np.arange(n + 1)[:, None, None]
    by_hand = (np.abs(counts / n - rows) * binom.pmf(counts, n, rows)).sum(axis=(0, 2)) / 2
    assert expected_total_variation(rows, n) == pytest.approx(by_hand, abs=1e-12)


def test_draws_from_the_shares_themselves_are_as_far_away_as_expected() -> None:
    """The reading of `written_tv` against `written_tv_expected`."""
    rng = np.random.default_rng(0)
    p = np.array([0.6, 0.3, 0.1])
    drawn = rng.multinomial(8, p, size=20_000) / 8
    assert total_variation(drawn, p).mean() == pytest.approx(
        float(expected_total_variation(p, 8)), abs=0.003
    )
    with pytest.raises(ValueError, match="at least one draw"):
        expected_total_variation(p, 0)
