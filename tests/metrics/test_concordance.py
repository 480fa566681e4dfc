"""Agreement of judges, whom one of them favours, rows of tau, and greedy matching."""

from __future__ import annotations

import numpy as np
import pytest

from benchmark.metrics.concordance import favour, kendall_w, tau_matrix
from benchmark.metrics.greedy_matching import greedy_f1
from benchmark.metrics.row_tau import row_tau_b


def test_w_is_a_function_of_the_mean_rank_correlation() -> None:
    """W = (1 + (m - 1) r) / m with Spearman's r over pairs, without ties."""
    from scipy.stats import rankdata

    scores = np.random.default_rng(0).random((4, 15))
    ranks = np.array([rankdata(row) for row in scores])
    r = np.corrcoef(ranks)[np.triu_indices(4, 1)].mean()
    assert kendall_w(scores) == pytest.approx((1 + 3 * r) / 4)


def test_w_of_judges_who_tie_everything_is_not_scored() -> None:
    """Nor that of one judge."""
    assert np.isnan(kendall_w(np.ones((3, 5))))
    assert np.isnan(kendall_w([[1, 2, 3]]))


def test_ties_do_not_lower_full_agreement() -> None:
    """The correction for ties: three equal rankings with ties have W of 1."""
    assert kendall_w([[1, 1, 2, 3]] * 3) == pytest.approx(1)


def test_taus_leave_out_what_one_did_not_score() -> None:
    """A NaN takes its object out for all."""
    from scipy.stats import kendalltau

    scores = np.array([[1, 2, 3, 4], [2, 1, 4, 3], [1, np.nan, 3, 4.0]])
    expected = kendalltau([1, 3, 4], [2, 4, 3]).statistic
    assert tau_matrix(scores)[0, 1] == pytest.approx(expected)


def test_a_planted_favour_is_found() -> None:
    """One judge adds half a deviation to one candidate: that pair stands out."""
    rng = np.random.default_rng(1)
    quality = rng.normal(size=(1, 4, 200))
    scores = quality + 0.3 * rng.normal(size=(3, 4, 200)) + np.array([[[5]], [[0]], [[-2]]])
    scores[1, 2] += 1.0
    mean = favour(scores).mean(axis=2)
    assert np.unravel_index(mean.argmax(), mean.shape) == (1, 2)
    assert mean.sum() == pytest.approx(0, abs=1e-9)
    assert mean[1, 2] > 3 * np.sort(mean.ravel())[-2]


def test_rows_agree_with_scipy() -> None:
    """Tau of each row is SciPy's; the p of a planted order is the least there is."""
    from scipy.stats import kendalltau

    rng = np.random.default_rng(2)
    truth = rng.random(12)
    rows = np.array([truth * 2 + 1, rng.random(12), truth.round(1)])
    tau, p = row_tau_b(rows, truth, rng=rng, permutations=199)
    expected = [kendalltau(row, truth).statistic for row in rows]
    assert tau == pytest.approx(expected)
    assert p[0] == 1 / 200
    assert p[1] > 0.01


def test_a_constant_row_has_no_tau() -> None:
    """NaN for constant rows and for rows with a hole, and for two others."""
    rng = np.random.default_rng(0)
    tau, p = row_tau_b(np.array([[1, 1, 1], [1, np.nan, 2]]), [1, 2, 3], rng=rng, permutations=9)
    assert np.isnan([tau, p]).all()
    assert np.isnan(row_tau_b([[1, 2]], [1, 2], rng=rng, permutations=9)).all()


def test_equal_texts_match_whole() -> None:
    """F1 is 1 for the same tokens in any order, and symmetric."""
    a = np.eye(4)[:3]
    assert greedy_f1(a, a[::-1]) == pytest.approx(1)
    assert greedy_f1(a, np.eye(4)[2:]) == greedy_f1(np.eye(4)[2:], a)
    assert np.isnan(greedy_f1(np.zeros((0, 4)), a))
