"""Replay: equal runs are found equal at both levels, and each kind of change is told."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from benchmark.replay.bundle import ANSWERS, read
from benchmark.survey.survey import SAMPLE
from leaderboard.__main__ import main
from tests.leaderboard.replay.conftest import Measured, changed
from tests.plugin.running import REPO, Place, environment

LEVELS = ("rows", "full")


def of_runs(change: Callable[[dict[str, Any]], None]) -> Callable[..., Mapping[str, bytes]]:
    """A change of the run file in a bundle."""

    def changing(members: Mapping[str, bytes]) -> Mapping[str, bytes]:
        (name,) = (n for n in members if n.startswith("runs/") and not n.endswith("asked.json"))
        document = json.loads(members[name])
        change(document)
        return {**members, name: json.dumps(document).encode()}

    return changing


@pytest.mark.parametrize("level", LEVELS)
def test_an_honest_run_is_equal_to_the_last_bit(
    measured: Measured, level: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Orders, pictures, vetting, reasons, recognition, floors, intervals: all computed again."""
    assert main(["replay", str(measured.bundle), "--level", level, "--exact"]) == 0
    said = capsys.readouterr().out
    n = len(read(measured.bundle).entries[0].run.rows)
    assert f"level {level}: equal" in said
    assert f"cases:  {n} compared, {n} equal to the last bit" in said


def test_the_strictest_level_that_is_possible_is_the_default(
    measured: Measured, capsys: pytest.CaptureFixture[str]
) -> None:
    """The sample's wording comes with the harness."""
    assert main(["replay", str(measured.bundle)]) == 0
    assert "level full" in capsys.readouterr().out


def test_loads_no_framework(measured: Measured) -> None:
    """In a process of its own: neither torch nor transformers is imported."""
    program = (
        "import sys; from leaderboard.__main__ import main; "
        f"code = main(['replay', {str(measured.bundle)!r}]); "
        "assert not {'torch', 'transformers', 'datasets'} & set(sys.modules); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=REPO, env=environment({}), check=False,
        capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("level", LEVELS)
def test_a_raised_similarity_is_told(
    measured: Measured, level: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The case, the place and both numbers are named; exit code 1."""

    def better(document: dict[str, Any]) -> None:
        row = document["rows"][0]
        row["js_similarity_substantive"] = 0.987654321

    changed(measured.bundle, of_runs(better))
    assert main(["replay", str(measured.bundle), "--level", level]) == 1
    said = capsys.readouterr().out
    assert "DIFFERS" in said
    assert "js_similarity_substantive is 0.987654321 in the run" in said
    assert "scores: not recomputed" in said


def test_a_raised_score_of_the_run_is_told(
    measured: Measured, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rows may be sound and the figure on the board not."""

    def better(document: dict[str, Any]) -> None:
        overall = next(s for s in document["scores"] if s["metric"] == "js_similarity")
        overall["value"] = 0.987654321

    changed(measured.bundle, of_runs(better))
    assert main(["replay", str(measured.bundle)]) == 1
    said = capsys.readouterr().out
    assert "scores: js_similarity" in said
    assert "value is 0.987654321 in the run" in said


def test_a_score_that_was_added_or_left_out_is_told(
    measured: Measured, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run cannot drop what does not please."""

    def fewer(document: dict[str, Any]) -> None:
        del document["scores"][0]

    changed(measured.bundle, of_runs(fewer))
    assert main(["replay", str(measured.bundle)]) == 1
    assert "is absent in the run" in capsys.readouterr().out


@pytest.mark.parametrize("level", LEVELS)
def test_a_changed_answer_is_told(
    measured: Measured, level: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rows are what the answers make them."""

    def other(members: Mapping[str, bytes]) -> Mapping[str, bytes]:
        lines = [json.loads(line) for line in members[ANSWERS].splitlines()]
        for line in lines:
            if line[1] == "probabilities":
                shares, mass = json.loads(line[2])
                line[2] = json.dumps([shares[::-1], mass])
        text = "".join(json.dumps(line) + "\n" for line in lines)
        return {**members, ANSWERS: text.encode()}

    changed(measured.bundle, other)
    assert main(["replay", str(measured.bundle), "--level", level]) == 1
    assert " model [0] is " in capsys.readouterr().out


def test_changed_figures_of_the_people_are_told(
    measured: Measured, capsys: pytest.CaptureFixture[str]
) -> None:
    """The people's answers in the rows must be those of the bundle, floors must follow."""

    def kinder(members: Mapping[str, bytes]) -> Mapping[str, bytes]:
        (name,) = (n for n in members if n.endswith(".figures.jsonl"))
        about, *rows = [json.loads(line) for line in members[name].splitlines()]
        for row in rows:
            row["human"] = {iso3: shares[::-1] for iso3, shares in row["human"].items()}
        lines = [json.dumps(line) + "\n" for line in (about, *rows)]
        return {**members, name: "".join(lines).encode()}

    changed(measured.bundle, kinder)
    assert main(["replay", str(measured.bundle), "--level", "rows"]) == 1
    assert " human [0] is " in capsys.readouterr().out


def test_an_answer_that_is_not_there_is_told(
    measured: Measured, capsys: pytest.CaptureFixture[str]
) -> None:
    """Which case cannot be computed, and why."""

    def fewer(members: Mapping[str, bytes]) -> Mapping[str, bytes]:
        lines = members[ANSWERS].splitlines(keepends=True)
        return {**members, ANSWERS: b"".join(lines[1:])}

    changed(measured.bundle, fewer)
    for level in LEVELS:
        assert main(["replay", str(measured.bundle), "--level", level]) == 1
        assert "not possible" in capsys.readouterr().out


def test_rounding_is_equal_unless_exact_is_asked_for(
    measured: Measured, capsys: pytest.CaptureFixture[str]
) -> None:
    """1e-12 is another processor; more is another result."""

    def nearly(document: dict[str, Any]) -> None:
        overall = next(s for s in document["scores"] if s["metric"] == "js_similarity")
        overall["value"] += 1e-14

    changed(measured.bundle, of_runs(nearly))
    assert main(["replay", str(measured.bundle)]) == 0
    assert "the largest difference 1.0e-14" in capsys.readouterr().out
    assert main(["replay", str(measured.bundle), "--exact"]) == 1


def test_other_wording_is_refused_at_level_full(
    measured: Measured, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A survey file that is not the run's is bad input; level rows needs none."""
    content = json.loads(SAMPLE.read_text(encoding="utf-8"))
    content["questions"][0]["text"] += " Really?"
    other = tmp_path / "other.json"
    other.write_text(json.dumps(content), encoding="utf-8")
    assert main(["replay", str(measured.bundle), "--survey", str(other)]) == 4
    assert "differs in its set-up from the run" in capsys.readouterr().err
    assert main(["replay", str(measured.bundle), "--survey", str(other), "--level", "rows"]) == 0


def test_keys_of_other_wording_are_not_found(
    measured: Measured, capsys: pytest.CaptureFixture[str]
) -> None:
    """Level full proves that these answers are to this wording: rows that claim others differ."""

    def other_model(document: dict[str, Any]) -> None:
        document["model"]["revision"] = "2"

    changed(measured.bundle, of_runs(other_model))
    assert main(["replay", str(measured.bundle), "--level", "full"]) == 1
    assert "no answer is stored to this request" in capsys.readouterr().out


def test_a_suite_without_a_survey_is_asked_in_full(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two stages, texts and vectors, an analysis of its own that reads answers."""
    suite = "tests/data/toy_suite"
    assert place.run(suite=suite, model="reference:random").code == 0
    out = place.folder / "toy.zip"
    toy = ("--suite", str(REPO / suite))
    files = ("--store", str(place.store), "--out", str(out))
    assert main(["bundle", str(place.run_file()), *files, *toy]) == 0
    assert main(["replay", str(out), *toy, "--exact"]) == 0
    assert "level full: equal" in capsys.readouterr().out
    assert main(["replay", str(out)]) == 4
    assert "--suite" in capsys.readouterr().err


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A folder that no other test writes to."""
    return Place(folder=tmp_path)
