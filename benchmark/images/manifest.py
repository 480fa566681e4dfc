"""Reads the list of a folder's pictures, and refuses rows that make no sense.

Knows no pixels: a missing or broken picture is found when it is opened, not here.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from benchmark.errors import DataProblem, unknown
from benchmark.images.table import amount, inside, read_table
from benchmark.stories import lists as stories
from benchmark.vocabulary import CATEGORIES, HOUSEHOLD, STORY
from benchmark.world import countries as world

MANIFEST = "manifest.csv"
COLUMNS = ("image", "country", "category", "income_usd_month", "licence", "credit", "source")
CONCEPT = "concept"  # a further column, needed only for pictures of the category story
INSTEAD = (
    f"--images takes `sample`, `hub`, a folder with a {MANIFEST} ({','.join(COLUMNS)})"
    " or the CSV file of Dollar Street"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ImageEntry:
    """One picture: whose culture it shows, in which category, on whose terms.

    ``image_id`` is its path inside the folder, with forward slashes. A picture for stories has the
    category `story_category` of its concept, and no country if it serves every nationality.
    """

    image_id: str
    country: str
    category: str
    income_usd_month: float | None = None
    licence: str = ""
    credit: str = ""
    source: str = ""


def read_manifest(folder: Path) -> tuple[ImageEntry, ...]:
    """The rows of ``folder/manifest.csv``, sorted by `image_id`."""
    path = folder / MANIFEST
    first: dict[str, str] = {}
    entries = []
    root = folder.resolve()
    rows = read_table(path, columns=COLUMNS, kind="image manifest", instead=INSTEAD)
    for where, row in rows:
        entry = _entry(row, root, where)
        if entry.image_id in first:
            raise DataProblem(
                f"{where}: image {entry.image_id!r} is already listed, in {first[entry.image_id]};"
                " keep one of the two rows"
            )
        first[entry.image_id] = where
        entries.append(entry)
    if not entries:
        raise DataProblem(f"{path} lists no image; add a row for each picture in the folder")
    return tuple(sorted(entries, key=lambda entry: entry.image_id))


def story_category(slug: str) -> str:
    """The category of pictures for stories about a concept.

    >>> story_category("forest")
    'story/forest'
    """
    return f"{STORY}/{slug}"


def is_story(entry: ImageEntry) -> bool:
    """Whether a picture is for stories, and therefore for no other suite."""
    return entry.category.startswith(f"{STORY}/")


def _entry(row: dict[str, str], root: Path, where: str) -> ImageEntry:
    country, category = row["country"], row["category"]
    known = (*CATEGORIES, HOUSEHOLD, STORY)
    if category not in known:
        raise DataProblem(unknown("category", category, known, source=where))
    if category == STORY:
        category = story_category(_concept(row, where))
    if country not in world.countries() and (country or row["category"] != STORY):
        raise DataProblem(unknown("country", country, world.countries(), source=where))
    income = _income(row["income_usd_month"], where)
    if category == HOUSEHOLD and income is None:
        raise DataProblem(f"{where}: category {HOUSEHOLD!r} without income_usd_month; fill it in")
    return ImageEntry(
        image_id=inside(row["image"], root, where, folder="the manifest's folder"),
        country=country,
        category=category,
        income_usd_month=income,
        licence=row["licence"],
        credit=row["credit"],
        source=row["source"],
    )


def _concept(row: dict[str, str], where: str) -> str:
    text = row.get(CONCEPT, "")
    if not text:
        raise DataProblem(
            f"{where}: category {STORY!r} without a {CONCEPT}; say what its story is about"
        )
    return stories.concept(text, source=where).slug


def _income(text: str, where: str) -> float | None:
    if not text:
        return None
    income = amount(text)
    if income is None:
        raise DataProblem(
            f"{where}: income_usd_month {text!r} is not a number of at least 0;"
            " correct it or leave it empty"
        )
    return income
