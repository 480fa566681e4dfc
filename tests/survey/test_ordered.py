"""Which questions have an ordered scale: the rule, and the table of published ones."""

from __future__ import annotations

from itertools import compress
from pathlib import Path

import pytest

from benchmark import data
from benchmark.survey.ordered import checked_by_hand, is_ordered, scale
from benchmark.survey.survey import SAMPLE, Survey, load_survey

SHARED = Path(__file__).parents[3] / "shared" / "data" / "survey" / "global_opinions.csv"
needs_data = pytest.mark.skipif(not SHARED.exists(), reason="reference data not on this machine")


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        (["Never", "2", "3", "4", "Always"], "numbers"),
        (["Happy", "9", "8", "7", "Unhappy"], "numbers"),
        (["1 None", "2", "3", "4", "5 All"], "numbers"),
        (["Men", "2", "3", "Both", "5", "6", "Women"], "numbers"),
        (["Against it", "Not part", "2", "3", "4", "5", "Core"], "numbers"),
        (["Agree strongly", "Agree", "Disagree", "Strongly disagree"], "agreement"),
        (["Very worried", "Quite worried", "Not very worried", "Not worried at all"], "degree"),
        (["Not likely", "Somewhat likely", "Very likely"], "degree"),
        (["Very bad", "Fairly bad", "Neither good nor bad", "Fairly good", "Very good"], "quality"),
        (["A great deal", "Quite a lot", "Not very much", "None at all"], "amount"),
        (["All of them", "Most of them", "Few of them", "None of them"], "how many"),
        (["Always", "Sometimes", "Never"], "frequency"),
    ],
)
def test_scales_are_told_by_their_words(options: list[str], kind: str) -> None:
    """In the order printed, from either end, whatever the quality."""
    assert scale(options) == kind
    assert scale(options[::-1]) == kind


@pytest.mark.parametrize(
    "options",
    [
        ["Yes", "No"],
        ["Agree", "Disagree"],
        ["Agree", "Disagree", "Neither agree nor disagree"],
        ["London", "Geneva", "Rome"],
        ["Not its business", "Very bad", "Bad", "Good"],
        ["Always", "Usually", "Never", "Not allowed to vote"],
        ["Very safe", "Quite clean", "Not at all safe"],
        ["1", "3", "2", "4"],
        ["10", "20", "30", "40"],
        ["1", "2"],
    ],
)
def test_alternatives_and_mixed_levels_are_not(options: list[str]) -> None:
    """Two options, nominal ones, another order, a level off the scale, two qualities."""
    assert scale(options) == ""


def agrees(survey: Survey) -> None:
    """Every question is in the table, and the rule says what the table says it does."""
    table = {row["question_id"]: row for row in data.rows("ordered_scales.csv")}
    for question in survey.questions:
        row = table[question.question_id]
        options = tuple(compress(question.options, question.substantive))
        assert (len(options), scale(options)) == (int(row["points"]), row["scale"])
        assert question.ordered == is_ordered(question.question_id, options)
        assert question.ordered == (row["ordered"] == "yes")


def test_the_table_holds_for_the_embedded_sample() -> None:
    """Checked by hand, row by row."""
    agrees(load_survey(SAMPLE))


@needs_data
def test_the_table_holds_for_the_published_survey() -> None:
    """All questions of the World Values Survey in the public file."""
    agrees(load_survey(SHARED))


def test_where_the_rule_errs_the_table_says_so_and_why() -> None:
    """A reason stands exactly where the answer is not the rule's; most are the rule's."""
    rows = data.rows("ordered_scales.csv")
    assert all(
        bool(row["by_hand"]) == ((row["ordered"] == "yes") != bool(row["scale"])) for row in rows
    )
    assert checked_by_hand().keys() == {row["question_id"] for row in rows if row["by_hand"]}
    assert len(checked_by_hand()) < len(rows) / 20
    assert is_ordered("5102c4b0870a", ("Rather bad", "Quite bad", "Quite good"))
