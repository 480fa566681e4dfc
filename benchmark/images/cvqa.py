"""CVQA's rows as pictures for our categories: which are wanted, and a folder of them.

Knows no network: something else reads the shards. A half-built folder is continued shard by
shard and gets its final name only when it is complete.

Layout: https://huggingface.co/datasets/afaji/cvqa (data card: columns, split ``test``), Romero et
al. 2024, doi:10.48550/arXiv.2406.05967. ``ID`` is the picture's id, ``_`` and the question's
number; ``Subset`` is a printed pair of language and country.
"""

from __future__ import annotations

import ast
import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from benchmark import jsonio
from benchmark.errors import DataProblem
from benchmark.images.decoding import suffix
from benchmark.images.manifest import COLUMNS, MANIFEST
from benchmark.world import countries as world

RECORD = "fetched.json"
SCHEMA = 1
KEYS = ("ID", "Subset", "Category")
DETAILS = ("ID", "Subset", "Category", "image", "Image Source", "License")
CREDIT = "CVQA, Romero et al. 2024"
# The categories as the data set prints them. Its other three (people and everyday life, plants
# and animals, vehicles) are not proxies of the paper (2502.14906).
SLUGS = {
    "Cooking and food": "food",
    "Sports and recreation": "sports",
    "Objects / materials / clothing": "objects",
    "Brands / products / companies": "brands",
    "Geography / buildings / landmarks": "geography",
    "Traditions / art / history": "tradition",
    "Public Figure and pop culture": "pop-culture",
}


class ShardReader(Protocol):
    """Reads the given columns of one file, of rows whose columns hold one of the given values."""

    def __call__(
        self, shard: str, columns: Sequence[str], only: Mapping[str, Sequence[str]], /
    ) -> Iterable[Mapping[str, object]]: ...


def build(
    folder: Path,
    *,
    shards: Sequence[str],
    read: ShardReader,
    countries: Sequence[str],
    origin: Mapping[str, str],
) -> Path:
    """Make ``folder`` with its manifest; shards finished by an interrupted call are kept."""
    staging = folder.with_name(f".{folder.name}.part")
    staging.mkdir(parents=True, exist_ok=True)
    journals = [staging / f".shard-{n:05d}.json" for n in range(len(shards))]
    for shard, journal in zip(shards, journals, strict=True):
        if not journal.exists():
            jsonio.write_atomic(journal, jsonio.canonical(_take(shard, read, countries, staging)))
    rows: dict[str, dict[str, str]] = {}
    left_out: Counter[str] = Counter()
    for journal in journals:
        part = json.loads(journal.read_text(encoding="utf-8"))
        left_out.update(part["left_out"])
        for row in part["rows"]:
            left_out["another question on the same picture"] += row["image"] in rows
            rows.setdefault(row["image"], row)
    if not rows:
        raise DataProblem(f"CVQA has no picture of {', '.join(countries)}; choose other --images")
    jsonio.write_atomic(staging / MANIFEST, _manifest(rows.values()))
    record = {
        "schema": SCHEMA,
        **origin,
        "countries": sorted(countries),
        "pictures": len(rows),
        "left_out": left_out,
    }
    jsonio.write_atomic(staging / RECORD, jsonio.pretty(record))
    for journal in journals:
        journal.unlink()
    return staging.rename(folder)


def finished(folder: Path, countries: Iterable[str]) -> bool:
    """Whether this folder is complete, has this schema and covers at least these countries."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, ValueError) as error:
        raise DataProblem(f"{folder / RECORD} cannot be read ({error}); delete {folder}") from None
    return record.get("schema") == SCHEMA and set(countries) <= set(record["countries"])


def _take(
    shard: str, read: ShardReader, countries: Sequence[str], staging: Path
) -> dict[str, object]:
    """Write one shard's wanted pictures below ``staging``; their rows, and counts of the rest."""
    wanted, left_out = _wanted(read(shard, KEYS, {}), countries)
    rows = []
    if wanted:
        subsets = sorted({subset for subset, _ in wanted.values()})
        for row in read(shard, DETAILS, {"Subset": subsets, "ID": sorted(wanted)}):
            path = _write(row, wanted[str(row["ID"])][1], staging)
            if path is None:
                left_out["unreadable picture"] += 1
                continue
            rows.append(_row(path, row))
    return {"rows": rows, "left_out": left_out}


def _wanted(
    rows: Iterable[Mapping[str, object]], countries: Sequence[str]
) -> tuple[dict[str, tuple[str, str]], Counter[str]]:
    """Row id → its subset and the picture's place; one question per picture is enough."""
    wanted: dict[str, tuple[str, str]] = {}
    places: set[str] = set()
    left_out: Counter[str] = Counter()
    codes: dict[str, str | None] = {}
    slugs = {_plain(name): slug for name, slug in SLUGS.items()}
    for row in rows:
        identity, subset, category = (str(row[key]) for key in KEYS)
        if subset not in codes:
            codes[subset] = _country(subset)
        country = codes[subset]
        slug = slugs.get(_plain(category))
        place = f"{country}/{slug}/{_stem(identity)}"
        if country not in countries:
            left_out["another country"] += 1
        elif slug is None:
            left_out[f"category {category}"] += 1
        elif place in places:
            left_out["another question on the same picture"] += 1
        else:
            places.add(place)
            wanted[identity] = (subset, place)
    return wanted, left_out


def _plain(name: str) -> str:
    return re.sub(r"\W+", " ", name).strip().casefold()


def _stem(identity: str) -> str:
    return re.sub(r"[^A-Za-z0-9-]", "-", identity.rsplit("_", 1)[0])


def _country(subset: str) -> str | None:
    """``('Igbo', 'Nigeria')`` → NGA; None if it is not a pair or names no country."""
    try:
        _, name = ast.literal_eval(subset)
        return world.country(str(name).replace("_", " ")).iso3
    except (ValueError, SyntaxError, TypeError, DataProblem):
        return None


def _write(row: Mapping[str, object], place: str, staging: Path) -> str | None:
    """Write the file unchanged and return its path; None if it is not a picture we can decode."""
    match row["image"]:
        case {"bytes": bytes(data)}:
            ending = suffix(data)
        case _:
            return None
    if ending is None:
        return None
    target = staging / f"{place}{ending}"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)
    return f"{place}{ending}"


def _row(path: str, row: Mapping[str, object]) -> dict[str, str]:
    country, category, _ = path.split("/")
    return {
        "image": path,
        "country": country,
        "category": category,
        "income_usd_month": "",
        "licence": " ".join(str(row["License"] or "").split()),
        "credit": CREDIT,
        "source": " ".join(str(row["Image Source"] or "").split()),
    }


def _manifest(rows: Iterable[Mapping[str, str]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(sorted(rows, key=lambda row: row["image"]))
    return text.getvalue()
