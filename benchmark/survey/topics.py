"""The paper's fifteen topics, the published label of each question, and a user's own labels.

Knows no survey file: a question is the SHA-256 of its normalised wording, so the shipped table
holds no wording. The labels are facts published by the authors of arXiv 2502.14906.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from benchmark import data
from benchmark.errors import DataProblem, unknown
from benchmark.survey.wording import normalised, question_sha

UNLABELLED = "unlabelled"

_SHA256 = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Topic:
    """A topic's slug (in case ids), the paper's letter, and its name."""

    slug: str
    letter: str
    label: str


@cache
def topics() -> Mapping[str, Topic]:
    """The fifteen topics by slug, in the paper's order."""
    return {row["slug"]: Topic(**row) for row in data.table("topics.toml")["topic"]}


def topic(text: str, *, source: str) -> Topic:
    """The topic that a slug or label means, in any case; ``source`` goes into the error.

    >>> topic("Gender and LGBTQ", source="--topics").slug
    'gender'
    """
    for found in topics().values():
        if normalised(text) in (normalised(found.slug), normalised(found.label)):
            return found
    raise DataProblem(unknown("topic", text, topics(), source=source))


@cache
def published_topics() -> Mapping[str, str]:
    """Topic slugs as published, by `wording.question_sha`."""
    return {row["sha256"]: row["topic"] for row in data.rows("published_topics.csv")}


def read_labels(path: Path) -> Mapping[str, str]:
    """A user's table: columns ``topic`` and either ``question`` or ``sha256``.

    Raises
    ------
    DataProblem
        The file cannot be read, lacks a column, or names an unknown topic or a bad digest.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file, strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataProblem(
            f"topic labels {path} cannot be read ({error}); give a CSV file with the columns "
            "question (or sha256) and topic"
        ) from error
    if not rows or "topic" not in rows[0] or not {"question", "sha256"} & set(rows[0]):
        found = ", ".join(str(name) for name in rows[0]) if rows else "no rows"
        raise DataProblem(
            f"topic labels {path} need the columns question (or sha256) and topic; found {found}"
        )
    return dict(_label(row, f"{path.name}, row {n}") for n, row in enumerate(rows, start=1))


def _label(row: Mapping[str, str | None], where: str) -> tuple[str, str]:
    slug = topic(row["topic"] or "", source=where).slug
    sha = (row.get("sha256") or "").strip().lower()
    if not sha:
        return question_sha(row.get("question") or ""), slug
    if not _SHA256.fullmatch(sha):
        raise DataProblem(
            f"sha256 {sha!r} ({where}) is not 64 hexadecimal digits; leave it empty and give "
            "the question's wording instead"
        )
    return sha, slug
