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

from benchmark.analyses import ANALYSES, chosen
from benchmark.engine.store import StoredAnswers
from benchmark.errors import BoardProblem, CultureError, UsageProblem
from benchmark.gates import load_gates, unjudged
from benchmark.suite import SUITE_FILE, own_analyses
from leaderboard.baseline import load_baselines
from leaderboard.board import Board, read_board, update
from leaderboard.documents import kind_at
from leaderboard.export.commands import add_export, run_export
from leaderboard.merging import merge
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
from leaderboard.report.options import FORMATS, READING_NAMES, formats
from leaderboard.runs import read_run
from leaderboard.scores import add_scores, run_scores
from leaderboard.tables import board_tables, render, run_table
from leaderboard.transfer import add_transfer, run_transfer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from benchmark.records import Analysis
    from leaderboard.report.options import Format, ReadingName

DEFAULT_REPORT = Path("build") / "report"
DEFAULT_BOARD = Path("leaderboard") / "leaderboard.json"
REPORT_EPILOG = """\
  python -m leaderboard report leaderboard/runs/MODEL/REVISION/wvs-CONFIG.json
  python -m leaderboard report ONE.json OTHER.json --out build/both      side by side
  python -m leaderboard report RUN.json --reading paper --formats md     no figures
"""
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
"""

BESIDE: Mapping[str, Callable[[argparse.Namespace], int]] = {  # commands with a module of their own
    "bundle": run_bundle,
    "replay": run_replay,
    "rerun": run_rerun,
    "page": run_page,
    "scores": run_scores,
    "transfer": run_transfer,
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
            case "merge":
                return _merge(options)
            case "report":
                return _report(options.runs, options.out, options.reading, options.formats)
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
    build.add_argument("runs", nargs="+", type=Path, metavar="RUN", help=_files_help("run.json"))
    build.add_argument("--out", required=True, type=Path, metavar="FILE", help="the leaderboard")
    _add_report(commands)
    check = commands.add_parser(
        "check",
        help="say whether files are sound",
        description="Hold run.json and leaderboard.json files against their schemas; exit 1 and "
        "one sentence for each file that is not sound.",
    )
    check.add_argument("files", nargs="+", type=Path, metavar="FILE", help=_files_help("files"))
    _add_merge(commands.add_parser("merge", help="put the shards of a run together"))
    add_bundle(commands)
    add_replay(commands)
    add_rerun(commands)
    add_export(commands)
    add_page(commands)
    add_scores(commands)
    add_publish(commands)
    add_transfer(commands)
    return parser


def _add_merge(merge: argparse.ArgumentParser) -> None:
    merge.description = (
        "Merge the files that `pytest --shard K/N` wrote on several machines into the run they "
        "are parts of, and add its row to the leaderboard. Exit 1 and one sentence, and nothing "
        "is written, unless all shards of one run are there; exit 1 also if a gate fails."
    )
    merge.add_argument(
        "runs",
        nargs="+",
        type=Path,
        metavar="RUN",
        help="shards, or folders that are searched for them",
    )
    merge.add_argument(
        "--runs",
        dest="folder",
        type=Path,
        default=DEFAULT_BOARD.parent / "runs",
        metavar="DIR",
        help="where the merged run goes (default: leaderboard/runs)",
    )
    merge.add_argument(
        "--leaderboard",
        type=Path,
        default=DEFAULT_BOARD,
        metavar="FILE",
        help=f"the leaderboard (default: {DEFAULT_BOARD})",
    )
    for name, words in (
        ("--gate", "a TOML file of thresholds that decide the exit code; repeatable"),
        ("--baseline", "what its gates compare with, as for pytest; repeatable"),
        ("--store", "a shard's response store, if an analysis reads answers; repeatable"),
    ):
        kind = str if name == "--baseline" else Path  # a path would lose a slash of hf://
        merge.add_argument(name, action="append", default=[], type=kind, metavar="FILE", help=words)
    merge.add_argument(
        "--suite",
        type=Path,
        metavar="DIR",
        help="the suite's folder, if it has analyses of its own (default: suites/NAME)",
    )


def _add_report(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    report = commands.add_parser(
        "report",
        help="write the paper's tables and figures of one run or several",
        description="Write the tables (similarity by country, change by income group, p-values) "
        "and figures of the paper for the models of the given runs side by side, with floors and "
        "ceiling. Everything comes from the run files; no survey and no model is needed. Open "
        "report.md in the folder. Runs of one suite and one survey belong in one report.",
        epilog=REPORT_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    report.add_argument("runs", nargs="+", type=Path, metavar="RUN", help=_files_help("run.json"))
    report.add_argument(
        "--out",
        type=Path,
        default=DEFAULT_REPORT,
        metavar="DIR",
        help="folder to write to; files of the same names are replaced (default: %(default)s)",
    )
    report.add_argument(
        "--reading",
        choices=READING_NAMES,
        default="substantive",
        help="substantive: without don't know and the like; printed: all options; paper: all "
        "options, and bold where the published bootstrap p is below 0.05 (default: substantive)",
    )
    report.add_argument(
        "--formats",
        type=_formats,
        default=FORMATS,
        metavar="LIST",
        help="some of md (the page), csv (all numbers), tex, svg, png, with commas between "
        "(default: all; svg and png need matplotlib)",
    )


def _formats(text: str) -> tuple[Format, ...]:
    try:
        return formats(text)
    except UsageProblem as problem:
        raise argparse.ArgumentTypeError(str(problem)) from problem


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
        run = read_run(path)
        if run.shard is not None:
            _say(f"{path}: left out, {run.shard} enters the board when it is merged\n")
            continue
        outcome = update(out, run, run_file=path)
        _say(f"{path}: {outcome.message}\n")
    return 0


def _merge(options: argparse.Namespace) -> int:
    gates = [gate for path in options.gate for gate in load_gates(path)]
    baselines = load_baselines(options.baseline)
    found = {str(path): read_run(path) for path in _shards(options.runs)}
    suite, names = next((run.suite, run.analyses) for run in found.values())
    answers = StoredAnswers(*options.store)
    try:
        done = merge(
            found,
            runs=options.folder,
            analyses=_analyses(names, options.suite or Path("suites") / suite),
            answers=answers,
            gates=gates,
            baselines=baselines,
        )
    finally:
        answers.close()
    outcome = update(options.leaderboard, done.run, run_file=done.path)
    _say(f"{done.path}: merged {len(found)} shards, {outcome.message}\n")
    _say("".join(f"{verdict.sentence}\n" for verdict in done.verdicts))
    elsewhere = [gate for gate in gates if gate.suite != suite]
    for gate in elsewhere:
        _say(f"{unjudged(gate, f'this is a run of {suite!r}').sentence}\n")
    return 0 if not elsewhere and all(verdict.holds for verdict in done.verdicts) else 1


def _shards(paths: Sequence[Path]) -> list[Path]:
    """The files that were named, and of each folder the finished shards in it."""
    found: list[Path] = []
    for path in paths:
        inside = sorted(path.rglob("*.shard-*-of-*.json")) if path.is_dir() else [path]
        if not inside:
            raise BoardProblem(f"folder {path} holds no shard of a run (….shard-2-of-4.json)")
        found += inside
    return list(dict.fromkeys(found))


def _analyses(names: Sequence[str], folder: Path) -> Mapping[str, Analysis]:
    """Shared analyses, and the suite's own where a name is not among them."""
    if set(names) <= ANALYSES.keys():
        return chosen(names, {}, source="run file")
    if not (folder / SUITE_FILE).is_file():
        raise BoardProblem(f"{folder} is not the folder of the suite; name it with --suite")
    return chosen(names, own_analyses(folder), source=str(folder))


def _report(
    paths: Sequence[Path], out: Path, reading: ReadingName, wanted: Sequence[Format]
) -> int:
    from leaderboard.report.beside import side_by_side
    from leaderboard.report.index import files, write

    found = list({path.resolve(): path for path in _expand(paths)}.values())
    runs = side_by_side([read_run(path) for path in found], reading)
    content = files(runs, wanted)
    write(out, content)
    _say("".join(f"{run.label}: {len(run.run.rows)} cases\n" for run in runs))
    shown = out / "report.md" if "md" in wanted else out
    _say(f"{len(content)} files in {out}; open {shown}\n")
    return 0


def _give(options: argparse.Namespace) -> int:
    from leaderboard.publish.commands import run_publish
    from leaderboard.publish.pull_request import offer

    return run_publish(options) if options.command == "publish" else run_export(options, offer)


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
    state = state if run.shard is None else f"{run.shard} of the"
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


def _complain(problem: CultureError) -> None:
    sys.stderr.write(f"{problem}\n")


if __name__ == "__main__":
    sys.exit(main())
