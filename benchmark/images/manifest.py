"""Reads the list of a folder's pictures, and refuses a row that cannot be meant.

Knows no pixels: a picture that is missing or broken is found when it is opened, not here.
"""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

from benchmark import world
from benchmark.errors import DataProblem, ImageProblem, unknown

CATEGORIES = ("food", "sports", "objects", "brands", "geography", "tradition", "pop-culture")
HOUSEHOLD = "income"  # photos of households; no cut-off between low and high is drawn here
MANIFEST = "manifest.csv"
COLUMNS = ("image", "country", "category", "income_usd_month", "licence", "credit", "source")


@dataclass(frozen=True, kw_only=True, slots=True)
class ImageEntry:
    """One picture: whose culture it shows, by which category, on whose terms.

    ``image_id`` is its path inside the folder, with forward slashes.
    """

    image_id: str
    country: str
    category: str
    income_usd_month: float | None
    licence: str
    credit: str
    source: str


def read_manifest(folder: Path) -> tuple[ImageEntry, ...]:
    """The rows of ``folder/manifest.csv``, sorted by `image_id`."""
    path = folder / MANIFEST
    first: dict[str, str] = {}
    entries = []
    root = folder.resolve()
    for where, row in _rows(path):
        entry = _entry(row, root, where)
        if entry.image_id in first:
            raise DataProblem(
                f"{where}: image {entry.image_id!r} is listed before, in {first[entry.image_id]};"
                " keep one of the two rows"
            )
        first[entry.image_id] = where
        entries.append(entry)
    if not entries:
        raise DataProblem(f"{path} lists no image; add a row for each picture in the folder")
    return tuple(sorted(entries, key=lambda entry: entry.image_id))


def _rows(path: Path) -> list[tuple[str, dict[str, str]]]:
    """Each row with the words that say where it stands; exactly our columns, all filled in."""
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    try:
        names = [name.strip() for name in next(reader, [])]
        _check_columns(names, path)
        rows = []
        for cells in reader:
            where = f"{path}, line {reader.line_num}"
            if cells and len(cells) != len(names):
                raise DataProblem(
                    f"{where}: {len(cells)} fields where the first line has {len(names)};"
                    " put quotes around a field that holds a comma"
                )
            if cells:
                rows.append((where, dict(zip(names, map(str.strip, cells), strict=True))))
    except csv.Error as error:
        raise DataProblem(
            f"{path}, line {reader.line_num}: not readable as CSV ({error})"
        ) from None
    return rows


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise DataProblem(
            f"no image manifest at {path}; --images takes `sample`, `hub` or a folder with a"
            f" {MANIFEST} ({','.join(COLUMNS)})"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise DataProblem(f"image manifest {path} cannot be read as UTF-8 text: {error}") from None


def _check_columns(names: list[str], path: Path) -> None:
    for column in COLUMNS:
        if names.count(column) != 1:
            count = "no" if column not in names else "more than one"
            raise DataProblem(
                f"{path}, line 1: {count} column {column!r} among {', '.join(names) or 'none'};"
                f" a manifest has {','.join(COLUMNS)}"
            )


def _entry(row: dict[str, str], root: Path, where: str) -> ImageEntry:
    country, category = row["country"], row["category"]
    if country not in world.countries():
        raise DataProblem(unknown("country", country, world.countries(), source=where))
    if category not in (*CATEGORIES, HOUSEHOLD):
        raise DataProblem(unknown("category", category, (*CATEGORIES, HOUSEHOLD), source=where))
    income = _income(row["income_usd_month"], where)
    if category == HOUSEHOLD and income is None:
        raise DataProblem(f"{where}: category {HOUSEHOLD!r} without income_usd_month; fill it in")
    return ImageEntry(
        image_id=_inside(row["image"], root, where),
        country=country,
        category=category,
        income_usd_month=income,
        licence=row["licence"],
        credit=row["credit"],
        source=row["source"],
    )


def _income(text: str, where: str) -> float | None:
    if not text:
        return None
    try:
        income = float(text)
    except ValueError:
        income = math.nan
    if not 0 <= income < math.inf:
        raise DataProblem(
            f"{where}: income_usd_month {text!r} is not a number from 0 up;"
            " correct it or leave it empty"
        )
    return income


def _inside(text: str, root: Path, where: str) -> str:
    """The path in one spelling, if it stays in the folder, also behind symbolic links."""
    path = PurePosixPath(text)
    foreign = path.is_absolute() or PureWindowsPath(text).drive or "\\" in text or "\0" in text
    if foreign or not path.parts or ".." in path.parts:
        raise ImageProblem(
            f"{where}: image {text!r} is not a path inside the manifest's folder;"
            " write it relative to the folder, with forward slashes"
        )
    if not (root / path).resolve().is_relative_to(root):
        raise ImageProblem(
            f"{where}: image {text!r} leads out of the manifest's folder through a symbolic link;"
            " put the file itself into the folder"
        )
    return path.as_posix()
