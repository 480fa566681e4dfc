"""Words are cut by Unicode's rule, and scripts without spaces are recognised."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.metrics.words import tokens, unspaced_share, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("  ...  -- ", ()),
        ("The cat, the CAT.", ("the", "cat", "the", "cat")),
        ("don\u2019t O'Neil's 'dogs'", ("don't", "o'neil's", "dogs")),
        ("well-being 3.14 1,000", ("well", "being", "3.14", "1,000")),
        ("na\u00efve nai\u0308ve", ("na\u00efve", "na\u00efve")),
        ("\U0001f642 ok \U0001f44d\U0001f3fd", ("ok",)),
    ],
)
def test_words_of_latin_text(text: str, expected: tuple[str, ...]) -> None:
    """Lower case, apostrophes inside words kept and straight, hyphens divide, symbols dropped."""
    assert tokens(text) == expected


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("\u041c\u043e\u0441\u043a\u0432\u0430 \u0438 \u0440\u0435\u043a\u0430", 3),  # Russian
        ("\u0939\u093f\u0928\u094d\u0926\u0940 \u092e\u0947\u0902", 2),  # Hindi: signs stay
        ("\u0645\u0649\u200c\u062e\u0648\u0627\u0647\u0645 \u0628\u0631\u0648\u0645", 2),  # Persian
        ("\ud55c\uad6d\uc5b4 \ubb38\uc7a5", 2),  # Korean
    ],
)
def test_scripts_with_spaces_keep_their_words_whole(text: str, number: int) -> None:
    """Vowel signs and joiners do not divide a word."""
    assert len(tokens(text)) == number
    assert unspaced_share(text) == 0


def test_chinese_falls_into_characters_and_is_reported_as_unspaced() -> None:
    """No word is guessed: five characters are five units, and the share says so."""
    text = "\u6211\u559c\u6b22\u7eff\u8336"
    assert len(tokens(text)) == 5
    assert unspaced_share(text) == 1
    assert unspaced_share("\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35") == 1  # Thai
    assert unspaced_share("\u6211\u559c\u6b22 tea") == 0.5


def test_a_text_without_letters_has_no_share() -> None:
    """Neither spaced nor unspaced."""
    assert math.isnan(unspaced_share("1984!"))
    assert math.isnan(unspaced_share(""))


def test_given_words_are_taken_as_they_are() -> None:
    """A caller's own segmenter decides."""
    assert list(words(["\u6211", "\u559c\u6b22", "TEA"])) == ["\u6211", "\u559c\u6b22", "TEA"]


# Assigned characters only: the two libraries may know different versions of Unicode.
@given(st.text(st.characters(exclude_categories=["Cn", "Cs"]), max_size=60))
def test_every_word_has_a_letter_or_a_digit(text: str) -> None:
    """Punctuation alone is never a word, and none holds white space."""
    found = tokens(text)
    assert all(any(c.isalnum() for c in word) for word in found)
    assert all(len(word.split()) == 1 for word in found)
