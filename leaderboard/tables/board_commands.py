"""`python -m leaderboard show`, `build` and `check`: look at boards and runs, and join them.

Knows argparse and files; every figure is read from them.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from benchmark.errors import BoardProblem
from benchmark.runs.documents import kind_at, load, validate
from benchmark.runs.run import read_run
from leaderboard.board.board import Board, read_board, update
from leaderboard.board.paths import DEFAULT_BOARD, files_help, files_in
from leaderboard.tables.tables import board_tables, render, run_table


def add_show(parser: argparse.ArgumentParser) -> None:
    """Print the tables of a leaderboard (one per suite) or of a single run.json."""
    parser.add_argument(
        "file",
        nargs="?",
        type=Path,
        default=DEFAULT_BOARD,
        help=f"leaderboard.json or run.json (default: {DEFAULT_BOARD})",
    )
    parser.add_argument("--width", type=_width, help="columns to fill (default: the terminal's)")


def _width(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of columns, like 100")
    return int(text)


def run_show(options: argparse.Namespace) -> int:
    """Print the tables of one file."""
    path = options.file
    if path == DEFAULT_BOARD and not path.exists():
        raise BoardProblem(f"there is no {path} here yet; run a suite, or name a file to show")
    columns = options.width or shutil.get_terminal_size().columns
    if kind_at(path) == "run":
        sys.stdout.write(render(run_table(read_run(path)), columns))
        return 0
    board = read_board(path)
    tables = [
        render(table, columns) for suite in _suites(board) for table in board_tables(board, suite)
    ]
    sys.stdout.write("\n".join(tables) if tables else f"{path} has no rows yet\n")
    return 0


def _suites(board: Board) -> list[str]:
    return sorted({row["suite"] for row in board.rows})


def add_build(parser: argparse.ArgumentParser) -> None:
    """Add runs to a leaderboard, which is created if there is none.

    A run replaces the row of the same model, revision, suite and configuration; a partial run
    never replaces a complete one; all other rows stay.
    """
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN", help=files_help("run.json"))
    parser.add_argument("--out", required=True, type=Path, metavar="FILE", help="the leaderboard")


def run_build(options: argparse.Namespace) -> int:
    """Add each run and say what became of it."""
    for path in files_in(options.runs):
        run = read_run(path)
        said = f"left out, {run.shard} enters the board when it is merged"
        if run.shard is None:
            said = update(options.out, run, run_file=path).message
        sys.stdout.write(f"{path}: {said}\n")
    return 0


def add_check(parser: argparse.ArgumentParser) -> None:
    """Check run.json and leaderboard.json files against their schemas.

    Print one sentence for each file that is not sound, and exit 1.
    """
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help=files_help("files"))


def run_check(options: argparse.Namespace) -> int:
    """Say whether each file is sound."""
    status = 0
    for path in files_in(options.files):
        try:
            sys.stdout.write(f"{path}: {_verdict(path)}\n")
        except BoardProblem as problem:
            sys.stderr.write(f"{problem}\n")
            status = 1
    return status


def _verdict(path: Path) -> str:
    kind = kind_at(path)
    if kind == "leaderboard":
        return f"sound, leaderboard of {len(read_board(path).rows)} rows"
    if kind != "run":
        validate(load(path, kind), kind)
        return f"sound, {kind} of people's ratings"
    run = read_run(path)
    state = "complete" if run.complete else "partial"
    state = state if run.shard is None else f"{run.shard} of the"
    return f"sound, {state} run {run.suite} of {run.model.name}, {len(run.rows)} cases"
