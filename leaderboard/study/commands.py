"""`python -m leaderboard study export` and `study import`: their options, and what they print.

Knows argparse. Exit 0 done, 1 with one sentence where something cannot be used.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark import jsonio
from benchmark.errors import BoardProblem, DataProblem, UsageProblem
from benchmark.settings import default_cache, names
from benchmark.stories import concept, nationalities
from benchmark.story_dimensions import SHIPPED, read_dimensions
from benchmark.world import country
from leaderboard.documents import exists, write
from leaderboard.study.screening import HALF, RULES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leaderboard.study.exporting import Exported, Plan

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse names no other

RESULTS = "results.json"
STORIES, RATERS, PER_RATER, ATTENTION = 120, 3, 30, 2
EPILOG = """\
  python -m leaderboard study export RUN.json OTHER.json --out my-study
  python -m leaderboard study import my-study --annotations exports/*.json

docs/human-study.md says how Label Studio is started and what the numbers mean.
"""


def add_study(commands: Commands) -> None:
    """Declare ``study``."""
    parser = commands.add_parser(
        "study",
        help="have people rate stories, and read what they said",
        description="A study in which people rate generated stories on ten dimensions in Label "
        "Studio, without knowing which model wrote what.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")
    _add_export(steps)
    _add_import(steps)


def _add_export(steps: Commands) -> None:
    parser = steps.add_parser(
        "export",
        help="choose stories and write a Label Studio project for each rater",
        description="Choose stories of one model or several, deal them to raters, and write tasks, "
        "labelling configuration, pictures and instructions into a new folder, with a key that "
        "stays with you.",
    )
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
    parser.add_argument("--proxy", help="whose stories; default: shared-image, or the first there")
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


def _add_import(steps: Commands) -> None:
    parser = steps.add_parser(
        "import",
        help="read the ratings: agreement, means, metrics against people",
        description="Read Label Studio's exports (JSON or JSON-MIN), leave out raters who missed "
        "attention checks, print what the ratings say and write it as JSON and Markdown.",
    )
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


def run_study(options: argparse.Namespace) -> int:
    """Run one step of a study."""
    return _export(options) if options.step == "export" else _import(options)


def _export(options: argparse.Namespace) -> int:
    from leaderboard.study.exporting import export
    from leaderboard.study.stories import sources

    plan = _plan(options)
    cache = Path(os.environ.get("CULTURE_CACHE") or default_cache())
    runs = _inside(options.runs, "run.json")
    found, close = sources(runs, options.store or [cache / "responses.sqlite"])
    try:
        done = export(found, plan, options.out)
    finally:
        close()
    _say("".join(f"{line}\n" for line in _told(done, plan, options.out)))
    return 0


def _plan(options: argparse.Namespace) -> Plan:
    from leaderboard.study.exporting import Plan

    for option, least in (
        ("stories", 1),
        ("raters", 1),
        ("per_rater", 1),
        ("attention", 0),
        ("seed", 0),
    ):
        if getattr(options, option) < least:
            name = option.replace("_", "-")
            raise UsageProblem(f"--{name} {getattr(options, option)} is less than {least}")
    return Plan(
        dimensions=read_dimensions(options.dimensions),
        stories=options.stories,
        raters=options.raters,
        per_rater=options.per_rater,
        attention=options.attention,
        seed=options.seed,
        proxy=options.proxy,
        countries=tuple(_countries(options.nationalities)),
        concepts=tuple(
            concept(text, source="--concepts").slug
            for text in names(options.concepts, option="--concepts")
        ),
        images=tuple(options.images),
        licences=tuple(options.allow_licence),
        pictures=not options.no_pictures,
    )


def _countries(text: str) -> list[str]:
    """ISO codes of nationalities given by code, country or adjective."""
    adjectives = {one.nationality.casefold(): iso3 for iso3, one in nationalities().items()}
    return [
        adjectives.get(one.casefold()) or country(one, source="--nationalities").iso3
        for one in names(text, option="--nationalities")
    ]


def _told(done: Exported, plan: Plan, out: Path) -> list[str]:
    """What somebody needs to know before they hand it out."""
    key, lists = done.key, done.design.lists
    countries = {story.country for story in key.stories.values()}
    subjects = {story.concept for story in key.stories.values()}
    pages = sorted({len(pages) for pages in lists})
    left = done.gathered
    return [
        f"{out}: study {key.study}, proxy {key.proxy}",
        f"  {len(key.stories)} stories, models: {len(key.models)}, nationalities: "
        f"{len(countries)}, concepts: {len(subjects)}"
        + (f" (at most {plan.stories} were asked for)" if len(key.stories) < plan.stories else ""),
        f"  {len(lists)} raters with {'-'.join(map(str, pages))} pages each, "
        f"{plan.attention} of them attention checks; each story is rated by {plan.raters}",
        "  stories that one has more than another, at most: "
        + ", ".join(f"{name} {uneven}" for name, uneven in done.design.uneven.items()),
        f"  not to choose from: {left.refused} refusals, {left.empty} empty texts, "
        f"{left.names_itself} that name a model; among the others {left.truncated} were cut off at "
        "their token limit",
        f"  {done.pictures} pictures, {len(key.dimensions.every)} dimensions",
        f"  for Label Studio: {out / 'label-studio'}, one project for each file in tasks/",
        f"  {out / 'key.json'} says which model wrote what: keep it from raters",
    ]


def _import(options: argparse.Namespace) -> int:
    from leaderboard.study.key import read_key
    from leaderboard.study.ratings import read_ratings
    from leaderboard.study.results import document, results
    from leaderboard.study.showing import markdown_page, terminal

    out: Path = options.out or options.folder / RESULTS
    beside = out.with_suffix(".md")
    if beside == out:
        raise UsageProblem(f"--out {out} is the place of the Markdown file; name a .json file")
    for path in (out, beside):
        if exists(path) and not options.replace:
            raise BoardProblem(
                f"{path} is there already; name another file with --out, or say --replace"
            )
    key = read_key(options.folder)
    exports = _inside(options.annotations, "export")
    found = results(read_ratings(key, exports), options.attention_rule)
    write(out, jsonio.pretty(document(found)))
    write(beside, markdown_page(found))
    _say(terminal(found))
    _say(f"\n{out} has every figure, {beside} the tables\n")
    return 0


def _inside(paths: Sequence[Path], what: str) -> list[Path]:
    """The files that were named, and all .json files of folders; each once."""
    found: list[Path] = []
    for path in paths:
        inside = sorted(path.rglob("*.json")) if path.is_dir() else [path]
        if not inside:
            raise DataProblem(f"folder {path} holds no .json file; name the {what}")
        found += inside
    return list({path.resolve(): path for path in found}.values())


def _say(text: str) -> None:
    sys.stdout.write(text)
