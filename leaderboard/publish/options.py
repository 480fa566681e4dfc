"""The options of `python -m leaderboard publish`, kept apart so that other commands load no more.

Knows argparse.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from leaderboard.board.paths import DEFAULT_BOARD

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse names no other

EPILOG = """\
  python -m leaderboard publish org/name               show what would be written, write nothing
  python -m leaderboard publish org/name --yes         write it
  python -m leaderboard publish org/name --bundles build/bundles --yes

Log in with `hf auth login`, or set HF_TOKEN. docs/publishing.md says what goes where.
"""


def add_publish(commands: Commands) -> None:
    """Declare ``publish``."""
    parser = commands.add_parser(
        "publish",
        help="publish the board, its runs and bundles on the Hugging Face Hub",
        description="Join the local board with the one published as data set ORG/NAME, row by row, "
        "and write board, run files, tables and bundles there in one commit, and a page of it into "
        "the static Space of that name. Both are private when new. Without --yes nothing is "
        "written: the command lists files, sizes and what would happen to each.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
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
