"""Joins the local board with the published one, row by row, by the board's own rule.

Knows boards and run files; no Hub. A run of the same model, revision, suite and configuration
replaces a published row, but a partial one never does, and no row is dropped.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmark.errors import BoardProblem
from benchmark.runs.run import Run, read_run, run_path
from leaderboard.board.board import Board, BoardRow, merge, read_board, row_of_run
from leaderboard.board.trust import REPLAYED, RERUN

RUNS = Path("runs")
_RUN_FILE = re.compile(r"runs(/[\w.-]+)+\.json", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnRow:
    """A row of the local board as it will be published, its run, and the run's local path."""

    row: BoardRow
    run: Run
    source: Path


@dataclass(frozen=True, kw_only=True, slots=True)
class JoinedBoard:
    """The board to publish, which of our rows are on it, and a sentence about each.

    ``obsolete`` are run files whose rows were replaced by rows of other files.
    """

    board: Board
    taken: tuple[OwnRow, ...]
    notes: tuple[str, ...]
    obsolete: frozenset[str]


def own_rows(board: Path) -> tuple[OwnRow, ...]:
    """The rows of a local board with their runs.

    Raises
    ------
    BoardProblem
        The board is empty, a run file is missing, or it is not the one the row was made from.
    """
    rows = read_board(board).rows
    if not rows:
        raise BoardProblem(f"{board} has no rows; there is nothing to publish")
    return tuple(_own_row(board, row) for row in rows)


def _own_row(board: Path, row: BoardRow) -> OwnRow:
    source = board.parent / row["file"]
    if not source.is_file():
        raise BoardProblem(
            f"{board} names {source} as the run of {row['model']}, but it is missing; a row is "
            "published with its run: restore the file, or build the board again"
        )
    run = read_run(source)
    made = row_of_run(run, file=row["file"])
    if made.key != row.key or not made.same_measurement(row):
        raise BoardProblem(
            f"the row of {row['model']} ({row['suite']}) in {board} was not made from {source}; "
            "build the board again with `python -m leaderboard build`"
        )
    file = run_path(RUNS, run).as_posix()
    return OwnRow(row=BoardRow({**row.content, "file": file}), run=run, source=source)


def join(published: Board, own: Sequence[OwnRow]) -> JoinedBoard:
    """The published board with our rows."""
    board, taken, notes, obsolete = published, [], [], set()
    for one in own:
        old = next((row for row in board.rows if row.key == one.row.key), None)
        if old is not None and old.content == one.row.content:
            taken.append(one)
            notes.append(f"unchanged {one.row['suite']} of {one.row['model']}")
            continue
        outcome = merge(_without_weaker(board, one.row), one.row)
        board = outcome.board
        again = old is not None and outcome.action == "added"  # the weaker one was removed
        notes.append(outcome.message.replace("added", "replaced", 1) if again else outcome.message)
        if outcome.action == "kept":
            continue
        taken.append(one)
        if old is not None and old["file"] != one.row["file"]:
            obsolete.add(old["file"])
    named = {row["file"] for row in board.rows}
    return JoinedBoard(
        board=board, taken=tuple(taken), notes=tuple(notes), obsolete=frozenset(obsolete - named)
    )


def _without_weaker(board: Board, row: BoardRow) -> Board:
    """The board without a published row of the same measurement, if ours was checked further.

    `merge` would keep the older row's trust, which is right only for a run that is added again.
    """
    rows = tuple(
        old
        for old in board.rows
        if old.key != row.key
        or not old.same_measurement(row)
        or _rank(old) >= _rank(row)
        or old.complete > row.complete
    )
    return Board(rows=rows, other=board.other)


def _rank(row: BoardRow) -> int:
    return {REPLAYED: 1, RERUN: 2}.get(row.trust, 0)


def run_file(row: BoardRow) -> str:
    """The path of a published row's run; empty if the row names no valid path."""
    file = row["file"]
    inside = _RUN_FILE.fullmatch(file) and not {".", ".."} & set(file.split("/"))
    return file if inside else ""
