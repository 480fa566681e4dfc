"""The paper's fifteen categories and three question types, by slug and label; knows no question.

Names are facts (arXiv 2501.01282). A set with a mapping may have categories of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from benchmark import data


@cache
def categories() -> Mapping[str, str]:
    """Label by slug, in the paper's order."""
    return _labels("category")


@cache
def question_types() -> Mapping[str, str]:
    """Label by slug, in the paper's order."""
    return _labels("question_type")


def slug_of(text: str, known: Mapping[str, str]) -> str | None:
    """The slug that a slug or label means, whatever its case and punctuation; None if unknown.

    >>> slug_of("Famous landmarks", categories()), slug_of("scene_reasoning", question_types())
    ('landmarks', 'scene-reasoning')
    """
    wanted = folded(text)
    return next((s for s, label in known.items() if wanted in (folded(s), folded(label))), None)


def folded(text: str) -> str:
    """Only the words, in lower case.

    >>> folded("Brands / products / companies")
    'brands products companies'
    """
    return re.sub(r"[\W_]+", " ", text).strip().casefold()


def _labels(name: str) -> Mapping[str, str]:
    table = data.table("cultureverse_categories.toml")[name]
    return {row["slug"]: row["label"] for row in table}
