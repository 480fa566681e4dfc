"""A suite over several sets: what its cases are called, and that what is measured tells nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmark.errors import UsageProblem
from benchmark.plugin.providers import LiveProvider
from benchmark.plugin.session import RunSession
from benchmark.suite.protocol import load_suite, settings_of_each_set
from benchmark.suite.several_sets import SuiteOverSet
from benchmark.suite.suite_options import given_values, with_own
from suites.cultureverse.options import question_sets
from tests.questions.writing import row, write
from tests.settings import settings

SUITES = Path(__file__).parents[2] / "suites"
CULTUREVERSE = SUITES / "cultureverse"


def test_a_parts_cases_have_its_name_and_its_scripts_the_suites(tmp_path: Path) -> None:
    """Ids and units begin with the part; what is asked is what the suite alone would ask."""
    whole = load_suite(CULTUREVERSE, settings(tmp_path, countries=("JPN",), controls=()))
    part = SuiteOverSet(whole=whole, name="cultureverse:cvqa")
    for mine, own in zip(part.select().cases, whole.select().cases, strict=True):
        assert mine.case_id == own.case_id.replace("cultureverse", "cultureverse:cvqa")
        assert mine.unit == "cultureverse:cvqa/JPN"
        assert dataclasses.replace(mine, suite=own.suite, unit=own.unit) == own
        assert next(part.interview(mine)) == next(whole.interview(own))
    assert part.select().excluded == whole.select().excluded
    assert (part.config(), part.meta) == (whole.config(), whole.meta)


def test_each_set_has_settings_and_a_name_of_its_own(tmp_path: Path) -> None:
    """Names come from paths and Hub ids; equal ones are numbered; one set needs none."""
    one = settings(tmp_path)
    assert settings_of_each_set(CULTUREVERSE, one) == {"": with_own(CULTUREVERSE, one)}
    several = settings(
        tmp_path,
        questions=("sample", "a/set.jsonl", "b/set.jsonl", "afaji/cvqa@main"),
        question_columns=("", "cvqa", "", ""),
    )
    found = settings_of_each_set(CULTUREVERSE, several)
    assert {
        name: (*s.own["questions"], *s.own["question_columns"]) for name, s in found.items()
    } == {
        "sample": ("sample", ""),
        "set": ("a/set.jsonl", "cvqa"),
        "set-2": ("b/set.jsonl", ""),
        "cvqa": ("afaji/cvqa@main", ""),
    }
    assert settings_of_each_set(SUITES / "stories", several) == {"": several}


def test_sets_and_their_columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One mapping serves all sets, or each has its own; a set is named once."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "b.jsonl").touch()
    b = str(tmp_path / "b.jsonl")

    def sets(questions: list[str], columns: list[str]) -> Sequence[tuple[str, str]]:
        typed = {"--questions": questions, "--question-columns": columns}
        given = {name: texts for name, texts in typed.items() if texts}
        chosen = settings(tmp_path, **given_values(CULTUREVERSE, given))
        return question_sets(with_own(CULTUREVERSE, chosen).own)

    assert sets([], []) == [("sample", "")]
    assert sets(["sample", "b.jsonl"], ["cvqa"]) == [("sample", "cvqa"), (b, "cvqa")]
    assert sets(["sample", "b.jsonl"], ["x=y", "cvqa"])[1] == (b, "cvqa")
    with pytest.raises(UsageProblem, match="2 --question-columns for 3 --questions"):
        sets(["sample", b, "o/n"], ["x=y", "cvqa"])
    with pytest.raises(UsageProblem, match="name each set once"):
        sets(["b.jsonl", b], [])


def test_one_set_under_two_names_is_refused(tmp_path: Path) -> None:
    """By content, in one sentence that names both; another question makes it another set."""
    for name in ("a", "b"):
        write(tmp_path / name, row())
    write(tmp_path / "c", row(question="Which meal is this?"))
    sets = {name: str(tmp_path / name / "questions.jsonl") for name in "abc"}

    def opened(other: str) -> int:
        chosen = settings(tmp_path)
        given = {"--questions": [sets["a"], sets[other]]}
        return len(
            RunSession(chosen, LiveProvider(chosen.model), given_texts=given).at(CULTUREVERSE)
        )

    assert opened("c") == 2
    with pytest.raises(pytest.UsageError) as told:
        opened("b")
    both = f"--questions {sets['a']} and --questions {sets['b']}"
    assert f"{both} have the same content" in str(told.value)
