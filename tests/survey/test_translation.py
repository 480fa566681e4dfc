"""Another language: wording by question id, everything else untouched; mistakes are sentences."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmark.errors import DataProblem
from benchmark.survey.translation import load_translation, translated
from tests.models.asking import question, survey

SURVEY = survey(question("q1", {"FRA": [0.5, 0.5]}), question("q2", {"FRA": [0.2, 0.8]}))
GOOD = {
    "language": "eo",
    "source": "invented",
    "licence": "CC0",
    "questions": {"q1": {"text": "Demando?", "options": ["Jes", "Ne"]}},
    "countries": {"FRA": "Francio"},
}


def write(folder: Path, table: object) -> Path:
    """A translation file."""
    path = folder / "eo.json"
    path.write_text(json.dumps(table), encoding="utf-8")
    return path


def test_wording_changes_and_answers_stay(tmp_path: Path) -> None:
    """The id and the people's shares are the survey's; what has no wording is counted."""
    translation = load_translation(write(tmp_path, GOOD), language="eo")
    found = translated(SURVEY, translation)
    (only,) = found.questions
    assert (only.question_id, only.text, only.options) == ("q1", "Demando?", ("Jes", "Ne"))
    assert only.human == SURVEY.questions[0].human
    assert [(p.count, p.example) for p in found.problems] == [(1, "q2")]
    assert translation.countries["FRA"] == "Francio"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"language": "fr"}, "is in 'fr' and --language is 'eo'"),
        ({"questions": []}, "lacks the object `questions`"),
        ({"questions": {"q1": {"text": "Demando?"}}}, "question 'q1' must have"),
        ({"questions": {"q1": {"text": "D?", "options": ["Jes", 3]}}}, "question 'q1' must have"),
        ({"countries": {"FRA": 3}}, "`countries` must map"),
    ],
)
def test_a_bad_file_is_one_sentence(
    tmp_path: Path, change: dict[str, object], sentence: str
) -> None:
    """Which file, which question, what it must have."""
    with pytest.raises(DataProblem, match=sentence) as caught:
        load_translation(write(tmp_path, {**GOOD, **change}), language="eo")
    assert "eo.json" in str(caught.value)


def test_options_must_be_as_many(tmp_path: Path) -> None:
    """A distribution over two options cannot be laid over three."""
    more = {**GOOD, "questions": {"q1": {"text": "D?", "options": ["Jes", "Ne", "Eble"]}}}
    translation = load_translation(write(tmp_path, more), language="eo")
    with pytest.raises(DataProblem, match="3 options where the survey has 2"):
        translated(SURVEY, translation)


def test_a_file_for_another_survey_is_refused(tmp_path: Path) -> None:
    """Not one question would be left."""
    other = {**GOOD, "questions": {"zz": {"text": "D?", "options": ["Jes", "Ne"]}}}
    translation = load_translation(write(tmp_path, other), language="eo")
    with pytest.raises(DataProblem, match="none of the 2 questions"):
        translated(SURVEY, translation)


def test_no_json_is_one_sentence(tmp_path: Path) -> None:
    """Neither a traceback nor a decoder's words alone."""
    path = tmp_path / "eo.json"
    path.write_text("{", encoding="utf-8")
    with pytest.raises(DataProblem, match=r"eo\.json is not JSON"):
        load_translation(path, language="eo")
    with pytest.raises(DataProblem, match="cannot be read"):
        load_translation(tmp_path / "none.json", language="eo")
