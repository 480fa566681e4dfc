"""Candidates in a folder, a person's choice among them, and the resulting manifest.

Layout: ``CONCEPT/ISO3/picture.jpg``, or ``CONCEPT/shared/…`` for a picture that serves every
nationality; ``credits.csv`` next to the concepts has ``image,licence,credit,source`` for each
picture. Knows no terminal and no network; a picture without licence and credit is refused.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmark import jsonio
from benchmark.errors import DataProblem, unknown
from benchmark.images.decoding import decode
from benchmark.images.manifest import COLUMNS, CONCEPT, MANIFEST
from benchmark.images.table import read_table
from benchmark.stories.lists import concept
from benchmark.vocabulary import STORY
from benchmark.world import countries as world

CREDITS = "credits.csv"
CREDIT_COLUMNS = ("image", "licence", "credit", "source")
SHARED = "shared"
ENDINGS = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A picture to pick or not; ``country`` is empty for one that serves all nationalities."""

    image: str
    concept: str
    country: str
    licence: str
    credit: str
    source: str

    @property
    def cell(self) -> tuple[str, str]:
        """Concept and country, of which one picture is kept."""
        return self.concept, self.country


def candidates(folder: Path) -> list[Candidate]:
    """Every picture of the folder, by cell.

    Raises
    ------
    DataProblem
        A folder is not a concept or country, or a picture has no licence or credit.
    ImageProblem
        A picture cannot be decoded.
    """
    credited = _credits(folder / CREDITS)
    found = []
    for path in sorted(folder.glob("*/*/*")):
        if path.suffix.lower() not in ENDINGS or not path.is_file():
            continue
        image = path.relative_to(folder).as_posix()
        slug, place, _ = image.split("/")
        if place != SHARED and place not in world.countries():
            known = (SHARED, *world.countries())
            raise DataProblem(unknown("country folder", place, known, source=str(path.parent)))
        if image not in credited:
            raise DataProblem(f"{folder / CREDITS} has no row for {image}; add {_needed()}")
        decode(path, name=image)
        found.append(
            Candidate(
                image=image,
                concept=concept(slug, source=str(path.parent)).slug,
                country="" if place == SHARED else place,
                **credited[image],
            )
        )
    if not found:
        raise DataProblem(f"{folder} has no picture at CONCEPT/ISO3/… or CONCEPT/{SHARED}/…")
    return found


def manifest(chosen: Iterable[Candidate]) -> str:
    """The text of ``manifest.csv``; two pictures of one cell are refused."""
    kept: dict[tuple[str, str], Candidate] = {}
    for one in chosen:
        if one.cell in kept:
            where = "/".join(part or SHARED for part in one.cell)
            raise DataProblem(
                f"{one.image} and {kept[one.cell].image} are both kept for {where}; keep one"
            )
        kept[one.cell] = one
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow((*COLUMNS, CONCEPT))
    for one in sorted(kept.values(), key=lambda one: one.image):
        writer.writerow(
            (one.image, one.country, STORY, "", one.licence, one.credit, one.source, one.concept)
        )
    return text.getvalue()


def write_manifest(folder: Path, chosen: Iterable[Candidate]) -> Path:
    """Put the manifest next to the pictures."""
    path = folder / MANIFEST
    jsonio.write_atomic(path, manifest(chosen))
    return path


def kept_before(folder: Path) -> set[str]:
    """Pictures that the folder's manifest already has; none without a manifest."""
    path = folder / MANIFEST
    if not path.is_file():
        return set()
    rows = read_table(path, columns=(*COLUMNS, CONCEPT), kind="image manifest", instead="")
    return {row["image"] for _, row in rows if row["category"] == STORY}


def cells(found: Sequence[Candidate]) -> dict[tuple[str, str], list[Candidate]]:
    """Candidates that compete, cell by cell."""
    by_cell: dict[tuple[str, str], list[Candidate]] = {}
    for one in found:
        by_cell.setdefault(one.cell, []).append(one)
    return dict(sorted(by_cell.items()))


def _credits(path: Path) -> Mapping[str, dict[str, str]]:
    rows = read_table(
        path,
        columns=CREDIT_COLUMNS,
        kind="list of credits",
        instead=f"write one with {','.join(CREDIT_COLUMNS)}: whose each picture is, on what terms",
    )
    found = {}
    for where, row in rows:
        for name in ("licence", "credit"):
            if not row[name]:
                raise DataProblem(f"{where}: {row['image']!r} has no {name}; add {_needed()}")
        found[row["image"]] = {name: row[name] for name in CREDIT_COLUMNS[1:]}
    return found


def _needed() -> str:
    return "its licence and whom to credit, or remove the picture"
