"""`python -m leaderboard rescore`: its options, the file it writes, and the table of old and new.

Knows argparse, run files and bundles; the figures are `rescoring`'s.
"""

from __future__ import annotations

import argparse
import math
import shutil
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from rich.table import Table
from rich.text import Text

from benchmark.errors import BoardProblem
from benchmark.records import Score
from benchmark.replay.bundle import read
from benchmark.runs.documents import exists, write
from benchmark.runs.run import read_run, run_path, text
from leaderboard.replay.commands import add_data, origin_of
from leaderboard.replay.rescoring import Rescored, rescore_bundle, rescore_run
from leaderboard.tables.summary import NOT_SCORED, ends
from leaderboard.tables.table_parts import blank
from leaderboard.tables.tables import render

ENDING = ".rescored.json"
SAME = 5e-4  # what three decimals cannot show
CAPTION = (
    f"\nOverall figures whose value or interval changed. {NOT_SCORED}: not scored. Every score: "
    "python -m leaderboard scores RUN.json"
)
EPILOG = """\
  python -m leaderboard rescore RUN.json                       from the answers in the file
  python -m leaderboard rescore RUN.json --store S.sqlite      from the stored ones: texts, orders
  python -m leaderboard rescore run.bundle.zip --out NEW.json
"""


def add_rescore(parser: argparse.ArgumentParser) -> None:
    """Compute a finished run's figures as this version defines them, from its stored answers.

    Needs no model. Writes a new run file beside the old one, which stays, and prints old and new
    figures side by side. Exit 4 where the model was asked something else than is asked here.
    """
    parser.epilog = EPILOG
    parser.add_argument("run", type=Path, metavar="RUN|BUNDLE", help="run.json, or a bundle")
    parser.add_argument(
        "--store",
        action="append",
        type=Path,
        default=[],
        metavar="FILE",
        help="the response store of the run, where its file does not hold all that is needed; "
        "repeatable",
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help=f"the new run file (default: the old one's name with {ENDING})",
    )
    add_data(parser)


def run_rescore(options: argparse.Namespace) -> int:
    """Write the new run files and print what changed."""
    origin = origin_of(options)
    if options.out is not None:
        _check_free(options.out)
    if zipfile.is_zipfile(options.run):
        if options.store:
            raise BoardProblem(f"{options.run} is a bundle, which holds its answers; omit --store")
        found = rescore_bundle(read(options.run), origin=origin)
    else:
        run = read_run(options.run)
        found = [rescore_run(options.run, run, stores=options.store, origin=origin)]
    for one, path in zip(found, _paths(options, found), strict=True):
        write(path, text(one.after))
        sys.stdout.write(render(_table(one), shutil.get_terminal_size().columns))
        kept = f"; {one.n_kept} rows of recognition as they were measured" * bool(one.n_kept)
        sys.stdout.write(f"from the {one.source}{kept}; written to {path}\n")
    return 0


def _paths(options: argparse.Namespace, found: list[Rescored]) -> list[Path]:
    """Where each new file goes; never over a file that is there."""
    if options.out is not None and len(found) > 1:
        raise BoardProblem(f"{options.run} holds {len(found)} runs; leave --out out")
    names = [run_path(Path(), one.before).name.removesuffix(".json") for one in found]
    if zipfile.is_zipfile(options.run):
        default = [options.run.parent / f"{name}{ENDING}" for name in names]
    else:
        default = [options.run.with_name(options.run.name.removesuffix(".json") + ENDING)]
    paths = [options.out] if options.out is not None else default
    for path in paths:
        _check_free(path)
    return paths


def _check_free(path: Path) -> None:
    """No file is replaced, the old run least of all."""
    if exists(path):
        raise BoardProblem(f"{path} is there already; name another file with --out")


def _table(one: Rescored) -> Table:
    before, after = one.before, one.after
    version = (
        f"version {before.suite_version} and {after.suite_version}"
        if before.suite_version != after.suite_version
        else f"version {after.suite_version}"
    )
    table = blank(Text(f"{after.suite} of {after.model.name}, {version}", style="bold"))
    shown = list(_rows(one))
    if not shown:
        table.caption = Text("\nNo overall figure changed.")
        return table
    table.add_column("metric", overflow="fold")
    for head in ("old", "new"):
        table.add_column(head, justify="right", no_wrap=True)
        table.add_column("interval", justify="right", no_wrap=True)
    for row in shown:
        table.add_row(*row)
    table.caption = Text(CAPTION)
    return table


def _rows(one: Rescored) -> Iterator[tuple[str, str, str, str, str]]:
    """The overall scores that differ, and those that only one side has."""
    old = {score.name: score for score in one.before.scores if not score.scope}
    new = {score.name: score for score in one.after.scores if not score.scope}
    for name in dict.fromkeys((*new, *old)):
        if not _alike(old.get(name), new.get(name)):
            yield (name, *_cells(old.get(name)), *_cells(new.get(name)))


def _alike(old: Score | None, new: Score | None) -> bool:
    if old is None or new is None:
        return False
    pairs = ((old.value, new.value), (old.low, new.low), (old.high, new.high))
    return all(
        math.isclose(a, b, rel_tol=0, abs_tol=SAME) or (math.isnan(a) and math.isnan(b))
        for a, b in pairs
    )


def _cells(score: Score | None) -> tuple[str, str]:
    if score is None:
        return "", ""
    value = NOT_SCORED if math.isnan(score.value) else f"{score.value:z.3f}"
    return value, ends(score, 3)
