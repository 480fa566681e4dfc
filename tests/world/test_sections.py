"""The questionnaire's sections, and which question was checked to belong to which."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from benchmark.errors import DataProblem
from benchmark.survey.survey import SAMPLE, load_survey
from benchmark.world.sections import UNMATCHED, matches, section_of, section_of_item, sections

SHARED = Path(__file__).parents[3] / "shared" / "data" / "survey" / "global_opinions.csv"


def test_the_sections_cover_the_questionnaire_without_gap_or_overlap() -> None:
    """Fourteen sections from Q1 to Q290."""
    spans = [(found.first, found.last) for found in sections().values()]
    assert len(spans) == 14
    assert [n for first, last in spans for n in range(first, last + 1)] == list(range(1, 291))


@pytest.mark.parametrize(
    ("item", "slug"),
    [
        ("Q1", "social-values"),
        ("Q45", "social-values"),
        ("Q46", "well-being"),
        ("Q57", "social-capital"),
        ("Q111", "economic-values"),
        ("Q131", "security"),
        ("Q157", "post-materialism"),
        ("Q165", "religious-values"),
        ("Q182", "ethical-values"),
        ("Q234", "participation"),
        ("Q250", "political-culture"),
        ("Q290", "demographics"),
    ],
)
def test_an_item_has_a_section(item: str, slug: str) -> None:
    """Both ends of a span belong to it."""
    assert section_of_item(item, source="here") == slug


@pytest.mark.parametrize("item", ["Q0", "Q291", "V10", "Q", "", "Q33_3", "112"])
def test_a_code_of_another_kind_is_refused(item: str) -> None:
    """Codes of other waves and recoded parts are not guessed at."""
    with pytest.raises(DataProblem, match=r"\(here\) is not an item"):
        section_of_item(item, source="here")


def test_a_question_of_another_survey_is_unmatched() -> None:
    """A lookup by id never fails."""
    assert section_of("ffffffffffff") == UNMATCHED
    assert UNMATCHED not in sections()


def test_every_match_meets_the_stated_rule() -> None:
    """At least three countries, 1 % of the scale at most, the next item three times as far."""
    for found in matches().values():
        assert re.fullmatch(r"Q[1-9]\d*", found.item)
        assert found.n_countries >= 3
        assert found.largest_gap <= 0.01
        assert found.next_gap >= 3 * found.largest_gap


def test_the_samples_own_item_codes_agree() -> None:
    """The embedded sample cites codes that were checked apart from this table."""
    questions = json.loads(SAMPLE.read_text(encoding="utf-8"))["questions"]
    cited = {q["question_id"]: q["wvs_item"] for q in questions if q.get("wvs_item")}
    assert len(cited) == 62
    assert {key: matches()[key].item for key in cited} == cited
    assert sum(section_of(q["question_id"]) != UNMATCHED for q in questions) == 73


@pytest.mark.skipif(not SHARED.exists(), reason="the reference data is not on this machine")
def test_most_questions_of_the_survey_have_a_section() -> None:
    """199 of 270; what is left was asked in few countries, or is coded in another way."""
    questions = load_survey(SHARED).questions
    counts = Counter(section_of(question.question_id) for question in questions)
    assert len(questions) == 270
    assert counts[UNMATCHED] == 71
    items = [matches()[q.question_id].item for q in questions if q.question_id in matches()]
    assert {item for item, n in Counter(items).items() if n > 1} == {"Q110"}  # printed twice


@pytest.mark.skipif(not SHARED.exists(), reason="the reference data is not on this machine")
@pytest.mark.parametrize(
    ("ending", "item"),
    [
        ("Drug addicts", "Q18"),
        ("Homosexuals", "Q22"),
        ("Obedience", "Q17"),
        ("The police", "Q69"),
        ("Banks", "Q78"),
        ("Local authorities", "Q115"),
        ("Increase the crime rate", "Q124"),
        ("A civil war", "Q148"),
        ("Hell", "Q167"),
        ("Divorce", "Q185"),
        ("Death penalty", "Q195"),
        ("Signing a petition", "Q209"),
        ("Votes are counted fairly", "Q224"),
        ("Having the army rule", "Q237"),
        ("Women have the same rights as men", "Q249"),
    ],
)
def test_matches_by_figures_agree_with_the_wording(ending: str, item: str) -> None:
    """The figures alone found the item that a reader of the questionnaire would."""
    found = [q for q in load_survey(SHARED).questions if q.text.endswith(ending)]
    assert [matches()[q.question_id].item for q in found if q.question_id in matches()] == [item]
