"""``python -m benchmark.images``: what pictures to look for, and which of those found to keep.

It neither searches nor downloads: a person gathers candidates, with their licences, and picks.
"""

from __future__ import annotations

import argparse
import csv
import io
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmark import jsonio
from benchmark.errors import CultureError
from benchmark.images import labelling
from benchmark.images.picking import Candidate, candidates, cells, kept_before, write_manifest
from benchmark.stories.lists import Concept, Nationality, concept, concepts, nationalities
from benchmark.world.countries import country

TASKS, CONFIG = "label-studio-tasks.json", "label-studio-config.xml"
COLUMNS = ("concept", "country", "query", "file")
ANSWERS = "keep? [y]es, [n]o, [q]uit: "


def arguments() -> argparse.ArgumentParser:
    """The parser of both commands."""
    parser = argparse.ArgumentParser(prog="python -m benchmark.images", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    asked = commands.add_parser("queries", help="write a CSV of what to look for")
    asked.add_argument("--countries", default="", help="comma-separated; default: all 42")
    asked.add_argument("--topics", default="", help="concepts, comma-separated; default: all 35")
    asked.add_argument("--no-shared", action="store_true", help="no pictures for all nationalities")
    asked.add_argument("--out", type=Path, help="default: standard output")
    pick = commands.add_parser("pick", help="keep or drop candidates and write manifest.csv")
    pick.add_argument("folder", type=Path, help="CONCEPT/ISO3/picture or CONCEPT/shared/picture")
    way = pick.add_mutually_exclusive_group()
    way.add_argument(
        "--label-studio",
        action="store_true",
        help="write Label Studio's tasks and configuration instead of asking",
    )
    way.add_argument("--export", type=Path, help="take the choices from Label Studio's JSON export")
    return parser


def main(words: Sequence[str] | None = None, ask: Callable[[str], str] = input) -> int:
    """Exit code 0, or 4 with a sentence, as in pytest."""
    given = arguments().parse_args(words)
    try:
        return _queries(given) if given.command == "queries" else _pick(given, ask)
    except CultureError as problem:
        sys.stderr.write(f"{problem}\n")
        return 4


def _queries(given: argparse.Namespace) -> int:
    wanted = {concept(t, source="--topics").slug for t in _listed(given.topics)}
    chosen = {country(name, source="--countries").iso3 for name in _listed(given.countries)}
    text = query_list(
        [one for slug, one in concepts().items() if not wanted or slug in wanted],
        [one for iso3, one in nationalities().items() if not chosen or iso3 in chosen],
        shared=not given.no_shared,
    )
    if given.out is None:
        sys.stdout.write(text)
    else:
        jsonio.write_atomic(given.out, text)
    return 0


def query_list(
    concepts: Sequence[Concept], nationalities: Sequence[Nationality], *, shared: bool
) -> str:
    """CSV with a row for each picture to find; ``file`` is where `pick` expects it.

    With ``shared``, also a row for the picture that serves every nationality.

    >>> egypt = [nationalities()["EGY"]]
    >>> print(query_list([concept("forest", source="")], egypt, shared=True).strip())
    concept,country,query,file
    forest,,forest for a child,forest/shared
    forest,EGY,forest for an Egyptian child,forest/EGY
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for about in concepts:
        if shared:
            words = f"{about.concept} for a child"
            writer.writerow((about.slug, "", words, f"{about.slug}/shared"))
        for whom in nationalities:
            words = f"{about.concept} for {whom.with_article} child"
            writer.writerow((about.slug, whom.iso3, words, f"{about.slug}/{whom.iso3}"))
    return text.getvalue()


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _pick(given: argparse.Namespace, ask: Callable[[str], str]) -> int:
    found = candidates(given.folder)
    if given.label_studio:
        name = given.folder.resolve().name
        jsonio.write_atomic(given.folder / TASKS, jsonio.pretty(labelling.tasks(found, name)))
        jsonio.write_atomic(given.folder / CONFIG, labelling.CONFIG)
        sys.stdout.write(f"{len(found)} tasks in {given.folder / TASKS}, next to {CONFIG}\n")
        return 0
    if given.export is not None:
        wanted = labelling.kept(given.export)
        chosen = [one for one in found if one.image in wanted]
    else:
        chosen = by_asking(found, kept_before(given.folder), ask)
    path = write_manifest(given.folder, chosen)
    sys.stdout.write(f"kept {len(chosen)} of {len(found)} pictures in {path}\n")
    return 0


def by_asking(
    found: Sequence[Candidate], before: set[str], ask: Callable[[str], str]
) -> list[Candidate]:
    """Ask cell by cell until one is kept; cells decided before are not asked about again."""
    chosen: list[Candidate] = []
    quitting = False
    for competing in cells(found).values():
        known = [one for one in competing if one.image in before]
        for one in competing if not known and not quitting else ():
            answer = _answer(one, ask)
            quitting = answer == "q"
            known = [one] if answer == "y" else []
            if known or quitting:
                break
        chosen += known[:1]
    return chosen


def _answer(one: Candidate, ask: Callable[[str], str]) -> str:
    about = f"{one.image}  {one.concept}, {one.country or 'every nationality'}; {one.licence}"
    answer = ""
    while answer not in ("y", "n", "q"):
        try:
            answer = ask(f"{about}, {one.credit}\n{ANSWERS}").strip().lower()[:1]
        except EOFError:
            return "q"
    return answer


if __name__ == "__main__":
    sys.exit(main())
