"""`python -m leaderboard scores`: every score of a run, of one metric or grouping if asked.

Knows run files and tables; a terminal's summary leaves out what this shows.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from benchmark.errors import BoardProblem, unknown
from benchmark.runs.run import Run, read_run
from leaderboard.tables.plain_tables import scores_table
from leaderboard.tables.tables import render

EPILOG = """\
  python -m leaderboard scores RUN.json                          everything together
  python -m leaderboard scores RUN.json --by region              by UN region
  python -m leaderboard scores RUN.json --by country,topic --metric accuracy
"""


def add_scores(parser: argparse.ArgumentParser) -> None:
    """Print the scores of a run.json that the summary leaves out.

    These are all of those over everything, or with --by those of each member of a grouping.
    """
    parser.epilog = EPILOG
    parser.add_argument("run", type=Path, metavar="RUN", help="run.json")
    parser.add_argument(
        "--by",
        default="",
        metavar="KEYS",
        help="one or more keys of a scope, such as region or country,topic (default: none)",
    )
    parser.add_argument("--metric", default="", metavar="NAME", help="one metric alone")


def run_scores(options: argparse.Namespace) -> int:
    """Print the scores that were asked for; what the run has none of is one sentence."""
    run = read_run(options.run)
    by = tuple(key.strip() for key in options.by.split(",") if key.strip())
    _check(run, by, options.metric, options.run)
    width = shutil.get_terminal_size().columns
    sys.stdout.write(render(scores_table(run, metric=options.metric, by=by), width))
    return 0


def _check(run: Run, by: tuple[str, ...], metric: str, path: Path) -> None:
    metrics = sorted({score.metric for score in run.scores})
    if metric and metric not in {*metrics, *(score.name for score in run.scores)}:
        raise BoardProblem(unknown("metric", metric, metrics, source=str(path)))
    mine = [score for score in run.scores if metric in ("", score.metric, score.name)]
    keys = sorted({",".join(sorted(score.scope)) for score in mine})
    if mine and ",".join(sorted(by)) not in keys:
        known = "; ".join(key or "(none)" for key in keys)
        raise BoardProblem(
            f"{path} has no score{f' {metric}' if metric else ''} by {','.join(by) or 'nothing'}; "
            f"--by takes one of: {known}"
        )
