"""The plan: which requests go to the model together."""

from __future__ import annotations

import itertools
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from benchmark.engine.plan import group_key, plan
from benchmark.records import Continuation, Request
from tests.engine.asking import choice, picture

REQUESTS = st.lists(
    st.builds(choice, st.text(max_size=5), prefix=st.sampled_from("abc")), max_size=30
)


@given(REQUESTS, st.integers(1, 7))
def test_every_request_stands_in_exactly_one_batch(requests: list[Request], size: int) -> None:
    """Batches partition the requests and are never too large."""
    batches = plan(requests, batch_size=size)
    assert sorted(i for batch in batches for i in batch) == list(range(len(requests)))
    assert all(0 < len(batch) <= size for batch in batches)


@given(REQUESTS, st.integers(1, 7))
def test_groups_follow_each_other_in_as_few_batches_as_alone(
    requests: list[Request], size: int
) -> None:
    """A group is never in more batches than it needs, nor interrupted by another."""
    batches = plan(requests, batch_size=size)
    order = [group_key(requests[i]) for batch in batches for i in batch]
    assert [key for key, _ in itertools.groupby(order)] == list(dict.fromkeys(order))
    for key, n in Counter(order).items():
        held = [b for b in batches if any(group_key(requests[i]) == key for i in b)]
        assert len(held) == -(-n // size)


def test_many_small_groups_fill_a_batch() -> None:
    """One request a picture is one batch for a server, not many."""
    asked = [choice("q", image=picture(f"{i}")) for i in range(7)]
    assert plan(asked, batch_size=4) == ((0, 1, 2, 3), (4, 5, 6))


def test_kinds_are_not_mixed() -> None:
    """Each is another forward."""
    other = Continuation(prompt=choice("q").prompt, texts=("a",), subject=choice("q").subject)
    assert plan([choice("q"), other, choice("r")], batch_size=8) == ((0, 2), (1,))


def test_two_pictures_are_two_groups_and_one_picture_twice_is_one() -> None:
    """A group is what shares an encoding: the same text and the same pixels."""
    asked = [
        choice("q", image=picture("aa")),
        choice("r", image=picture("bb")),
        choice("s", image=picture("aa")),
    ]
    assert plan(asked, batch_size=8) == ((0, 2, 1),)
    assert plan(asked, batch_size=2) == ((0, 2), (1,))


def test_an_empty_plan_has_no_batches() -> None:
    """Nothing asked, nothing planned."""
    assert plan([], batch_size=4) == ()
