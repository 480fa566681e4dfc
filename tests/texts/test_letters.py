"""`benchmark.texts.letters`: what a written answer chooses, and what chooses nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.texts.letters import chosen_label, chosen_letter

SCALE = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
OPTIONS = ("A dike", "A terrace wall", "Snow", "Lead")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Answer: B", 1),
        ("answer: b", 1),
        ("**Answer:** (C)", 2),
        ("Answer: **D**", 3),
        ("Thinking of water.\nThe answer is B.", 1),
        ("First I said answer: A.\nNo.\nAnswer: C", 2),
        ("Answer: B because it holds", 1),
        ("Answer: A because it holds", 0),
        ("Answer: A dike", 0),
        ("Answer: A terrace wall.", 1),
        ("Answer: (A) A dike", 0),
        ("Answer:\nB", 1),
        ("(D)", 3),
        ("It melts.\nC.", 2),
        ("C) Snow", 2),
        ("snow", 2),
        ("Final answer: [B]", 1),
        ("Answer: B. A wall holds water", 1),
        ("Answer: (B), I think", 1),
    ],
)
def test_letters_and_options_are_read(text: str, place: int) -> None:
    """The last statement counts, in the usual notations; an option's own text does too."""
    assert chosen_letter(text, OPTIONS) == place


@pytest.mark.parametrize(
    "text",
    [
        *("", "I cannot tell.", "Answer:", "Answer: E", "Answer: A or B", "Answer: B/C"),
        *("Answer: A wall of stone", "The answer is a wall", "B is wrong, so is C", "C) A dike"),
        *("Answer: (A) and (B)", "Both A and B", "Think of answers.", "A wall"),
    ],
)
def test_what_names_no_one_letter_is_not_read(text: str) -> None:
    """Nothing is guessed, and an article is not a letter."""
    assert chosen_letter(text, OPTIONS) is None


@pytest.mark.parametrize(
    "text",
    [
        *("The answer is I don't know", "Answer: I think B", "Final answer: I'd pick (C)"),
        *("Answer: A; B", "Answer: A? B?", "Answer: A. No, B", "Answer: A - B"),
        *("answer: (A) is wrong, (B) is right", "Answer: D-day", "Answer: B or maybe C"),
    ],
)
def test_a_pronoun_a_word_and_a_second_letter_choose_nothing(text: str) -> None:
    """On a scale of ten, where "I" is an option too; with the options' texts and without."""
    assert chosen_letter(text, SCALE) is None
    assert chosen_label(text, "ABCDEFGHIJ") is None


@pytest.mark.parametrize("text", ["Answer: I", "(I)", "Answer: (I) nine", "Answer: I."])
def test_the_ninth_option_can_be_chosen(text: str) -> None:
    """In brackets, or where nothing but a stop follows."""
    assert chosen_letter(text, SCALE) == 8


def test_an_options_own_text_may_hold_another_letter() -> None:
    """It is the option as it was printed."""
    assert chosen_letter("Answer: (B) Vitamin C", ("Iron", "Vitamin C", "Salt")) == 1


@given(st.text(), st.integers(0, 3))
def test_a_stated_letter_is_found_behind_any_text(before: str, place: int) -> None:
    """Whatever is said before, the last line decides."""
    assert chosen_letter(f"{before}\nAnswer: ({'ABCD'[place]})", OPTIONS) == place


@given(st.text())
def test_no_text_breaks_the_reader(text: str) -> None:
    """A place or None, always."""
    assert chosen_letter(text, OPTIONS) in (None, 0, 1, 2, 3)
