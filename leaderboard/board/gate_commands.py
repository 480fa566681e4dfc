"""`python -m leaderboard gate`: judges a finished run by its file alone.

Knows run files, gate files and baselines; needs no model, no data and no pytest, and writes nothing
but the report that is asked for. Exit 0 every gate holds, 1 one does not, 4 a file cannot be used.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmark.analyses import ANALYSES, chosen
from benchmark.data import SUITES
from benchmark.errors import BoardProblem
from benchmark.gates import Gate, Verdict, check_gates, load_gates
from benchmark.gates.wording import report
from benchmark.records import Analysis
from benchmark.runs.against_baseline import Baseline
from benchmark.runs.conclude import judged, measured
from benchmark.runs.documents import write
from benchmark.runs.run import Run, read_run
from benchmark.suite.protocol import SUITE_FILE, own_analyses
from leaderboard.board.baseline import load_baselines

HOLDS, FAILS = 0, 1
EPILOG = """\
  python -m leaderboard gate RUN.json --gate docs/gates/release.toml
  python -m leaderboard gate RUN.json --gate docs/gates/no-regression.toml --baseline LAST.json
"""


def add_gate(parser: argparse.ArgumentParser) -> None:
    """Judge a finished run by gates: the sentences and the exit code that its own run would give.

    Exit 0 if every gate holds, 1 if one does not, 4 if a file or a gate cannot be used.
    """
    parser.epilog = EPILOG
    parser.add_argument("run", type=Path, metavar="RUN", help="run.json of a finished run")
    parser.add_argument(
        "--gate",
        action="append",
        type=Path,
        required=True,
        metavar="FILE",
        help="a TOML file of thresholds (docs/gates.md); repeatable",
    )
    parser.add_argument(
        "--baseline",
        action="append",
        default=[],
        metavar="FILE",
        help="what gates compare with: RUN.json, BOARD.json#ROW or hf://…; repeatable",
    )
    parser.add_argument(
        "--report", type=Path, metavar="FILE", help="write the verdicts as Markdown, too"
    )
    parser.add_argument(
        "--suite",
        type=Path,
        metavar="DIR",
        help="the suite's folder, if it has analyses of its own and is not among those shipped",
    )


def run_gate(options: argparse.Namespace) -> int:
    """Read, check, judge and say so."""
    run = read_run(options.run)
    gates = [gate for path in options.gate for gate in load_gates(path)]
    baselines = load_baselines(options.baseline)
    if run.shard is not None:
        raise BoardProblem(f"{options.run} is {run.shard}; merge the shards, then judge the run")
    verdicts = verdicts_on(run, gates, baselines, folder=options.suite)
    sys.stdout.write("".join(f"{verdict.sentence}\n" for verdict in verdicts))
    if options.report is not None:
        write(options.report, report(verdicts, model=run.model.name))
    return HOLDS if all(verdict.holds for verdict in verdicts) else FAILS


def verdicts_on(
    run: Run,
    gates: Sequence[Gate],
    baselines: Sequence[Baseline] = (),
    *,
    folder: Path | None = None,
) -> tuple[Verdict, ...]:
    """What the gates say of a run, checked as they would be before it.

    Raises
    ------
    DataProblem
        A gate could not be decided on such a run.
    """
    own = _own(run, folder)
    about = measured(
        run.suite,
        chosen(run.analyses, own, source="run file"),
        [row.case for row in run.rows],
        own=own,
    )
    check_gates(gates, [about], {baseline.suite for baseline in baselines})
    return judged(run, gates, baselines)


def _own(run: Run, folder: Path | None) -> Mapping[str, Analysis]:
    """The suite's own analyses, for names that are not among the shared ones."""
    if set(run.analyses) <= ANALYSES.keys():
        return {}
    place = folder or SUITES / run.suite
    if not (place / SUITE_FILE).is_file():
        raise BoardProblem(
            f"{place} is not the folder of suite {run.suite!r}; name it with --suite"
        )
    return own_analyses(place)
