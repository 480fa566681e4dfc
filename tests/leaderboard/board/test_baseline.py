"""Baselines: a run file or a board's row, of the same data, or a reason why not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmark.errors import BoardProblem
from benchmark.gates import Against, Gate
from benchmark.runs.against_baseline import UNPAIRED, Baseline, against
from benchmark.runs.run import Run, config_digest, write_run
from leaderboard.board.baseline import load_baselines
from leaderboard.board.board import update
from tests.leaderboard.samples import overall, partial, record, run

GATES = (Gate(suite="wvs", metric="js_similarity", reading="substantive", compare="regression"),)


def score(value: float) -> Any:
    """An overall similarity with an interval of 0.04 either way."""
    return overall(value, low=value - 0.04, high=value + 0.04)


def on_board(folder: Path, *runs: Run) -> Path:
    """The runs and a board of them."""
    board = folder / "leaderboard.json"
    for one in runs:
        update(board, one, run_file=write_run(folder / "runs", one))
    return board


def compared(now: Run, *texts: str) -> Against:
    """What the gates are given."""
    found = against(now, load_baselines(texts), GATES)
    assert found is not None
    return found


def other_config(**parts: Any) -> Run:
    """A run of another configuration."""
    config = {"seed": 0, "survey": {"name": "sample", "digest": "f" * 64}, **parts}
    return run("org/old", config=config, config_digest=config_digest(config))


def test_a_run_without_rows_to_pair_is_compared_by_intervals(tmp_path: Path) -> None:
    """By hand: two arms of 0.03 and 0.04 make one of 0.05."""
    old = overall(0.7, low=0.66, high=0.74)
    now = run(scores=(overall(0.72, low=0.69, high=0.75),))
    path = write_run(tmp_path, run("org/old", scores=(old,)))
    (change,) = compared(now, str(path)).changes
    assert (change.value, change.low, change.high) == pytest.approx((0.02, -0.03, 0.07))
    assert change.method == UNPAIRED


def test_a_run_with_rows_is_paired(tmp_path: Path) -> None:
    """The sentence says which it was."""
    gate = replace(GATES[0], reading="printed")
    now, old = (
        run(name, rows=(record(similarity=value),), scores=(overall(value, reading="printed"),))
        for name, value in (("org/new", 0.75), ("org/old", 0.5))
    )
    path = write_run(tmp_path, old)
    found = against(now, load_baselines([str(path)]), [gate])
    assert found is not None
    (change,) = found.changes
    assert change.value == pytest.approx(0.25)
    assert change.method.startswith("paired over 1 of 1 questions, too few stems")


@pytest.mark.parametrize("row", ["org/old", run("org/old").config_digest])
def test_a_row_is_named_by_model_or_configuration(row: str, tmp_path: Path) -> None:
    """Where a configuration is shared the model tells, and the reverse."""
    board = on_board(tmp_path, run("org/old", scores=(score(0.7),)))
    found = compared(run(scores=(score(0.72),)), f"{board}#{row}")
    assert (found.name, found.problem) == ("org/old", "")
    assert [change.method for change in found.changes] == [UNPAIRED]


@pytest.mark.parametrize(
    ("old", "reason"),
    [
        (other_config(survey={"name": "other"}), "the baseline has other survey than the run"),
        (other_config(templates={"a": "1"}), "the baseline has other templates than the run"),
        (partial("org/old"), "the baseline is incomplete (interrupted)"),
        (run("org/old", suite_version="0.9"), "version 0.9 of the suite, the run of 1.0"),
        (run("org/old", suite="toy"), "no baseline is of suite 'wvs'"),
    ],
)
def test_what_cannot_be_compared_is_a_problem(old: Run, reason: str, tmp_path: Path) -> None:
    """Other data, templates, version or suite, and a partial run: closed with the reason."""
    path = write_run(tmp_path, old)
    assert reason in compared(run(), str(path)).problem


def test_a_row_of_other_data_is_a_problem(tmp_path: Path) -> None:
    """A board holds only a digest of what was asked, and words for it."""
    board = on_board(tmp_path, other_config(survey={"name": "other"}))
    assert "(survey other)" in compared(run(), f"{board}#org/old").problem


def test_two_rows_that_fit_are_not_chosen_between(tmp_path: Path) -> None:
    """A seed changes no data, so both could be meant."""
    board = on_board(tmp_path, other_config(seed=0), other_config(seed=1))
    said = "2 baselines fit (org/old); name one row by its config digest"
    assert compared(run(), f"{board}#org/old").problem == said


def test_a_seed_or_harness_of_its_own_does_not_hinder(tmp_path: Path) -> None:
    """They are not data."""
    path = write_run(tmp_path, other_config(seed=7, harness="0.0.1"))
    assert compared(run(), str(path)).problem == ""


def test_without_baseline_or_gate_there_is_nothing_to_compare(tmp_path: Path) -> None:
    """None, so that the gate says what is missing."""
    assert against(run(), (), GATES) is None
    baselines: tuple[Baseline, ...] = load_baselines([str(write_run(tmp_path, run()))])
    assert against(run(), baselines, []) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("nowhere.json", "does not exist"),
        ("leaderboard.json", "is a board; name the row: .*org/old"),
        ("leaderboard.json#org/odl", "did you mean org/old"),
        ("run.json#org/old", "is a run file and has no row"),
    ],
)
def test_a_wrong_baseline_is_one_sentence(text: str, reason: str, tmp_path: Path) -> None:
    """Before anything is measured."""
    on_board(tmp_path, run("org/old"))
    write_run(tmp_path / "runs", run("org/old")).rename(tmp_path / "run.json")
    with pytest.raises(BoardProblem, match=reason):
        load_baselines([str(tmp_path / text)])
