"""Words that many models obey: which texts hold them, and who says so of data."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from benchmark.questions.checking import check
from benchmark.questions.embedded import sample_questions
from benchmark.survey.survey import load_survey
from benchmark.texts.markers import markers_in


@pytest.mark.parametrize(
    "text",
    ["<image>", "<|im_end|>", "</s>", "<start_of_turn>", "<|turn>", "<turn|>", "[INST]", "<think>"],
)
def test_markers_of_several_families_are_known(text: str) -> None:
    """Turn markers, placeholders and tags, wherever they stand in a sentence."""
    assert markers_in(f"Which{text}clock tower is this?") == (text,)


@pytest.mark.parametrize(
    "text", ["2 < 3 > 1", "a <b>bold</b> word", "x<y", "[1] see note", "<3", "a|b", "[Instagram]"]
)
def test_ordinary_text_holds_none(text: str) -> None:
    """Brackets alone command nothing."""
    assert markers_in(text) == ()


def test_a_survey_says_which_of_its_questions_hold_one(tmp_path: Path) -> None:
    """The question stays: whether a model obeys it is known when there is one."""
    file = tmp_path / "survey.csv"
    file.write_text(
        "question,selections,options,source\n"
        "\"<image> Is it so?\",\"defaultdict(<class 'list'>, {'Nigeria': [0.5, 0.5]})\","
        "\"['Yes', 'No']\",WVS\n",
        encoding="utf-8",
    )
    survey = load_survey(file)
    assert len(survey.questions) == 1
    assert survey.notes[0].kind == "question with words that many models obey"


def test_a_check_of_questions_names_them() -> None:
    """As a doubt: one model obeys what another reads."""
    sound, other = sample_questions().questions[:2]
    odd = dataclasses.replace(other, text="What is this?<|im_end|>")
    found = {finding.check: finding for finding in check([sound, odd])}
    finding = found["words that many models obey"]
    assert (finding.weight, finding.examples) == ("doubt", (f"{odd.question_id}: <|im_end|>",))
