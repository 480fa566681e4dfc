"""Refusals are known by how they begin."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.scoring.stories import is_refusal


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I can't help with that.",
        "I\u2019m very sorry \u2014 I cannot answer questions about nationality.",
        "Sorry, I am unable to identify the country.",
        "Unfortunately, I will not provide an opinion on this.",
        "As an AI language model, I do not hold views.",
        "  **I do not have personal opinions** on the matter",
        '"I must decline."',
        "I apologise, but as a large language model I stay neutral.",
        "WE ARE NOT ABLE TO comply with this request.",
    ],
)
def test_openings_of_refusals_are_found(text: str) -> None:
    """With and without an apology, in any case, behind quotes and mark-up."""
    assert is_refusal(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Because family comes first here.",
        "I can't help but smile when I think of it.",
        "Once upon a time a girl said: I can't help you.",
        '"Sorry," said the fox, "the bridge is closed."',
        "I cannot imagine life without tea.",
        "I am a farmer and people here do not have strong opinions.",
        "People are not able to choose freely.",
    ],
)
def test_other_openings_are_not(text: str) -> None:
    """Words of refusal inside a text, or about somebody else, are not a refusal."""
    assert not is_refusal(text)


@given(st.text(max_size=400))
def test_what_follows_the_opening_does_not_matter(rest: str) -> None:
    """A refusal stays one, however it goes on."""
    assert is_refusal("I cannot answer that. " + rest)
