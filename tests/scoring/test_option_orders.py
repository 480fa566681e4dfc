"""Cyclic orders: each option under each label once, and back again without loss."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.scoring.option_orders import as_printed, cyclic_orders


@given(n=st.integers(1, 26))
def test_a_full_cycle_puts_every_option_under_every_label_once(n: int) -> None:
    """So a liking for a label adds the same to every option's mean."""
    orders = cyclic_orders(n, None)
    assert len(orders) == n
    for place in range(n):
        assert sorted(order[place] for order in orders) == list(range(n))


@given(n=st.integers(1, 26), asked=st.integers(1, 40))
def test_orders_are_distinct_and_begin_with_the_printed_one(n: int, asked: int) -> None:
    """More than a cycle is a cycle."""
    orders = cyclic_orders(n, asked)
    assert len(set(orders)) == len(orders) == min(n, asked)
    assert orders[0] == tuple(range(n))


@given(shares=st.lists(st.floats(0, 1), min_size=1, max_size=12), asked=st.integers(1, 12))
def test_an_answer_comes_back_into_the_printed_order(shares: list[float], asked: int) -> None:
    """What was shown at a place is what stood there."""
    for order in cyclic_orders(len(shares), asked):
        shown = [shares[place] for place in order]
        assert as_printed(shown, order) == tuple(shares)


def test_shares_of_another_length_are_refused() -> None:
    """A missing option is never taken for zero."""
    with pytest.raises(ValueError, match="longer"):
        as_printed((0.5, 0.5), (0, 1, 2))
