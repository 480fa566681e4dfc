"""What a session over several sets says at its end: whether who fares ill on one does on others.

Knows the runs of the session and the transfer's table; measures nothing and writes no file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations

from benchmark.errors import BoardProblem
from benchmark.plugin.suite_run import SuiteRun
from benchmark.runs.run import Run
from benchmark.suite.several_sets import set_of
from leaderboard.comparisons.transfer import METRIC, letter, transfer_table, transfers
from leaderboard.tables.tables import render


def sections(runs: Mapping[str, SuiteRun], width: int) -> Iterator[tuple[str, list[str]]]:
    """Of each suite that has runs over several sets, its name and what is said of them."""
    suites = dict.fromkeys(run.suite.meta.name for name, run in runs.items() if set_of(name))
    for suite in suites:
        mine = {
            set_of(name): run
            for name, run in runs.items()
            if run.suite.meta.name == suite and run.was_run and run.finished is not None
        }
        if len(mine) > 1:
            yield suite, _lines(mine, width)


def _lines(runs: Mapping[str, SuiteRun], width: int) -> list[str]:
    finished = {letter(k): run.finished for k, run in enumerate(runs.values()) if run.finished}
    said = [", ".join(f"{name}: {of}" for name, of in zip(finished, runs, strict=True))]
    found, problems = [], []
    for a, b in combinations(finished, 2):
        pair: dict[str, Run] = {a: finished[a], b: finished[b]}
        try:
            found += transfers(pair)
        except BoardProblem as problem:
            problems.append(f"no correlation: {problem}")
    if found:
        said.append(render(transfer_table(found, METRIC), width).rstrip())
        files = " ".join(str(run.path) for run in runs.values())
        said.append(f"again: python -m leaderboard transfer {files}")
    return [*said, *problems]
