"""Ethnic groups inside a country, for which stories may be asked in addition to its nationality.

The file is the user's CSV (docs/stories.md): who belongs on the list, and what the groups call
themselves, is for people to say, so no list is built in. Knows no prompt, picture or model.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from benchmark.errors import DataProblem, unknown
from benchmark.world.countries import countries

COLUMNS = ("slug", "country", "name", "a_name", "source")
NATIONALITY = "nationality"  # what the analyses call stories that name no group
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """A group of a country (ISO3): its name as an adjective, without and with its article."""

    slug: str
    country: str
    name: str
    a_name: str
    source: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Groups:
    """A file's groups by country, each country's sorted by slug; ``digest`` covers its bytes."""

    source: str
    name: str
    digest: str
    by_country: Mapping[str, tuple[Group, ...]]

    def of(self, iso3: str) -> tuple[Group, ...]:
        """The groups of a country; none where the file has none."""
        return self.by_country.get(iso3, ())

    def __iter__(self) -> chain[Group]:
        return chain.from_iterable(self.by_country.values())


def load_groups(path: Path) -> Groups:
    """Read a file of groups.

    Raises
    ------
    DataProblem
        The file is unreadable, is not a CSV with these columns, or has no group; a row lacks a
        field, names no country, has a slug that cannot be part of a case id, or occurs twice.
    """
    try:
        raw = path.read_bytes()
        table = csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline=""), strict=True)
        there = tuple(table.fieldnames or ())
        rows = list(enumerate(table, start=2))
    except OSError as error:
        raise DataProblem(f"group file {path} cannot be read ({error.strerror})") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataProblem(f"group file {path} is not a CSV in UTF-8: {error}") from error
    missing = [column for column in COLUMNS if column not in there]
    if missing:
        raise DataProblem(
            f"group file {path} lacks the column {missing[0]}; it needs {', '.join(COLUMNS)}"
        )
    found: dict[tuple[str, str], Group] = {}
    for line, row in rows:
        group = _group(row, f"group file {path}, line {line}")
        if (group.country, group.slug) in found:
            raise DataProblem(
                f"group file {path}, line {line}: {group.country} has two groups {group.slug!r}; "
                "give each a slug of its own"
            )
        found[group.country, group.slug] = group
    if not found:
        raise DataProblem(f"group file {path} has no group; add a row, or leave out --groups")
    return Groups(
        source=str(path),
        name=path.stem,
        digest=hashlib.sha256(raw).hexdigest(),
        by_country={
            iso3: tuple(found[key] for key in sorted(found) if key[0] == iso3)
            for iso3 in sorted({iso3 for iso3, _ in found})
        },
    )


def _group(row: Mapping[str, str | None], where: str) -> Group:
    fields = {column: " ".join((row[column] or "").split()) for column in COLUMNS}
    for column, text in fields.items():
        if not text:
            raise DataProblem(f"{where}: {column} is empty; every field must be filled in")
    if None in row:  # the CSV reader's key for surplus fields
        raise DataProblem(f"{where} has more fields than the header; quote texts with commas")
    group = Group(**fields)
    if group.country not in countries():
        raise DataProblem(unknown("ISO3 code", group.country, countries(), source=where))
    if not _SLUG.fullmatch(group.slug) or group.slug == NATIONALITY:
        raise DataProblem(
            f"{where}: {group.slug!r} cannot be part of a case id; use small letters, digits and "
            f"hyphens, and not {NATIONALITY!r}"
        )
    if group.name not in group.a_name:
        raise DataProblem(
            f"{where}: a_name {group.a_name!r} does not contain the name {group.name!r}; write it "
            "as it stands before “child”, such as “an Igbo”"
        )
    return group
