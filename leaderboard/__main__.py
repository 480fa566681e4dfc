"""`python -m leaderboard`: look at runs and boards, report runs, build a board, check files.

Knows no metric and no pytest: every figure is read from the files. Exit 0 done, 1 a file is not
what it should be (one sentence says why), 2 the command line is wrong; `bundle`, `replay`, `rerun`
and `publish` exit 4 where their input cannot be used, and 1 where something differs or is refused.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.errors import BoardProblem, CultureError
from benchmark.runs.documents import kind_at, load, validate
from benchmark.runs.run import read_run
from leaderboard.board.board import Board, read_board, update
from leaderboard.board.commands import add_merge, run_merge
from leaderboard.board.paths import DEFAULT_BOARD, every_json, files_help
from leaderboard.comparisons.bertscore import add_bertscore, run_bertscore
from leaderboard.comparisons.compare import add_compare, run_compare
from leaderboard.comparisons.encoders import add_encoders, run_encoders
from leaderboard.comparisons.transfer import add_transfer, run_transfer
from leaderboard.export.commands import add_export, run_export
from leaderboard.page.commands import add_page, run_page
from leaderboard.publish.options import add_publish
from leaderboard.replay.commands import (
    add_bundle,
    add_replay,
    add_rerun,
    run_bundle,
    run_replay,
    run_rerun,
)
from leaderboard.report.commands import add_report, run_report
from leaderboard.study.commands import run_study
from leaderboard.study.options import add_study
from leaderboard.tables.scores import add_scores, run_scores
from leaderboard.tables.tables import board_tables, render, run_table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

EPILOG = """\
A run of a suite writes run.json under leaderboard/runs and adds a row to leaderboard.json:

  pytest suites/wvs --model demo          measure, write both files
  python -m leaderboard show              look at the board
  python -m leaderboard show RUN.json     one run by proxy, with its floors
  python -m leaderboard scores RUN.json   every score of a run; --by region, country, …
  python -m leaderboard report RUN.json   the paper's tables and figures: build/report/report.md
  python -m leaderboard check leaderboard/runs
  python -m leaderboard build leaderboard/runs --out board.json
  python -m leaderboard merge shards      put a run together that --shard split
  python -m leaderboard bundle RUN.json --store FILE --out BUNDLE   a run with its answers
  python -m leaderboard replay BUNDLE     recompute every number from the answers
  python -m leaderboard page BOARD.json   the board as a page for a browser
  python -m leaderboard publish ORG/NAME  what would go to the Hub; --yes writes it
  python -m leaderboard transfer RUN RUN  correlate countries' scores between runs
  python -m leaderboard encoders RUN RUN  do encoders of stories favour a model?
  python -m leaderboard bertscore RUN --text-encoder NAME#LAYER   stories' distances once more
  python -m leaderboard study export RUN  stories for people to rate, in Label Studio
  python -m leaderboard compare RUN BASE  what changed between two runs, by group
"""

BESIDE: Mapping[str, Callable[[argparse.Namespace], int]] = {  # commands with a module of their own
    "bundle": run_bundle,
    "replay": run_replay,
    "rerun": run_rerun,
    "merge": run_merge,
    "page": run_page,
    "scores": run_scores,
    "report": run_report,
    "study": run_study,
    "transfer": run_transfer,
    "encoders": run_encoders,
    "bertscore": run_bertscore,
    "compare": run_compare,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    options = _parser().parse_args(arguments)
    try:
        match options.command:
            case "show":
                return _show(options.file, options.width)
            case "build":
                return _build(options.runs, options.out)
            case "check":
                return _check(options.files)
            case "export" | "publish":
                return _give(options)
            case command:
                return BESIDE[command](options)
    except CultureError as problem:
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
    build.add_argument("runs", nargs="+", type=Path, metavar="RUN", help=files_help("run.json"))
    build.add_argument("--out", required=True, type=Path, metavar="FILE", help="the leaderboard")
    add_report(commands)
    check = commands.add_parser(
        "check",
        help="say whether files are sound",
        description="Hold run.json and leaderboard.json files against their schemas; exit 1 and "
        "one sentence for each file that is not sound.",
    )
    check.add_argument("files", nargs="+", type=Path, metavar="FILE", help=files_help("files"))
    add_merge(commands)
    add_bundle(commands)
    add_replay(commands)
    add_rerun(commands)
    add_export(commands)
    add_page(commands)
    add_scores(commands)
    add_publish(commands)
    add_transfer(commands)
    add_encoders(commands)
    add_bertscore(commands)
    add_study(commands)
    add_compare(commands)
    return parser


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
    for path in every_json(paths):
        run = read_run(path)
        if run.shard is not None:
            _say(f"{path}: left out, {run.shard} enters the board when it is merged\n")
            continue
        outcome = update(out, run, run_file=path)
        _say(f"{path}: {outcome.message}\n")
    return 0


def _give(options: argparse.Namespace) -> int:
    from leaderboard.publish.commands import run_publish
    from leaderboard.publish.pull_request import offer

    return run_publish(options) if options.command == "publish" else run_export(options, offer)


def _check(paths: Sequence[Path]) -> int:
    status = 0
    for path in every_json(paths):
        try:
            _say(f"{path}: {_verdict(path)}\n")
        except BoardProblem as problem:
            _complain(problem)
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


def _suites(board: Board) -> list[str]:
    return sorted({row["suite"] for row in board.rows})


def _say(text: str) -> None:
    sys.stdout.write(text)


def _complain(problem: CultureError) -> None:
    sys.stderr.write(f"{problem}\n")


if __name__ == "__main__":
    sys.exit(main())
