"""Ranks that are shared where intervals overlap."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from leaderboard.page.ranking import Contender, ranks

numbers = st.floats(0, 1)
contenders = st.builds(
    lambda value, width: Contender(value=value, low=value - width, high=value + width),
    numbers,
    st.floats(0, 0.3),
)


def test_three_in_a_chain_by_hand() -> None:
    """A overlaps B and B overlaps C; C alone lies wholly below A."""
    chain = [(0.9, 0.85, 0.95), (0.85, 0.8, 0.9), (0.78, 0.76, 0.82)]
    assert ranks([Contender(value=v, low=low, high=high) for v, low, high in chain]) == [1, 1, 2]


def test_who_was_not_scored_has_no_rank_and_moves_nobody() -> None:
    """None and NaN stay out."""
    missing = Contender(value=math.nan)
    assert ranks([None, Contender(value=0.2), missing]) == [None, 1, None]


@given(st.lists(contenders, min_size=1, max_size=8))
def test_the_best_is_first_and_overlapping_intervals_never_swap(found: list[Contender]) -> None:
    """Whoever has the highest value is first; a better rank goes with no smaller upper end."""
    given_ranks = ranks(found)
    best = max(range(len(found)), key=lambda place: found[place].value)
    assert given_ranks[best] == 1
    for one, rank in zip(found, given_ranks, strict=True):
        assert rank is not None
        above = [other for other in found if other.ends[0] > one.ends[1]]
        assert rank == 1 + len(above)


@given(st.lists(contenders, max_size=6), st.randoms())
def test_order_does_not_matter(found: list[Contender], random: object) -> None:
    """Ranks follow the contenders, not their places."""
    places = list(range(len(found)))
    random.shuffle(places)  # type: ignore[attr-defined]
    shuffled = ranks([found[place] for place in places])
    assert shuffled == [ranks(found)[place] for place in places]
