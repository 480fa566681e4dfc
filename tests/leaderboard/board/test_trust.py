"""Who has checked a row: set by checks only, kept while the figures stay, never by the measurer."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from benchmark.engine.noise_floor import (
    DISTANCE,
    DISTANCE_SUBSTANTIVE,
    OPTION_MASS,
    Determinism,
    Movement,
)
from benchmark.errors import BoardProblem
from benchmark.runs.run import Run, write_run
from leaderboard.__main__ import main
from leaderboard.board.board import read_board, update
from leaderboard.board.trust import dependence, disagreements, note_replay, note_rerun
from tests.leaderboard.samples import overall, record, run

DIGEST = "ab" * 32
NOISE = Determinism(
    n=16,
    movements={
        kind: Movement.of([1e-6] * 16) for kind in (DISTANCE, DISTANCE_SUBSTANTIVE, OPTION_MASS)
    },
    logit_step=2**-19,
)


def measured(start: str = "2025-01-02T03:04:05Z", similarity: float = 0.75, **changes: Any) -> Run:
    """A run that computed its one answer."""
    about = {"started_at": start, "answers": {"computed": 1, "stored": 0}}
    rows = (record(similarity=similarity),)
    fields: dict[str, Any] = {"provenance": about, "rows": rows, "determinism": NOISE}
    return run(**(fields | changes))


def trust(path: Path) -> dict[str, Any]:
    """The entry of the only row."""
    (row,) = json.loads(path.read_text(encoding="utf-8"))["rows"]
    found: dict[str, Any] = row["trust"]
    return found


@pytest.fixture
def board(tmp_path: Path) -> Path:
    """A board with one row."""
    path = tmp_path / "board.json"
    update(path, measured(), run_file=tmp_path / "run.json")
    return path


def test_a_new_row_is_self_reported(board: Path) -> None:
    """Nobody has looked yet."""
    (row,) = read_board(board).rows
    assert row.trust == "self-reported"


def test_a_replay_is_noted_with_its_bundle(board: Path) -> None:
    """The digest says from which file, so that anybody can do it again."""
    assert "replayed" in note_replay(board, measured(), bundle=DIGEST, level="full")
    found = trust(board)
    assert (found["level"], found["bundle"], found["replay_level"]) == ("replayed", DIGEST, "full")


def test_the_mark_stays_while_the_figures_do(board: Path, tmp_path: Path) -> None:
    """Building the board again keeps it; a new measurement under the same key starts anew."""
    note_replay(board, measured(), bundle=DIGEST, level="rows")
    update(board, measured(), run_file=tmp_path / "moved.json")
    assert trust(board)["level"] == "replayed"
    update(board, measured("2025-02-02T00:00:00Z"), run_file=tmp_path / "run.json")
    assert trust(board)["level"] == "self-reported"


@pytest.mark.parametrize("other", [{"scores": (overall(0.9),)}, {"suite": "stories"}])
def test_a_row_with_other_figures_is_not_marked(board: Path, other: dict[str, Any]) -> None:
    """A replay of one run must not vouch for another one's row."""
    before = board.read_bytes()
    with pytest.raises(BoardProblem, match="no row of this run"):
        note_replay(board, measured(**other), bundle=DIGEST, level="rows")
    assert board.read_bytes() == before


def test_there_must_be_a_board(tmp_path: Path) -> None:
    """None is made."""
    with pytest.raises(BoardProblem, match=r"none\.json does not exist"):
        note_replay(tmp_path / "none.json", measured(), bundle=DIGEST, level="rows")
    assert list(tmp_path.iterdir()) == []


# --- run again ------------------------------------------------------------------------------


def test_an_independent_run_that_agrees_raises_the_row(board: Path, tmp_path: Path) -> None:
    """By the command; a later replay does not take it back."""
    again = measured("2025-03-03T00:00:00Z", similarity=0.75 + 3e-6)
    paths = [write_run(tmp_path / name, made) for name, made in (("a", measured()), ("b", again))]
    assert main(["rerun", *map(str, paths), "--leaderboard", str(board)]) == 0
    assert trust(board)["level"] == "re-run"
    assert len(trust(board)["rerun_provenance_digest"]) == 64
    note_replay(board, measured(), bundle=DIGEST, level="rows")
    assert (trust(board)["level"], trust(board)["bundle"]) == ("re-run", DIGEST)


def test_a_difference_beyond_the_noise_floor_is_told(
    board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """4 times the largest change seen is the floor: 5e-6 is more."""
    again = measured("2025-03-03T00:00:00Z", similarity=0.75 + 5e-6)
    paths = [write_run(tmp_path / name, made) for name, made in (("a", measured()), ("b", again))]
    assert main(["rerun", *map(str, paths), "--leaderboard", str(board)]) == 1
    assert "q1 js_similarity is 0.750000 and 0.750005" in capsys.readouterr().out
    assert trust(board)["level"] == "self-reported"


LATER = "2025-03-03T00:00:00Z"


@pytest.mark.parametrize(
    ("again", "why"),
    [
        (measured(), "of the same run"),
        (measured(LATER, config={"seed": 1}), "configuration"),
        (measured(LATER, complete=False), "partial"),
        (measured(provenance={"replayed_from": "ab"}), "from a bundle"),
        (
            measured(provenance={"started_at": LATER, "answers": {"computed": 0, "stored": 1}}),
            "new --store",
        ),
        (
            measured(LATER, model=dataclasses.replace(measured().model, dtype="bfloat16")),
            "models are not the same",
        ),
    ],
)
def test_a_run_that_says_nothing_new_is_refused(board: Path, again: Run, why: str) -> None:
    """Only who computed all answers anew, in the same way, confirms anything."""
    assert why in " ".join(dependence(measured(), again))
    with pytest.raises(BoardProblem, match="not run again"):
        note_rerun(board, measured(), again)


def test_nothing_agrees_within_an_unknown_noise_floor() -> None:
    """Fail closed."""
    unknown = Determinism(reason="not asked again")
    pair = [measured(start, determinism=unknown) for start in ("a", "b")]
    assert "neither run measured" in " ".join(disagreements(*pair))


def test_other_people_or_cases_do_not_agree() -> None:
    """Equal similarities to other answers do not confirm a run."""
    item = record().items[0]
    other = dataclasses.replace(
        record(), items=(dataclasses.replace(item, human=(0.5, 0.5)), record().items[1])
    )
    assert list(disagreements(measured(), measured(rows=(other,))))
    assert list(disagreements(measured(), measured(rows=(record("FRA"),))))


# --- boards of version 1 --------------------------------------------------------------------


def test_a_board_of_version_1_is_read_and_becomes_one_of_this_version(
    board: Path, tmp_path: Path
) -> None:
    """Its rows are self-reported; nothing else of them changes, and new rows can be added."""
    document = json.loads(board.read_text(encoding="utf-8"))
    document["schema"] = "pytest-culture/leaderboard/1"
    document["title"] = "kept"
    del document["rows"][0]["trust"]
    board.write_text(json.dumps(document), encoding="utf-8")
    (row,) = read_board(board).rows
    assert row.trust == "self-reported"
    assert {k: v for k, v in row.content.items() if k != "trust"} == document["rows"][0]
    update(board, run("org/other"), run_file=tmp_path / "other.json")
    after = json.loads(board.read_text(encoding="utf-8"))
    assert after["schema"] == "pytest-culture/leaderboard/2"
    assert after["title"] == "kept"
    assert len(after["rows"]) == 2


@pytest.mark.parametrize("rows", [[{}], [3], {}, None])
def test_a_broken_board_of_version_1_is_refused(tmp_path: Path, rows: object) -> None:
    """The migration mends nothing."""
    path = tmp_path / "board.json"
    path.write_text(json.dumps({"schema": "pytest-culture/leaderboard/1", "rows": rows}))
    with pytest.raises(BoardProblem, match="does not fit"):
        read_board(path)


def test_a_row_without_trust_is_refused_in_version_2(board: Path) -> None:
    """Who has removed it would hide that nobody checked."""
    document = json.loads(board.read_text(encoding="utf-8"))
    del document["rows"][0]["trust"]
    board.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(BoardProblem, match="trust"):
        read_board(board)
