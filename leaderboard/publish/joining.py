"""The local board and the published one, joined row by row under the board's own rule.

Knows boards and run files; no Hub. A published row is replaced by a run of the same model,
revision, suite and configuration, never by a partial one, and never dropped.
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
class Own:
    """A row of the local board as it will be published, its run, and where that lies here."""

    row: BoardRow
    run: Run
    source: Path


@dataclass(frozen=True, kw_only=True, slots=True)
class Joined:
    """The board to publish, which of our rows are on it, and a sentence for each of them.

    ``obsolete`` are run files whose rows were replaced by rows of other files.
    """

    board: Board
    taken: tuple[Own, ...]
    said: tuple[str, ...]
    obsolete: frozenset[str]


def own_rows(board: Path) -> tuple[Own, ...]:
    """The rows of a local board with their runs.

    Raises
    ------
    BoardProblem
        The board is empty, a run file is not there, or it is not the one the row was made of.
    """
    rows = read_board(board).rows
    if not rows:
        raise BoardProblem(f"{board} has no rows; there is nothing to publish")
    return tuple(_own(board, row) for row in rows)


def _own(board: Path, row: BoardRow) -> Own:
    source = board.parent / row["file"]
    if not source.is_file():
        raise BoardProblem(
            f"{board} names {source}, which is not there, as the run of {row['model']}; a row is "
            "published with its run: put it back, or build the board again"
        )
    run = read_run(source)
    made = row_of_run(run, file=row["file"])
    if made.key != row.key or not made.same_measurement(row):
        raise BoardProblem(
            f"the row of {row['model']} ({row['suite']}) in {board} was not made of {source}; "
            "build the board again with `python -m leaderboard build`"
        )
    file = run_path(RUNS, run).as_posix()
    return Own(row=BoardRow({**row.content, "file": file}), run=run, source=source)


def join(published: Board, own: Sequence[Own]) -> Joined:
    """The published board with our rows."""
    board, taken, said, obsolete = published, [], [], set()
    for one in own:
        old = next((row for row in board.rows if row.key == one.row.key), None)
        if old is not None and old.content == one.row.content:
            taken.append(one)
            said.append(f"unchanged {one.row['suite']} of {one.row['model']}")
            continue
        outcome = merge(_without_weaker(board, one.row), one.row)
        board = outcome.board
        again = old is not None and outcome.action == "added"  # the weaker one was taken off
        said.append(outcome.message.replace("added", "replaced", 1) if again else outcome.message)
        if outcome.action == "kept":
            continue
        taken.append(one)
        if old is not None and old["file"] != one.row["file"]:
            obsolete.add(old["file"])
    named = {row["file"] for row in board.rows}
    return Joined(
        board=board, taken=tuple(taken), said=tuple(said), obsolete=frozenset(obsolete - named)
    )


def _without_weaker(board: Board, row: BoardRow) -> Board:
    """Less the row of the same measurement where ours was checked further: that must not get lost.

    `merge` keeps the older row's trust, which is right for a run that is added again.
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
    """Where a published row's run lies; empty where the row names no such place."""
    file = row["file"]
    inside = _RUN_FILE.fullmatch(file) and not {".", ".."} & set(file.split("/"))
    return file if inside else ""
