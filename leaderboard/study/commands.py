"""`python -m leaderboard study export` and `study import`: what they do and print.

Knows the options' names. Exit code 0 if done, 1 with one sentence if an input cannot be used.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmark import jsonio
from benchmark.errors import BoardProblem, UsageProblem
from benchmark.option_values import names
from benchmark.runs.documents import exists, write
from benchmark.settings import default_cache
from benchmark.stories.lists import concept, nationalities
from benchmark.world.countries import country
from leaderboard.board.paths import files_in
from leaderboard.study.dimensions import read_dimensions
from leaderboard.study.exporting import Export, Plan
from leaderboard.study.options import RESULTS, add_export, add_import

EPILOG = """\
  python -m leaderboard study export RUN.json OTHER.json --out my-study
  python -m leaderboard study import my-study --annotations exports/*.json

docs/human-study.md says how Label Studio is started and what the numbers mean.
"""


def add_study(parser: argparse.ArgumentParser) -> None:
    """Have people rate generated stories, without knowing which model wrote what.

    Stories are rated on ten dimensions in Label Studio.
    """
    parser.epilog = EPILOG
    steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")
    for name, declare, words in (
        ("export", add_export, "choose stories and write a Label Studio project for each rater"),
        ("import", add_import, "read the ratings: agreement, means, metrics against people"),
    ):
        described = " ".join(str(declare.__doc__).split())
        declare(steps.add_parser(name, help=words, description=described))


def run_study(options: argparse.Namespace) -> int:
    """Run one step of a study."""
    return _export(options) if options.step == "export" else _import(options)


def _export(options: argparse.Namespace) -> int:
    from leaderboard.study.exporting import export
    from leaderboard.study.sources import notes, sources

    plan = _plan(options)
    cache = default_cache()
    found = sources(options.runs, options.store or [cache / "responses.sqlite"])
    try:
        done = export(found.runs, plan, options.out)
    finally:
        found.close()
    lines = [*_summary(done, plan, options.out), *map("  note: {}".format, notes(found))]
    sys.stdout.write("".join(f"{line}\n" for line in lines))
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
            for text in names(options.concepts, "--concepts")
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
        for one in names(text, "--nationalities")
    ]


def _summary(done: Export, plan: Plan, out: Path) -> list[str]:
    """What to know before handing the study out."""
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
        "  most stories that one has more than another: "
        + ", ".join(f"{name} {uneven}" for name, uneven in done.design.uneven.items()),
        f"  left out: {left.refused} refusals, {left.empty} empty texts, "
        f"{left.names_itself} that name a model; of the others, {left.truncated} were cut off at "
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
    page = out.with_suffix(".md")
    if page == out:
        raise UsageProblem(f"--out {out} is where the Markdown file goes; name a .json file")
    for path in (out, page):
        if exists(path) and not options.replace:
            raise BoardProblem(f"{path} exists; name another file with --out, or add --replace")
    key = read_key(options.folder)
    exports = files_in(options.annotations)
    found = results(read_ratings(key, exports), options.attention_rule)
    write(out, jsonio.pretty(document(found)))
    write(page, markdown_page(found))
    sys.stdout.write(terminal(found))
    sys.stdout.write(f"\n{out} has every figure, {page} the tables\n")
    return 0
