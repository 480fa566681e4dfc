"""The words of a report: names of countries, topics, conditions, readings, and recurring notes.

Knows no run and no number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from benchmark.survey.topics import topics
from benchmark.vocabulary import (
    A_RULE,
    ALL_HOUSEHOLDS,
    ALL_IMAGES,
    CEILING,
    NAMED,
    RANDOM_WEIGHTS,
    TWO_INCOMES,
)
from benchmark.world.countries import countries
from leaderboard.report.options import ReadingName

READING_WORDS: Mapping[ReadingName, str] = {
    "substantive": "substantive options (without “don't know” and the like)",
    "printed": "all options as printed",
    "paper": "all options as printed, mean over questions, significance by the published bootstrap",
}
CONDITION_WORDS: Mapping[str, str] = {
    NAMED: "country prompt",
    ALL_IMAGES: "images",
    ALL_HOUSEHOLDS: "household photos",
}
MARK_WORDS: Mapping[str, str] = {
    "floor_uniform": "floor: uniform",
    "floor_world_average": "floor: world average",
    "floor_best_blind": "floor: best blind",
    CEILING: "ceiling",
}
KIND_WORDS: Mapping[str, str] = {
    A_RULE: "a reference: a rule that reads the survey, not a model",
    RANDOM_WEIGHTS: "random weights: it tests the harness, its answers mean nothing",
    "": "a model",
}
INCOME_WORDS: Mapping[str, str] = {"high": "high income", "low": "low income"}
GROUP_ORDER = tuple(TWO_INCOMES)
SIMILARITY = (
    "Similarity is 1 - the Jensen-Shannon distance (natural logarithm) between the model's and "
    "the people's answers; 1 is alike. In a mean each question stem has one vote, in the paper's "
    "reading each question."
)
FLOORS = (
    "Floors need no model: uniform = all options equally likely; world average = mean of all "
    "other countries; best blind = the one answer for every country that scores best. Ceiling = "
    "a fresh sample of respondents, held against all of them. A similarity below the world average "
    "shows no knowledge of the country."
)
PAIRS = (
    "Both conditions are taken over the same country x question pairs; each kind of pictures has a "
    "country prompt of its own, as it has other countries."
)
ALONE = "A country prompt without a dot beside it stands for all that the country was asked."
ALL_COUNTRIES = (
    "All: over the stems of all countries, each with one vote, so it is no mean of the columns and "
    "may lie outside them where countries were asked other questions."
)


def country_name(iso3: str) -> str:
    """A country's English name for use in a sentence; an unknown code stays as it is."""
    known = countries()
    return known[iso3].name if iso3 in known else iso3


def topic_name(slug: str) -> str:
    """The paper's name of a topic; any other keeps its slug."""
    known = topics()
    return known[slug].label if slug in known else slug


def topic_short(slug: str) -> str:
    """A topic in one or two words, with the paper's letter.

    >>> topic_short("social-values"), topic_short("unlabelled")
    ('A social values', 'unlabelled')
    """
    known = topics()
    words = slug.replace("-", " ")
    return f"{known[slug].letter} {words}" if slug in known else words


def topics_in_order(found: Iterable[str]) -> tuple[str, ...]:
    """The topics in the paper's order, then others by name."""
    order = {slug: place for place, slug in enumerate(topics())}
    return tuple(sorted(set(found), key=lambda slug: (order.get(slug, len(order)), slug)))


def countries_in_order(found: Iterable[str]) -> tuple[str, ...]:
    """The countries by English name, as in the paper's columns."""
    return tuple(sorted(set(found), key=country_name))


def condition_name(condition: str) -> str:
    """What tables and legends call a proxy or a mean over proxies."""
    return CONDITION_WORDS.get(condition, condition)


def listed(names: Iterable[str]) -> str:
    """Names joined for use in a sentence.

    >>> listed(["a"]), listed(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    found = list(names)
    return found[0] if len(found) == 1 else f"{', '.join(found[:-1])} and {found[-1]}"
