"""The rules over wording: same question, same battery, opinion or not."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.survey.wording import (
    introduction,
    is_substantive,
    normalised,
    printed,
    question_id,
    question_sha,
    stem,
)

SHARED = Path(__file__).parents[3] / "shared" / "data" / "survey" / "global_opinions.csv"
BATTERY = "How often do you eat the"

NON_ANSWERS = [
    "Don't know",
    "Don\u2019t Know",
    "Dont know/Refused",
    '"Dont -9:-2"',
    "Don't know (DO NOT READ)",
    "DK/Refused",
    "No answer",
    "No answer/refused",
    "Refused",
    "Hard to say",
    "I do not know examples concerned",
    "Missing",
    "Missing; Not available; Not applicable",
    "Other missing; Multiple answers Mail (EVS)",
    "INAP: No internet/no social media",
    "Can't rate (VOL)",
    "Never heard of (VOL)",
    "Not applicable",
]
OPINIONS = [
    "It is against democracy (spontaneous)",
    "Not allowed to vote",
    "Don't mind",
    "Dont belong",
    "Not mentioned",
    "Other answer",
    "None of them",
    "No",
    "Neither (VOL)",
    "I do not know anyone",
    "No, have not heard of it",
    "Never",
    "2",
    "Missing persons",
]


@pytest.mark.parametrize("option", NON_ANSWERS)
def test_every_spelling_of_a_nonanswer_is_left_out_of_the_substantive_reading(option: str) -> None:
    """Don't know, refusals and missing codes are not opinions, however they are spelt."""
    assert not is_substantive(printed(option))


@pytest.mark.parametrize("option", OPINIONS)
def test_an_odd_looking_opinion_stays_substantive(option: str) -> None:
    """What a respondent said is an opinion even if it resembles a missing code."""
    assert is_substantive(option)


@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    """The key of a question is a fixed point of the normalisation, but for exotic case folds."""
    once = normalised(text)
    assert normalised(normalised(once)) == normalised(once)


@given(st.text(alphabet=st.characters(codec="ascii")), st.sampled_from(" \n\t.,;:?!-\"'"))
def test_case_spacing_and_punctuation_do_not_make_another_question(text: str, noise: str) -> None:
    """Public copies differ in quotes, dashes and spaces, never in letters and digits."""
    assert question_sha(noise + text.upper() + noise) == question_sha(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (f"{BATTERY} following?\n\nBread", f"{BATTERY} following?\n\nRice"),
        (f"{BATTERY} following?\n\nBread", f"{BATTERY} following?:\n \nRice"),
        (f"{BATTERY} following: bread", f"{BATTERY} following? Rice and peas."),
        (f"{BATTERY} following?\n\nBread", f"{BATTERY.upper()} FOLLOWING… rice"),
        ("Do you like it in… ? Winter", "Do you like it in…? the hot summer"),
        (
            "(Please tell me whether you like it)...Snow",
            "(Please tell me whether you like it)…Rain",
        ),
        ("It\u2019s often \u201ccold\u201d\n\nIn May", "It's often 'cold'\n\nIn June"),
    ],
)
def test_items_of_one_battery_share_a_stem(one: str, other: str) -> None:
    """The introduction decides, whichever way the file sets the item off."""
    assert stem(one) == stem(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("How old are you?", "How tall are you?"),
        ("Do you like tea? Please answer from 1 to 10.", "Do you like tea? Please say yes or no."),
        (f"{BATTERY} following?\n\nBread", "How often do you bake the following?\n\nBread"),
    ],
)
def test_questions_without_a_common_introduction_have_stems_of_their_own(
    one: str, other: str
) -> None:
    """A shared first sentence does not make a battery if more sentences come after it."""
    assert stem(one) != stem(other)


@given(st.text())
def test_a_stem_is_twelve_hex_digits_of_a_part_of_the_text(text: str) -> None:
    """No text breaks the rule, and the introduction is never more than the question."""
    assert int(stem(text), 16) >= 0
    assert len(stem(text)) == 12
    assert introduction(text) in text


def test_an_option_loses_wrapping_quotes_and_needless_decimals() -> None:
    """Quotes inside stay, a lone quote mark stays."""
    options = ('"Dont belong"', " '2' ", 3.0, 2.5, 7, "It's", '"', None)
    shown = ["Dont belong", "2", "3", "2.5", "7", "It's", '"', "NaN"]
    assert [printed(option) for option in options] == shown


def test_the_same_wording_with_other_options_is_another_question() -> None:
    """Options belong to the id; spacing of the question does not."""
    assert question_id("Tea?", ("Yes", "No")) != question_id("Tea?", ("No", "Yes"))
    assert question_id("Tea?", ("Yes", "No")) == question_id(" tea ?", ("Yes", "No"))


@pytest.mark.skipif(not SHARED.exists(), reason="the reference data is not on this machine")
def test_every_last_option_called_missing_in_the_reference_data_is_a_nonanswer() -> None:
    """A crude search for the words finds nothing that the pattern table lets through."""
    with SHARED.open(encoding="utf-8", newline="") as file:
        texts = " ".join(row["options"] for row in csv.DictReader(file))
    words = ("dont know", "don't know", "no answer", "missing", "refused", "inap:", "-9")
    options = {printed(piece) for piece in texts.replace("['", "', '").split("', '")}
    suspects = {o for o in options if any(o.casefold().startswith(word) for word in words)}
    assert suspects
    assert {o for o in suspects if is_substantive(o.split("']")[0])} == set()
