"""`python -m leaderboard merge`: merges the shards of a run on the command line.

Knows which files belong to it and which gates are asked for; `merging` knows what a shard is.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmark.analyses import ANALYSES, chosen
from benchmark.engine.store import StoredAnswers
from benchmark.errors import BoardProblem
from benchmark.gates import load_gates, unjudged
from benchmark.records import Analysis
from benchmark.runs.merging import merge
from benchmark.runs.run import read_run
from benchmark.suite.protocol import SUITE_FILE, own_analyses
from leaderboard.board.baseline import load_baselines
from leaderboard.board.board import update
from leaderboard.board.paths import DEFAULT_BOARD, DEFAULT_RUNS, files_in


def add_merge(parser: argparse.ArgumentParser) -> None:
    """Merge the files that `pytest --shard K/N` wrote on several machines into one run.

    Its row is added to the leaderboard. Unless all shards of one run are there, nothing is written
    and the exit code is 1; it is also 1 if a gate fails.
    """
    parser.add_argument(
        "runs", nargs="+", type=Path, metavar="RUN", help="shards, or folders to search for them"
    )
    parser.add_argument(
        "--runs",
        dest="folder",
        type=Path,
        default=DEFAULT_RUNS,
        metavar="DIR",
        help="folder for the merged run (default: leaderboard/runs)",
    )
    parser.add_argument(
        "--leaderboard",
        type=Path,
        default=DEFAULT_BOARD,
        metavar="FILE",
        help=f"the leaderboard (default: {DEFAULT_BOARD})",
    )
    for name, words in (
        ("--gate", "a TOML file of thresholds that decide the exit code; repeatable"),
        ("--baseline", "what gates compare with, as for pytest; repeatable"),
        ("--store", "a shard's response store, if an analysis reads answers; repeatable"),
    ):
        kind = str if name == "--baseline" else Path  # a path would lose a slash of hf://
        parser.add_argument(
            name, action="append", default=[], type=kind, metavar="FILE", help=words
        )
    parser.add_argument(
        "--suite",
        type=Path,
        metavar="DIR",
        help="the suite's folder, if it has analyses of its own (default: suites/NAME)",
    )


def run_merge(options: argparse.Namespace) -> int:
    """Merge, write and judge; 1 if a gate fails or cannot be judged."""
    gates = [gate for path in options.gate for gate in load_gates(path)]
    baselines = load_baselines(options.baseline)
    shards = files_in(
        options.runs, "*.shard-*-of-*.json", what="shard of a run (….shard-2-of-4.json)"
    )
    found = {str(path): read_run(path) for path in shards}
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
    sys.stdout.write(f"{done.path}: merged {len(found)} shards, {outcome.message}\n")
    sys.stdout.write("".join(f"{verdict.sentence}\n" for verdict in done.verdicts))
    elsewhere = [gate for gate in gates if gate.suite != suite]
    for gate in elsewhere:
        sys.stdout.write(f"{unjudged(gate, f'this is a run of {suite!r}').sentence}\n")
    return 0 if not elsewhere and all(verdict.holds for verdict in done.verdicts) else 1


def _analyses(names: Sequence[str], folder: Path) -> Mapping[str, Analysis]:
    """Shared analyses, and the suite's own for names that are not among them."""
    if set(names) <= ANALYSES.keys():
        return chosen(names, {}, source="run file")
    if not (folder / SUITE_FILE).is_file():
        raise BoardProblem(f"{folder} is not the folder of the suite; name it with --suite")
    return chosen(names, own_analyses(folder), source=str(folder))
