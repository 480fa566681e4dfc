"""TF-IDF and log-odds with a prior."""

from __future__ import annotations

import math

import numpy as np
import pytest

from benchmark.metrics.distinctive import log_odds, max_t_p, tf_idf


def test_tf_idf_of_a_word_that_all_use_is_zero() -> None:
    """However unevenly they use it; one that a single group uses has count times ln N."""
    found = tf_idf([[100, 5, 0], [1, 0, 0], [1, 0, 0]])
    assert found[:, 0].tolist() == [0, 0, 0]
    assert found[0, 1] == pytest.approx(5 * math.log(3))
    assert found[:, 2].tolist() == [0, 0, 0]


def test_log_odds_by_hand() -> None:
    """One cell written out, with a prior of two groups' counts."""
    counts = np.array([[6, 4], [2, 8]])
    alpha = 8 / 20 * 20  # share of the word times two average groups of ten
    mine, theirs = 6 + alpha, 2 + alpha
    delta = math.log(mine / (10 + 20 - mine)) - math.log(theirs / (10 + 20 - theirs))
    expected = delta / math.sqrt(1 / mine + 1 / theirs)
    assert log_odds(counts, prior_groups=2)[0, 0] == pytest.approx(expected)


def test_a_heavier_prior_lets_fewer_words_differ() -> None:
    """The difference of rare words shrinks towards none."""
    counts = np.array([[3, 50], [0, 50], [0, 50]])
    light, heavy = (log_odds(counts, prior_groups=w)[0, 0] for w in (10, 1000))
    assert 0 < heavy < light


def test_words_nobody_uses_and_single_groups_have_none() -> None:
    """NaN, without a warning."""
    assert np.isnan(log_odds([[0, 5], [0, 4]])).all()
    assert np.isfinite(log_odds([[0, 5, 1], [0, 4, 2]])[:, 1:]).all()
    assert np.isnan(log_odds([[1, 5]])).all()


def test_p_against_the_largest_of_all() -> None:
    """An equal one counts as reached; NaN stays NaN."""
    assert max_t_p([3.0, 3.1, np.nan], [1, 2, 3]).tolist()[:2] == [0.5, 0.25]
    assert np.isnan(max_t_p([np.nan], [1.0])[0])
