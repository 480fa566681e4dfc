"""Dollar Street's own list of pictures as household photos: which rows are wanted, whose they are.

Knows no pixels and no cut between low and high income. Rows that are not still pictures of people
are skipped; wanted rows that cannot be used are counted, with the first example.

Layout: ``images_v2.csv`` of the release at MLCommons, Gaviria Rojas et al., NeurIPS 2022 Datasets
and Benchmarks. ``topics`` is one topic or several separated by commas there, and a printed list in
the tables of its ImageNet split; ``imageRelPath`` is relative to the file's folder. The topics are
those that 2502.14906 takes for pictures of people.
"""

from __future__ import annotations

import ast
from pathlib import Path

from benchmark.errors import DataProblem
from benchmark.images.manifest import INSTEAD, ImageEntry
from benchmark.images.table import amount, header, inside, read_table
from benchmark.survey.raw_rows import Problem, Tally
from benchmark.vocabulary import HOUSEHOLD
from benchmark.world.countries import resolve_label

NAME = "dollar-street"
LIST = "images_v2.csv"
COLUMNS = (
    *("id", "country.name", "country.id", "region.id", "type"),
    *("imageRelPath", "topics", "place", "income"),
)
PEOPLE = frozenset({"family", "family snapshots"})
LICENCE = "CC BY 4.0"
CREDIT = "Dollar Street (Gapminder)"
SOURCE = "https://www.gapminder.org/dollar-street"
_KIND = "Dollar Street's list of pictures"


def find_list(folder: Path) -> Path | None:
    """The folder's only CSV file with these columns, or its ``images_v2.csv``; None without any."""
    found = [path for path in sorted(folder.glob("*.csv")) if header(path).issuperset(COLUMNS)]
    named = [path for path in found if path.name == LIST] or found
    if len(named) > 1:
        raise DataProblem(
            f"folder {folder} has several lists of pictures ({', '.join(p.name for p in named)});"
            " give --images one of the files"
        )
    return named[0] if named else None


def read_dollar_street(path: Path) -> tuple[tuple[ImageEntry, ...], tuple[Problem, ...]]:
    """The family pictures that the file lists, sorted by `image_id`, and what was set aside.

    Raises
    ------
    DataProblem
        The file is not CSV in UTF-8, lacks a column, or has no usable picture of a family.
    ImageProblem
        A wanted picture lies outside the file's folder.
    """
    root, tally = path.parent.resolve(), Tally()
    entries: dict[str, ImageEntry] = {}
    for where, row in read_table(path, columns=COLUMNS, kind=_KIND, instead=INSTEAD):
        if row["type"].casefold() != "image" or PEOPLE.isdisjoint(topics(row["topics"])):
            continue
        entry = _entry(row, root, where, tally)
        if entry is not None and entry.image_id in entries:
            tally.add(f"{NAME}: picture already listed", f"{_line(where)}: {entry.image_id}")
        elif entry is not None:
            entries[entry.image_id] = entry
    if not entries:
        raise DataProblem(
            f"{path} lists no usable still picture with the topic {' or '.join(sorted(PEOPLE))};"
            f" give the whole {LIST} of the release"
        )
    return tuple(entries[image_id] for image_id in sorted(entries)), tally.problems()


def topics(text: str) -> frozenset[str]:
    """The topics of a cell in lower case: a printed list, several separated by commas, or one.

    >>> sorted(topics("['Family', 'bed']")), sorted(topics("Family snapshots"))
    (['bed', 'family'], ['family snapshots'])
    """
    names: list[object] = list(text.split(","))
    if text.startswith("["):
        try:
            names = list(ast.literal_eval(text))
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            names = []
    return frozenset(str(name).strip().casefold() for name in names)


def _entry(row: dict[str, str], root: Path, where: str, tally: Tally) -> ImageEntry | None:
    image_id = inside(row["imageRelPath"], root, where, folder="the folder of the list")
    country = resolve_label(row["country.name"])
    income = amount(row["income"])
    if country.iso3 is None:
        tally.add(f"{NAME}: {country.reason}", f"{_line(where)}: {row['country.name']!r}")
    elif not income:
        tally.add(f"{NAME}: income is not a number above 0", f"{_line(where)}: {row['income']!r}")
    else:
        return ImageEntry(
            image_id=image_id,
            country=country.iso3,
            category=HOUSEHOLD,
            income_usd_month=income,
            licence=LICENCE,
            credit=f"{CREDIT}, {row['place']}" if row["place"] else CREDIT,
            source=SOURCE,
        )
    return None


def _line(where: str) -> str:
    return where.rpartition(", ")[2]
