"""`python -m leaderboard publish`: its options, and what it prints.

Knows argparse. Exit codes: 0 done or nothing to do, 1 the Hub refused, 4 unusable input.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from benchmark.errors import HubProblem, UsageProblem
from benchmark.hub.asking import is_repo_id
from benchmark.hub.repository import Repository
from benchmark.replay.bundle import read
from benchmark.settings import default_cache
from leaderboard.board.paths import DEFAULT_BOARD, files_in
from leaderboard.publish import client
from leaderboard.publish.content import OwnBundle, PageBuilder, check_of_board
from leaderboard.publish.joining import own_rows
from leaderboard.publish.plan import Plan
from leaderboard.publish.publishing import Request, Step, preview, publish_data_set, publish_space
from leaderboard.publish.safety import check_bundle, check_run, guard

DONE, REFUSED = 0, 1


EPILOG = """\
  python -m leaderboard publish org/name               show what would be written, write nothing
  python -m leaderboard publish org/name --yes         write it
  python -m leaderboard publish org/name --bundles build/bundles --yes

Log in with `hf auth login`, or set HF_TOKEN. docs/publishing.md says what goes where.
"""


def add_publish(parser: argparse.ArgumentParser) -> None:
    """Join the local board, row by row, with the one published as data set ORG/NAME.

    Board, run files, tables and bundles are written there in one commit, and a page of it into the
    static Space of that name. Both are private when new. Without --yes nothing is written: the
    command lists files, sizes and what would happen to each.
    """
    parser.epilog = EPILOG
    parser.add_argument("repository", metavar="ORG/NAME", help="the data set on the Hub")
    parser.add_argument(
        "--leaderboard",
        type=Path,
        default=DEFAULT_BOARD,
        metavar="FILE",
        help="the board to publish; its rows name their run files (default: %(default)s)",
    )
    parser.add_argument(
        "--bundles",
        action="append",
        type=Path,
        default=[],
        metavar="PATH",
        help="a bundle of the board's runs, or a folder of them (*.zip); repeatable",
    )
    parser.add_argument(
        "--survey",
        action="append",
        default=[],
        metavar="SOURCE",
        help="the survey of the runs (a file, or hub), to check that no text quotes it; repeatable",
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--space", metavar="ORG/NAME", help="the Space (default: ORG/NAME)")
    where.add_argument("--no-space", action="store_true", help="publish the data set alone")
    parser.add_argument(
        "--public",
        action="store_true",
        help="make new repositories public (default: private); existing ones stay as they are",
    )
    sure = parser.add_mutually_exclusive_group()
    sure.add_argument("--yes", action="store_true", help="write")
    sure.add_argument("--dry-run", action="store_true", help="write nothing (the default)")


def run_publish(options: argparse.Namespace, *, page: PageBuilder | None = None) -> int:
    """Print what would change, or change it; print one sentence if that fails."""
    try:
        request = _request(options, page or page_builder())
        if not options.yes:
            for step in preview(request):
                _show(step)
            sys.stdout.write("nothing was written; add --yes to write it\n")
            return DONE
        _report(publish_data_set(request))
        if request.space is not None:
            _report(publish_space(request, request.space))
    except HubProblem as problem:
        sys.stderr.write(f"{problem}\n")
        return REFUSED
    return DONE


def page_builder() -> PageBuilder:
    """The builder of a board's page, imported only when a page is made."""
    from leaderboard.page.building import build_page

    return build_page


def _request(options: argparse.Namespace, page: PageBuilder) -> Request:
    own = own_rows(options.leaderboard)
    held = guard(options.survey, cache=default_cache(), secrets=client.secrets())
    for one in own:
        check_run(one.source, one.run, held)
    bundles = tuple(
        OwnBundle(source=path, bundle=read(path))
        for path in files_in(options.bundles, "*.zip", what="bundle (*.zip)")
    )
    rows = [one.row for one in own]
    for bundle in bundles:
        check_of_board(bundle, rows)
        check_bundle(bundle.source, bundle.bundle, held)
    space = None if options.no_space else options.space or options.repository
    return Request(
        data_set=Repository(kind="dataset", repo_id=_repo_id(options.repository)),
        space=Repository(kind="space", repo_id=_repo_id(space)) if space else None,
        own=own,
        bundles=bundles,
        guard=held,
        page=page,
        private=not options.public,
    )


def _repo_id(text: str) -> str:
    if not is_repo_id(text):
        raise UsageProblem(f"{text!r} is not a repository on the Hub; write ORG/NAME")
    return text


# --- output ----------------------------------------------------------------------------------


def _report(step: Step) -> None:
    """Print what was done at once, as the next step may fail."""
    _show(step)
    where = step.plan.repository
    if step.made:
        sys.stdout.write(f"{where}: committed {step.made}\n")
    else:
        sys.stdout.write(f"{where}: nothing has changed, no commit was made\n")
    sys.stdout.flush()


def _show(step: Step) -> None:
    plan = step.plan
    seen = "private" if plan.private else "public"
    new = ", new" if plan.parent is None else ""
    sys.stdout.write(f"\n{plan.repository} ({seen}{new})\n")
    sys.stdout.write("".join(f"  {line}\n" for line in step.notes))
    console = Console(
        file=sys.stdout, width=max(72, shutil.get_terminal_size().columns), highlight=False
    )
    if plan.changed:
        console.print(_table(plan))
    kept = len(plan.changes) - len(plan.changed)
    sys.stdout.write(f"  files that stay as they are: {kept}; to send: {_size(plan.n_bytes)}\n")


def _table(plan: Plan) -> Table:
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for head in ("what", "size", "path"):
        table.add_column(head, justify="right" if head == "size" else "left", overflow="fold")
    for change in plan.changed:
        table.add_row(change.action, _size(change.size), Text(change.path))
    return table


def _size(n_bytes: int) -> str:
    return f"{n_bytes / 1e6:.2f} MB" if n_bytes >= 10_000 else f"{n_bytes} B"
