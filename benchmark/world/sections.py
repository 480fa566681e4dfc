"""The sections of the World Values Survey's wave 7 questionnaire.

Knows no survey file: a question is its id, so a run file is enough to group by section. A question
has an item code only where the means of its answers by country match the published ones
(``docs/data.md`` has the rule, ``data/wvs_sections.csv`` the evidence for each question).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from benchmark import data
from benchmark.errors import DataProblem

UNMATCHED = "unmatched"


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """A section's slug and name, and the numbers of its first and last item (Q1 to Q290)."""

    slug: str
    label: str
    first: int
    last: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """Why a question counts as an item: how far its means by country are from the item's.

    ``coding`` is how the options were numbered, "-" for one left out. Over ``n_countries`` the
    largest difference is ``largest_gap``; that of the next likely item is ``next_gap``. Both are
    shares of the scale's width.
    """

    item: str
    coding: str
    n_countries: int
    largest_gap: float
    next_gap: float


@cache
def sections() -> Mapping[str, Section]:
    """The fourteen sections by slug, in the questionnaire's order."""
    return {row["slug"]: Section(**row) for row in data.table("wvs_sections.toml")["section"]}


@cache
def matches() -> Mapping[str, Match]:
    """The checked item of each question that has one, by question id."""
    return {
        row["question_id"]: Match(
            item=row["item"],
            coding=row["coding"],
            n_countries=int(row["n_countries"]),
            largest_gap=float(row["largest_gap"]),
            next_gap=float(row["next_gap"]),
        )
        for row in data.rows("wvs_sections.csv")
    }


def section_of(question_id: str) -> str:
    """Slug of the section that a question belongs to; "unmatched" where no item is known.

    >>> section_of("82dd61419ab8"), section_of("another survey's question")
    ('social-values', 'unmatched')
    """
    found = matches().get(question_id)
    return UNMATCHED if found is None else section_of_item(found.item, source=question_id)


def section_of_item(item: str, *, source: str) -> str:
    """Slug of the section that holds an item code of wave 7; ``source`` goes into the error.

    >>> section_of_item("Q112", source="the documentation")
    'corruption'
    """
    number = int(item[1:]) if item[:1] == "Q" and item[1:].isdecimal() else 0
    for found in sections().values():
        if found.first <= number <= found.last:
            return found.slug
    raise DataProblem(
        f"{item!r} ({source}) is not an item of the World Values Survey's wave 7 with a section; "
        "the codes are Q1 to Q290, without Q107a or parts"
    )
