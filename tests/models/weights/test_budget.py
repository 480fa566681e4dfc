"""Tokens a forward: by memory, and less after a forward that did not fit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.models.weights.budget import LEAST, MOST, ON_CPU, TokenBudget, token_budget
from benchmark.models.weights.suffixes import buckets, padded


@pytest.mark.parametrize(
    ("gib", "tokens"), [(1, LEAST), (8, 2048), (24, 4096), (80, MOST), (141, MOST)]
)
def test_budget_follows_the_devices_memory(gib: int, tokens: int) -> None:
    """In powers of two, so that two cards of one product agree."""
    assert token_budget(gib << 30) == tokens


def test_cpu_has_a_budget_of_its_own() -> None:
    """Its memory is not what bounds it."""
    assert token_budget(None) == ON_CPU


def test_budget_halves_from_what_was_used() -> None:
    """A small forward that failed says more than a large budget."""
    budget = TokenBudget(4096)
    budget.halve(1000)
    assert budget.tokens == 500
    budget.halve(10**6)
    assert budget.tokens == 250
    for _ in range(20):
        budget.halve(1)
    assert budget.tokens == 1


@given(st.lists(st.integers(1, 200), max_size=60), st.integers(1, 1000))
def test_buckets_hold_each_once_within_the_budget(lengths: list[int], budget: int) -> None:
    """Alone where one is longer than the budget."""
    found = buckets(lengths, budget=budget)
    assert sorted(i for group in found for i in group) == list(range(len(lengths)))
    for group in found:
        assert len(group) == 1 or len(group) * max(lengths[i] for i in group) <= budget


def test_rows_are_padded_on_the_right_and_read_at_their_ends() -> None:
    """Worked by hand: a row with fewer reads repeats its first in front."""
    pytest.importorskip("torch")
    ids, keep = padded([[5, 6, 7], [8, 9]], [2, 1], pad=0)
    assert ids.tolist() == [[5, 6, 7], [8, 9, 0]]
    assert keep.tolist() == [[1, 2], [1, 1]]
