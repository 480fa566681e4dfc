"""`python -m leaderboard study`: the options of its two steps; knows argparse alone."""

from __future__ import annotations

import argparse
from pathlib import Path

from leaderboard.study.dimensions import SHIPPED
from leaderboard.study.screening import HALF, RULES

RESULTS = "results.json"
STORIES, RATERS, PER_RATER, ATTENTION = 120, 3, 30, 2


def add_export(parser: argparse.ArgumentParser) -> None:
    """Choose stories of one model or several, and deal them to raters.

    Tasks, labelling configuration, pictures and instructions are written into a new folder, with a
    key that stays with you.
    """
    parser.add_argument(
        "runs",
        nargs="+",
        type=Path,
        metavar="RUN",
        help="run.json of stories, a folder of them, or a bundle",
    )
    parser.add_argument(
        "--store",
        action="append",
        type=Path,
        metavar="FILE",
        help="the response store of a run, repeatable; default: the cache's",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="a new folder")
    for name, default, words in (
        ("--stories", STORIES, "how many stories are rated at most"),
        ("--raters", RATERS, "how many people rate each story"),
        ("--per-rater", PER_RATER, "how many stories one person rates at most"),
        ("--attention", ATTENTION, "attention checks on each list"),
        ("--seed", 0, "draws stories, lists and their order"),
    ):
        parser.add_argument(
            name, type=int, default=default, metavar="N", help=f"{words} (default: {default})"
        )
    parser.add_argument("--proxy", help="whose stories; default: shared-image, else the first one")
    parser.add_argument("--nationalities", default="", metavar="LIST", help="default: all")
    parser.add_argument("--concepts", default="", metavar="LIST", help="default: all")
    parser.add_argument(
        "--dimensions",
        type=Path,
        default=SHIPPED,
        metavar="FILE",
        help="another questionnaire; default: the ten dimensions",
    )
    parser.add_argument(
        "--images",
        action="append",
        default=[],
        metavar="SOURCE",
        help="the run's pictures, as for pytest; repeatable; default: the drawn sample, if the "
        "run is on it",
    )
    parser.add_argument(
        "--allow-licence",
        action="append",
        default=[],
        metavar="TEXT",
        help="how a further licence begins that lets you show pictures to raters; repeatable",
    )
    parser.add_argument("--no-pictures", action="store_true", help="show stories alone")


def add_import(parser: argparse.ArgumentParser) -> None:
    """Read Label Studio's exports (JSON or JSON-MIN) and print what the ratings say.

    Raters who missed attention checks are left out. The results are also written as JSON and
    Markdown.
    """
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="what `study export` wrote")
    parser.add_argument(
        "--annotations",
        nargs="+",
        required=True,
        type=Path,
        metavar="EXPORT",
        help="exports, or folders of them",
    )
    parser.add_argument(
        "--attention-rule",
        choices=tuple(RULES),
        default=HALF,
        help="; ".join(f"{name}: {words}" for name, words in RULES.items())
        + " (default: %(default)s)",
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help=f"the results; a Markdown file is put beside it (default: FOLDER/{RESULTS})",
    )
    parser.add_argument("--replace", action="store_true", help="write over earlier results")
