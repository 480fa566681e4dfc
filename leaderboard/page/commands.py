"""`python -m leaderboard page`: its options and output.

Knows argparse and paths; `building` builds the page.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from leaderboard.page.building import INDEX, TITLE, build_page
from leaderboard.page.stories import EXAMPLES

EPILOG = """\
  python -m leaderboard page leaderboard/leaderboard.json
  python -m leaderboard page board.json --runs runs --out site --images photos
  python -m leaderboard page board.json --store responses.sqlite    with stories to read

Open index.html in the folder: it works from disk or from any file server.
"""


def add_page(parser: argparse.ArgumentParser) -> None:
    """Write a leaderboard as a page to sort, filter and explore, down to single questions.

    Wording is shown for the embedded sample alone; other surveys' questions appear by id.
    """
    parser.epilog = EPILOG
    parser.add_argument("board", type=Path, metavar="BOARD", help="leaderboard.json")
    parser.add_argument(
        "--runs",
        action="append",
        type=Path,
        metavar="DIR",
        help="run files, or folders of them, for the cases; repeatable (default: the folder "
        "`runs` beside the board)",
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("build") / "page",
        metavar="DIR",
        help="folder to write to (default: %(default)s)",
    )
    parser.add_argument(
        "--images",
        action="append",
        default=[],
        type=Path,
        metavar="SOURCE",
        help="pictures that runs showed, as `pytest --images` takes them, for thumbnails of those "
        "whose licence is free; repeatable",
    )
    for name, metavar, words in (
        ("--store", "FILE", "a response store (as `pytest --store`) with the texts of stories"),
        ("--bundles", "PATH", "a response bundle, or a folder of them, with the texts of stories"),
    ):
        parser.add_argument(
            name,
            action="append",
            default=[],
            type=Path,
            metavar=metavar,
            help=f"{words}; repeatable",
        )
    parser.add_argument(
        "--stories",
        type=_number,
        default=EXAMPLES,
        metavar="N",
        help="how many stories of a case and temperature are shown, the first by number "
        "(default: %(default)s)",
    )
    parser.add_argument("--title", default=TITLE, help="heading of the page")


def _number(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of stories, like 2")
    return int(text)


def run_page(options: argparse.Namespace) -> int:
    """Build the page and print what was written."""
    default = options.board.parent / "runs"
    runs = options.runs or ([default] if default.is_dir() else [])
    written = build_page(
        options.board,
        runs,
        options.out,
        images=options.images,
        stores=options.store,
        bundles=options.bundles,
        examples=options.stories,
        title=options.title,
    )
    size = sum(path.stat().st_size for path in written)
    index = options.out / INDEX
    sys.stdout.write(
        f"{len(written)} files in {options.out}, {size / 1e6:.1f} MB; {INDEX} has "
        f"{index.stat().st_size / 1e6:.2f} MB: open {index}\n"
    )
    return 0
