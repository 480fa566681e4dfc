"""The plan: which requests go to the model together."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from benchmark.engine.plan import group_key, plan
from tests.engine.asking import choice, picture

REQUESTS = st.lists(
    st.builds(choice, st.text(max_size=5), prefix=st.sampled_from("abc")), max_size=30
)


@given(REQUESTS, st.integers(1, 7))
def test_every_request_stands_in_exactly_one_batch(requests: list, size: int) -> None:  # type: ignore[type-arg]
    """Batches partition the requests, are never too large, and never mix prefixes."""
    batches = plan(requests, batch_size=size)
    assert sorted(i for batch in batches for i in batch) == list(range(len(requests)))
    assert all(0 < len(batch) <= size for batch in batches)
    assert all(len({group_key(requests[i]) for i in batch}) == 1 for batch in batches)


def test_two_pictures_are_two_groups_and_one_picture_twice_is_one() -> None:
    """A group is what shares an encoding: the same text and the same pixels."""
    asked = [
        choice("q", image=picture("aa")),
        choice("r", image=picture("bb")),
        choice("s", image=picture("aa")),
    ]
    assert plan(asked, batch_size=8) == ((0, 2), (1,))


def test_an_empty_plan_has_no_batches() -> None:
    """Nothing asked, nothing planned."""
    assert plan([], batch_size=4) == ()
