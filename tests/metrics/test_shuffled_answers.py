"""Distances under shuffled answers, and tau-b of many rows."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from benchmark.metrics.divergence import FloatArray
from benchmark.metrics.mantel import kendall_tau_b
from benchmark.metrics.shuffled_answers import (
    centred,
    mean_over_questions,
    means_without,
    shuffled_means,
    tau_b_of_rows,
)


def tables(rng: np.random.Generator, questions: int, members: int, gap: float) -> FloatArray:
    """Symmetric distances by question; some members are in none of a question's."""
    apart = rng.random((questions, members, members))
    apart = apart + apart.swapaxes(1, 2)
    absent = rng.random((questions, members)) < gap
    apart[absent[:, :, None] | absent[:, None, :]] = np.nan
    return apart


def test_all_shuffles_of_two_small_questions_are_found() -> None:
    """Three members and two questions: 36 equally likely sums, each of them drawn and no other."""
    apart = centred(tables(np.random.default_rng(1), 2, 3, 0.0))
    drawn = shuffled_means(apart[None], rng=np.random.default_rng(0), shuffles=2000)[0]
    rows, columns = np.triu_indices(3, 1)
    expected = set()
    for orders in itertools.product(itertools.permutations(range(3)), repeat=2):
        moved = [apart[q][np.ix_(order, order)] for q, order in enumerate(orders)]
        expected.add(tuple(np.mean(moved, axis=0)[rows, columns].round(5)))
    assert {tuple(row) for row in drawn.round(5)} == expected


def test_members_that_are_not_there_stay_away() -> None:
    """A question moves among those who have it: a pair that shares none has no distance."""
    apart = tables(np.random.default_rng(2), 30, 5, 0.3)
    apart[:15, 0] = apart[:15, :, 0] = np.nan
    apart[15:, 1] = apart[15:, :, 1] = np.nan
    found = shuffled_means(centred(apart)[None], rng=np.random.default_rng(0), shuffles=20)[0]
    assert np.isnan(found[:, 0]).all()  # of members 0 and 1
    assert np.isfinite(found[:, 1:]).all()
    sums = np.isfinite(apart).sum(axis=0)[np.triu_indices(5, 1)][1:] * found[:, 1:]
    np.testing.assert_allclose(sums.sum(axis=1), 0, atol=1e-4)  # of each question, as centred


def test_chunks_do_not_change_the_shuffles(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is held at once is a matter of memory; tables share their shuffles."""
    apart = centred(tables(np.random.default_rng(3), 6, 5, 0.2))
    both = np.stack([apart, 2 * apart])
    whole = shuffled_means(both, rng=np.random.default_rng(0), shuffles=50)
    np.testing.assert_allclose(whole[1], 2 * whole[0])
    monkeypatch.setattr("benchmark.metrics.shuffled_answers.CELLS", 30)
    parts = shuffled_means(both, rng=np.random.default_rng(0), shuffles=50)
    np.testing.assert_array_equal(parts, whole)


def test_means_without_a_group_are_those_of_the_rest() -> None:
    """A loop over groups, with gaps."""
    apart = tables(np.random.default_rng(4), 12, 4, 0.2)
    groups = np.arange(12) // 3
    found = means_without(apart, groups)
    for group in range(4):
        np.testing.assert_allclose(found[group], mean_over_questions(apart[groups != group]))


@pytest.mark.parametrize("decimals", [9, 1])
def test_tau_of_rows_is_that_of_one_row(decimals: int) -> None:
    """With and without ties, each row with each truth; NaN where one is constant or missing."""
    rng = np.random.default_rng(5)
    x, y = rng.random((300, 40)).round(decimals), rng.random((3, 40)).round(decimals)
    x[1], x[2, 3], y[2] = 0.5, np.nan, 1.0
    found = tau_b_of_rows(x, y)
    for row in (0, 1, 7, 299):
        np.testing.assert_allclose(found[row], [kendall_tau_b(x[row], t) for t in y], atol=1e-12)
    assert np.isnan(found[1:3]).all()
    assert np.isnan(found[:, 2]).all()
