"""The p-value of permuted labels."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from benchmark.metrics.matching import all_matchings, matching_p


@pytest.mark.parametrize("k", [2, 4, 6])
def test_exact_p_is_that_of_a_loop_over_all_relabellings(k: int) -> None:
    """Every way to hand out the labels, ties counted as extreme."""
    table = np.random.default_rng(k).integers(0, 3, size=(k, k)).astype(float)
    orders = list(itertools.permutations(range(k)))
    sums = [sum(table[row, label] for row, label in enumerate(order)) for order in orders]
    expected = sum(total >= np.trace(table) for total in sums) / math.factorial(k)
    assert matching_p(table, rng=np.random.default_rng(0)) == pytest.approx(expected, abs=1e-12)


def test_random_p_agrees_with_the_exact_one_and_is_never_zero() -> None:
    """At seven labels both can be had; ten of ten right is 1 / (1 + B)."""
    table = np.random.default_rng(1).random((7, 7))
    exact = matching_p(table, rng=np.random.default_rng(0))
    drawn = matching_p(table, rng=np.random.default_rng(0), permutations=4000)
    assert drawn == pytest.approx(exact, abs=0.03)
    assert matching_p(np.eye(10), rng=np.random.default_rng(0), permutations=999) == 1 / 1000


def test_answers_that_do_not_differ_show_nothing() -> None:
    """One answer for everybody fits one label, whoever has it: p is 1."""
    assert matching_p(np.tile([1.0, 0.0, 0.0], (3, 1)), rng=np.random.default_rng(0)) == 1


def test_too_few_labels_and_bad_tables() -> None:
    """One label cannot be traded; a table has as many rows as labels."""
    assert math.isnan(matching_p([[1.0]], rng=np.random.default_rng(0)))
    assert not all_matchings(9)
    with pytest.raises(ValueError, match="labels"):
        matching_p(np.zeros((2, 3)), rng=np.random.default_rng(0))
