"""`python -m leaderboard`: look at runs and boards, build a board from runs, check files.

Knows no metric and no pytest: every figure is read from the files. Exit 0 done, 1 a file is not
what it should be (one sentence says why), 2 the command line is wrong.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.errors import BoardProblem
from leaderboard.board import Board, read_board, update
from leaderboard.documents import kind_at
from leaderboard.runs import read_run
from leaderboard.tables import board_tables, render, run_table

if TYPE_CHECKING:
    from collections.abc import Sequence

DEFAULT_BOARD = Path("leaderboard") / "leaderboard.json"
EPILOG = """\
A run of a suite writes run.json under leaderboard/runs and adds a row to leaderboard.json:

  pytest suites/wvs --model demo          measure, write both files
  python -m leaderboard show              look at the board
  python -m leaderboard show RUN.json     one run by proxy, with its floors
  python -m leaderboard check leaderboard/runs
  python -m leaderboard build leaderboard/runs --out board.json
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    options = _parser().parse_args(arguments)
    try:
        match options.command:
            case "show":
                return _show(options.file, options.width)
            case "build":
                return _build(options.runs, options.out)
            case _:
                return _check(options.files)
    except BoardProblem as problem:
        _complain(problem)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m leaderboard",
        description="Look at measured runs and leaderboards, build and check them.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    show = commands.add_parser(
        "show",
        help="print a leaderboard, or one run, as tables",
        description="Print the tables of a leaderboard (one per suite) or of a single run.json.",
    )
    show.add_argument(
        "file",
        nargs="?",
        type=Path,
        default=DEFAULT_BOARD,
        help=f"leaderboard.json or run.json (default: {DEFAULT_BOARD})",
    )
    show.add_argument("--width", type=_width, help="columns to fill (default: the terminal's)")
    build = commands.add_parser(
        "build",
        help="add runs to a leaderboard file",
        description="Add runs to a leaderboard, made if there is none. A run replaces the row of "
        "the same model, revision, suite and configuration; a partial run never replaces a "
        "complete one; all other rows stay.",
    )
    build.add_argument("runs", nargs="+", type=Path, metavar="RUN", help=_files_help("run.json"))
    build.add_argument("--out", required=True, type=Path, metavar="FILE", help="the leaderboard")
    check = commands.add_parser(
        "check",
        help="say whether files are sound",
        description="Hold run.json and leaderboard.json files against their schemas; exit 1 and "
        "one sentence for each file that is not sound.",
    )
    check.add_argument("files", nargs="+", type=Path, metavar="FILE", help=_files_help("files"))
    return parser


def _files_help(what: str) -> str:
    return f"{what}, or folders that are searched for .json files"


def _width(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of columns, like 100")
    return int(text)


# --- commands ------------------------------------------------------------------------------


def _show(path: Path, width: int | None) -> int:
    if path == DEFAULT_BOARD and not path.exists():
        raise BoardProblem(f"there is no {path} here yet; run a suite, or name a file to show")
    columns = width or shutil.get_terminal_size().columns
    if kind_at(path) == "run":
        _say(render(run_table(read_run(path)), columns))
        return 0
    board = read_board(path)
    tables = [
        render(table, columns) for suite in _suites(board) for table in board_tables(board, suite)
    ]
    _say("\n".join(tables) if tables else f"{path} has no rows yet\n")
    return 0


def _build(paths: Sequence[Path], out: Path) -> int:
    for path in _expand(paths):
        outcome = update(out, read_run(path), run_file=path)
        _say(f"{path}: {outcome.message}\n")
    return 0


def _check(paths: Sequence[Path]) -> int:
    status = 0
    for path in _expand(paths):
        try:
            _say(f"{path}: {_verdict(path)}\n")
        except BoardProblem as problem:
            _complain(problem)
            status = 1
    return status


def _verdict(path: Path) -> str:
    if kind_at(path) == "leaderboard":
        return f"sound, leaderboard of {len(read_board(path).rows)} rows"
    run = read_run(path)
    state = "complete" if run.complete else "partial"
    return f"sound, {state} run {run.suite} of {run.model.name}, {len(run.rows)} cases"


def _suites(board: Board) -> list[str]:
    return sorted({row["suite"] for row in board.rows})


def _expand(paths: Sequence[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        inside = sorted(path.rglob("*.json")) if path.is_dir() else [path]
        if not inside:
            raise BoardProblem(f"folder {path} holds no .json file")
        found += inside
    return found


def _say(text: str) -> None:
    sys.stdout.write(text)


def _complain(problem: BoardProblem) -> None:
    sys.stderr.write(f"{problem}\n")


if __name__ == "__main__":
    sys.exit(main())
