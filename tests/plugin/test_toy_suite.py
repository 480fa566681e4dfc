"""The joints under another kind of suite: generation, embedding, one score of all cases, a gate."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.plugin.running import ALWAYS, REPO, Outcome, Place, answers

TOY = REPO / "tests" / "data" / "toy_suite"
FROM_ELSEWHERE = (
    *ALWAYS,
    "-p",
    "benchmark.plugin",
    "-p",
    "fixtures.model",
    "-p",
    "fixtures.measure",
)
METRIC = "cross_country_cosine"


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    """The toy suite in a folder outside the repository."""
    return Path(shutil.copytree(TOY, tmp_path / "toy"))


def run(place: Place, suite: Path, *arguments: str) -> Outcome:
    """Run the toy suite as a stranger to the repository would."""
    return place.run(
        "--rootdir", str(suite), "--import-mode=importlib", *arguments,
        suite=str(suite), model="reference:random", plugins=FROM_ELSEWHERE,
    )  # fmt: skip


def gate(place: Place, bound: str) -> str:
    """A gate file on the suite-level score; its path."""
    file = place.folder / "gate.toml"
    file.write_text(f'[[gate]]\nsuite = "toy"\nmetric = "{METRIC}"\n{bound}\n', encoding="utf-8")
    return str(file)


@pytest.mark.slow
def test_two_workers_measure_what_one_process_measures(place: Place, toy: Path) -> None:
    """``-n 0`` and ``-n 2`` give the same rows, byte for byte, and the same suite-level score."""
    other = Place(folder=place.folder / "other")
    one = run(place, toy, "-n", "0", "--gate", gate(place, "max = 0.9"))
    two = run(other, toy, "-n", "2", "--gate", gate(place, "max = 0.9"))
    assert (one.code, two.code) == (0, 0), one.out + two.out
    assert place.rows_text() == other.rows_text()
    assert place.document()["scores"] == other.document()["scores"]
    assert answers(one) == answers(two) == (48, 0)  # 12 cases, two stories, told and embedded
    assert METRIC in one.sentence("PASS")


def test_the_score_is_of_all_cases_and_has_an_interval(place: Place, toy: Path) -> None:
    """The analysis of the suite's own reads its vectors from the store on the controller."""
    assert run(place, toy, "-n", "2").code == 0
    (score,) = place.document()["scores"]
    assert score["metric"] == METRIC
    assert score["n"] == 24
    assert score["low"] <= score["value"] <= score["high"]
    assert score["low"] < score["high"]


def test_a_gate_that_the_score_misses_fails_the_run(place: Place, toy: Path) -> None:
    """Every case passes, yet the exit code is 1 and one sentence says what was missed."""
    missed = run(place, toy, "-n", "2", "--gate", gate(place, "min = 0.95"))
    assert missed.code == 1
    sentence = missed.sentence("FAIL")
    assert f"toy {METRIC}" in sentence
    assert "< 0.95" in sentence or ">= 0.95" in sentence
    assert "12 passed" in missed.out


def test_an_analysis_that_nobody_has_is_a_usage_error(place: Place, toy: Path) -> None:
    """A name in suite.toml that neither the suite nor the shared table knows stops the run."""
    file = toy / "suite.toml"
    file.write_text(file.read_text("utf-8").replace('"closeness"', '"closenes"'), encoding="utf-8")
    refused = run(place, toy)
    assert refused.code == 4
    assert "closeness" in refused.sentence("unknown analysis 'closenes'")


def changed(file: Path, before: str, after: str) -> None:
    """A file of the suite with one of its texts replaced."""
    text = file.read_text("utf-8")
    assert before in text
    file.write_text(text.replace(before, after), encoding="utf-8")


def test_a_headline_that_nothing_provides_is_a_usage_error(place: Place, toy: Path) -> None:
    """Its table would be empty for ever, as it is of a score that the rows alone have."""
    changed(toy / "suite.toml", f'headline = "{METRIC}"', 'headline = "closness"')
    refused = run(place, toy)
    assert refused.code == 4
    sentence = refused.sentence("suite 'toy' has the headline 'closness'")
    assert "none of its analyses (closeness) provides" in sentence
    assert place.files("*") == []
    changed(toy / "suite.toml", '"closness"', '"n_words"')
    assert run(place, toy).code == 4


def test_an_analysis_of_the_former_form_is_a_usage_error(place: Place, toy: Path) -> None:
    """The sentence names the table, the file and what to write instead."""
    with (toy / "suite.py").open("a", encoding="utf-8") as file:
        file.write('\nANALYSES = {"closeness": object()}\n')
    refused = run(place, toy)
    assert refused.code == 4
    assert "Analysis(compute=function" in refused.sentence("ANALYSES['closeness']", "suite.py")


def test_a_value_that_no_case_records_fails_the_whole_run(place: Place, toy: Path) -> None:
    """One sentence, and 1 as exit code; a part of the run says nothing of the other cases."""
    changed(toy / "suite.py", 'needs=("n_words",)', 'needs=("n_sentences",)')
    assert run(place, toy, "-k", "family").code == 0
    assert run(place, toy, "--shard", "1/2").code == 0
    merging = run(place, toy, "--shard", "2/2")
    whole = run(place, toy, "-n", "2")
    for done in (merging, whole):
        assert done.code == 1
        sentence = done.sentence("analysis 'closeness' needs item value 'n_sentences'")
        assert "which no case of suite 'toy' records" in sentence
    changed(toy / "suite.py", '"n_sentences"', '"n_words"')
    assert run(place, toy).code == 0  # what was measured is still there


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_suite_too_deep_to_be_found_says_so(place: Place, workers: str) -> None:
    """Collected from far above, its cases fail with what to type instead; nothing is written."""
    shutil.copytree(TOY, place.folder / "a" / "b" / "c" / "toy")
    done = run(place, place.folder / "a", "-n", workers)
    assert done.code == 1
    assert done.sentence("suite 'toy' was not found", "name its folder on the command line")
    assert place.files("*") == []
