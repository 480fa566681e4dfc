"""Whom stories are written for and what they are about: 42 nationalities, 35 concepts.

Knows no picture, prompt or model. Both lists are facts from arXiv 2508.16762. We added the article
before a nationality, since it depends on the sound (an American, a Ugandan).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from benchmark import data
from benchmark.errors import DataProblem, unknown

# What the drawn sample shows and embedded models are asked: two concepts from each group.
SAMPLE_COUNTRIES = ("BRA", "FRA", "NGA", "PAK")
SAMPLE_CONCEPTS = ("honesty", "sharing", "forest", "school", "birds", "robots")


@dataclass(frozen=True, kw_only=True, slots=True)
class Nationality:
    """A country's adjective and its article."""

    iso3: str
    nationality: str
    article: str

    @property
    def with_article(self) -> str:
        return f"{self.article} {self.nationality}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Concept:
    """What a story is about; ``group`` is value, setting or character."""

    slug: str
    concept: str
    group: str


@cache
def nationalities() -> Mapping[str, Nationality]:
    """The 42 by ISO 3166-1 alpha-3 code, in its order.

    >>> nationalities()["UGA"].with_article, nationalities()["EGY"].with_article
    ('a Ugandan', 'an Egyptian')
    """
    return {row["iso3"]: Nationality(**row) for row in data.rows("story_nationalities.csv")}


@cache
def concepts() -> Mapping[str, Concept]:
    """The 35 by slug, in the paper's order: 15 values, 10 settings, 10 characters."""
    return {row["slug"]: Concept(**row) for row in data.rows("story_concepts.csv")}


def concept(text: str, *, source: str) -> Concept:
    """The concept that a slug or its words mean, in any case; ``source`` goes into the error.

    >>> concept("Near a River", source="--topics").slug
    'near-a-river'
    """
    slug = "-".join(text.casefold().split())
    if slug not in concepts():
        raise DataProblem(unknown("concept", text, concepts(), source=source))
    return concepts()[slug]
