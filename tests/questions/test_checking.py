"""`benchmark.questions.checking` and its command: planted faults are found, sound sets pass."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from scipy import stats

from benchmark.data_command import main
from benchmark.questions.checking import Finding, check
from benchmark.questions.embedded import sample_questions
from benchmark.questions.heuristics import blind_baselines
from benchmark.questions.question import PictureQuestion
from tests.questions.writing import row, write

SOUND = sample_questions().questions


def found(questions: list[PictureQuestion], name: str) -> Finding:
    """One finding of a set."""
    return next(finding for finding in check(questions) if finding.check == name)


def test_embedded_questions_have_no_fault_and_no_doubt() -> None:
    """At least ten countries, three types and four categories; every check passes."""
    assert {finding.weight for finding in check(SOUND)} == {"fine"}
    assert len({question.country for question in SOUND}) >= 10
    assert len({question.question_type for question in SOUND}) == 3
    assert len({question.category for question in SOUND}) >= 4
    assert all(question.licence for question in SOUND)


def test_doubles_leaks_and_answers_in_questions_are_faults() -> None:
    """Each planted one is found, and named."""
    first = SOUND[0]
    double = replace(first, question_id="double", text=first.text.upper())
    train = replace(SOUND[3], question_id="t", split="train")
    says = f"Is it {first.options[first.answer]}, or what is it?"
    said = replace(first, question_id="said", text=says)
    questions = [*SOUND, double, train, said]
    doubles = found(questions, "the same question on the same picture")
    assert (doubles.weight, doubles.count) == ("fault", 2)
    assert f"double repeats {first.question_id}" in doubles.examples
    leaks = found(questions, "a concept in train and in test")
    assert (leaks.weight, leaks.count) == ("fault", 3)
    assert found(questions, "the right option stands in the question").count == 1


def test_almost_equal_questions_on_one_picture_are_a_doubt() -> None:
    """A changed word is seen; another picture's question is not compared."""
    near = replace(SOUND[0], question_id="near", text=SOUND[0].text.replace("What", "Now what"))
    far = replace(near, question_id="far", image_id="another")
    finding = found([*SOUND, near, far], "almost the same question")
    assert (finding.weight, finding.count) == ("doubt", 1)


def test_places_are_tested_by_chi_square() -> None:
    """All right options under A are seen, with SciPy's p."""
    moved = [
        replace(
            q,
            options=(q.options[q.answer], *(o for o in q.options if o != q.options[q.answer])),
            answer=0,
        )
        for q in SOUND
    ]
    finding = found(moved, "the right option's place")
    p = stats.chisquare([72, 0, 0, 0]).pvalue
    assert (finding.weight, finding.count) == ("doubt", 72)
    assert f"p {p:.2g}" in finding.note
    assert found(moved, "blind rule: the commonest place").weight == "doubt"


def test_a_right_option_that_is_always_longest_is_seen() -> None:
    """The rule scores 1, and luck does not."""
    padded = [
        replace(
            q,
            options=tuple(o + " indeed" * 9 * (k == q.answer) for k, o in enumerate(q.options)),
        )
        for q in SOUND
    ]
    longest = next(b for b in blind_baselines(padded) if b.rule == "the longest option")
    assert (longest.accuracy, longest.chance) == (1.0, 0.25)
    assert longest.p < 1e-12


def test_ties_of_a_rule_are_shared() -> None:
    """Options of one length score chance exactly."""
    same = [replace(q, options=("aa", "bb", "cc", "dd")) for q in SOUND]
    longest = next(b for b in blind_baselines(same) if b.rule == "the longest option")
    assert (longest.accuracy, longest.p) == (0.25, 0.5)


def test_command_prints_a_table_or_json_and_exits_1_on_a_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bad row and a double are faults; an unreadable source is one sentence and 4."""
    monkeypatch.setenv("CULTURE_CACHE", str(tmp_path / "cache"))
    assert main(["check", "sample"]) == 0
    assert "0 faults, 0 doubts" in capsys.readouterr().out
    folder = write(tmp_path / "set", row(), row(id="q2"), row(id="q3", country="Jappan"))
    assert main(["check", str(folder), "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    faults = {f["check"]: f["count"] for f in document["findings"] if f["weight"] == "fault"}
    assert faults == {
        "rows that cannot be used": 1,
        "the same question on the same picture": 1,
    }
    assert main(["check", str(tmp_path / "absent")]) == 4
    assert capsys.readouterr().err.count("\n") == 1
