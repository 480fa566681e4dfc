"""`python -m leaderboard report`: the paper's tables and figures on the command line.

Knows the options and where the files go; the other modules decide what is in them.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmark.errors import UsageProblem
from benchmark.runs.run import read_run
from leaderboard.board.paths import files_help, files_in
from leaderboard.report.options import FORMATS, READING_NAMES, Format, formats

DEFAULT_REPORT = Path("build") / "report"
REPORT_EPILOG = """\
  python -m leaderboard report leaderboard/runs/MODEL/REVISION/wvs-CONFIG.json
  python -m leaderboard report ONE.json OTHER.json --out build/both      side by side
  python -m leaderboard report RUN.json --reading paper --formats md     no figures
"""


def add_report(parser: argparse.ArgumentParser) -> None:
    """Write the paper's tables and figures for the given runs, side by side.

    The tables are similarity by country, change by income group and p-values, with floors and
    ceiling. Everything comes from the run files; no survey or model is needed. Open report.md
    in the folder. Runs of one suite and one survey belong in one report.
    """
    parser.epilog = REPORT_EPILOG
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN", help=files_help("run.json"))
    parser.add_argument(
        "--out",
        type=Path,
        default=DEFAULT_REPORT,
        metavar="DIR",
        help="folder to write to; files with the same names are replaced (default: %(default)s)",
    )
    parser.add_argument(
        "--reading",
        choices=READING_NAMES,
        default="substantive",
        help="substantive: without don't know and the like; printed: all options; paper: all "
        "options, and bold where the published bootstrap p is below 0.05 (default: substantive)",
    )
    parser.add_argument(
        "--formats",
        type=_formats,
        default=FORMATS,
        metavar="LIST",
        help="comma-separated: md (the page), csv (all numbers), tex, svg, png "
        "(default: all; svg and png need matplotlib)",
    )


def _formats(text: str) -> tuple[Format, ...]:
    try:
        return formats(text)
    except UsageProblem as problem:
        raise argparse.ArgumentTypeError(str(problem)) from problem


def run_report(options: argparse.Namespace) -> int:
    """Write the files and print where they are."""
    from leaderboard.report.comparability import side_by_side
    from leaderboard.report.index import files, write

    runs = side_by_side([read_run(path) for path in files_in(options.runs)], options.reading)
    content = files(runs, options.formats)
    write(options.out, content)
    sys.stdout.write("".join(f"{run.label}: {len(run.run.rows)} cases\n" for run in runs))
    shown = options.out / "report.md" if "md" in options.formats else options.out
    sys.stdout.write(f"{len(content)} files in {options.out}; open {shown}\n")
    return 0
