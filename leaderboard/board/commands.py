"""`python -m leaderboard merge`: merges the shards of a run on the command line.

Knows which files belong to it and which gates are asked for; `merging` knows what a shard is.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.analyses import ANALYSES, chosen
from benchmark.engine.store import StoredAnswers
from benchmark.errors import BoardProblem
from benchmark.gates import load_gates, unjudged
from benchmark.runs.merging import merge
from benchmark.runs.run import read_run
from benchmark.suite.protocol import SUITE_FILE, own_analyses
from leaderboard.board.baseline import load_baselines
from leaderboard.board.board import update
from leaderboard.board.paths import DEFAULT_BOARD, DEFAULT_RUNS

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from benchmark.records import Analysis

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse names no other


def add_merge(commands: Commands) -> None:
    """Declare ``merge``."""
    merge = commands.add_parser("merge", help="merge the shards of a run")
    merge.description = (
        "Merge the files that `pytest --shard K/N` wrote on several machines into the run they "
        "belong to, and add its row to the leaderboard. Unless all shards of one run are there, "
        "nothing is written and the exit code is 1; it is also 1 if a gate fails."
    )
    merge.add_argument(
        "runs",
        nargs="+",
        type=Path,
        metavar="RUN",
        help="shards, or folders to search for them",
    )
    merge.add_argument(
        "--runs",
        dest="folder",
        type=Path,
        default=DEFAULT_RUNS,
        metavar="DIR",
        help="folder for the merged run (default: leaderboard/runs)",
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
        ("--baseline", "what gates compare with, as for pytest; repeatable"),
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


def run_merge(options: argparse.Namespace) -> int:
    """Merge, write and judge; 1 if a gate fails or cannot be judged."""
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
    sys.stdout.write(f"{done.path}: merged {len(found)} shards, {outcome.message}\n")
    sys.stdout.write("".join(f"{verdict.sentence}\n" for verdict in done.verdicts))
    elsewhere = [gate for gate in gates if gate.suite != suite]
    for gate in elsewhere:
        sys.stdout.write(f"{unjudged(gate, f'this is a run of {suite!r}').sentence}\n")
    return 0 if not elsewhere and all(verdict.holds for verdict in done.verdicts) else 1


def _shards(paths: Sequence[Path]) -> list[Path]:
    """The files that were named, and the finished shards in each folder."""
    found: list[Path] = []
    for path in paths:
        inside = sorted(path.rglob("*.shard-*-of-*.json")) if path.is_dir() else [path]
        if not inside:
            raise BoardProblem(f"folder {path} holds no shard of a run (….shard-2-of-4.json)")
        found += inside
    return list(dict.fromkeys(found))


def _analyses(names: Sequence[str], folder: Path) -> Mapping[str, Analysis]:
    """Shared analyses, and the suite's own for names that are not among them."""
    if set(names) <= ANALYSES.keys():
        return chosen(names, {}, source="run file")
    if not (folder / SUITE_FILE).is_file():
        raise BoardProblem(f"{folder} is not the folder of the suite; name it with --suite")
    return chosen(names, own_analyses(folder), source=str(folder))
