"""Which questions have an ordered scale: a rule over the words of options, checked by hand.

Knows its two tables and wording; no file of a survey, no country and no number of people.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache

from benchmark import data
from benchmark.survey.wording import folded

POINTS = 3  # the fewest of a scale: two options are an alternative
NUMBERS = "numbers"
_LEADING = re.compile(r"(\d+)\b.*")
Level = tuple[re.Pattern[str], ...]


@lru_cache(maxsize=4096)
def is_ordered(question_id: str, options: tuple[str, ...]) -> bool:
    """Whether the substantive options, as printed, go from one end of a scale to the other.

    What was checked by hand for a published question goes before the rule; without words of
    options, so does what the rule said of it.

    >>> is_ordered("mine", ("Never", "2", "3", "4", "Always"))
    True
    >>> is_ordered("mine", ("Agree", "Disagree", "Neither"))
    False
    """
    if not options:
        return published().get(question_id, False)
    by_hand = checked_by_hand().get(question_id)
    return bool(scale(options)) if by_hand is None else by_hand


def scale(options: Sequence[str]) -> str:
    """The kind of scale that the options are by the rule; empty if they are none.

    >>> scale(["Very often", "Fairly often", "Not often", "Not at all often"])
    'degree'
    >>> scale(["London", "Geneva", "Rome"])
    ''
    """
    read = [folded(option) for option in options]
    if len(read) < POINTS:
        return ""
    if _numbered(read):
        return NUMBERS
    return next((name for name, levels in _families().items() if _graded(read, levels)), "")


@cache
def published() -> Mapping[str, bool]:
    """Whether each published question has an ordered scale, by question id."""
    return {r["question_id"]: r["ordered"] == "yes" for r in data.rows("ordered_scales.csv")}


@cache
def checked_by_hand() -> Mapping[str, bool]:
    """Published questions whose scale the rule gets wrong, by question id, and what is right."""
    return {
        row["question_id"]: row["ordered"] == "yes"
        for row in data.rows("ordered_scales.csv")
        if row["by_hand"]
    }


def _numbered(options: Sequence[str]) -> bool:
    """Most options are numbers that rise or fall by one a place; the others may have words."""
    found = [
        (place, int(match[1]))
        for place, option in enumerate(options)
        if (match := _LEADING.fullmatch(option))
    ]
    most = len(found) >= POINTS and 2 * len(found) > len(options)
    rising = len({number - place for place, number in found}) == 1
    return most and (rising or len({number + place for place, number in found}) == 1)


def _graded(options: Sequence[str], levels: Sequence[Level]) -> bool:
    """Whether the options have levels that only rise or only fall, all of the same thing."""
    fits = [list(_fits(option, levels)) for option in options]
    things = set.intersection(*({of for _, of in found} for found in fits))
    return any(
        _rises(one) or _rises(one[::-1])
        for thing in things
        for one in [[[level for level, of in found if of == thing] for found in fits]]
    )


def _fits(option: str, levels: Sequence[Level]) -> Iterator[tuple[int, str]]:
    """The levels that an option may have, and of what."""
    for number, patterns in enumerate(levels):
        for pattern in patterns:
            if match := pattern.fullmatch(option):
                yield number, match.groupdict().get("of", "")


def _rises(possible: Sequence[Sequence[int]]) -> bool:
    """Whether a level can be chosen for each option so that each is above the last."""
    last = -1
    for levels in possible:
        above = [level for level in levels if level > last]
        if not above:
            return False
        last = min(above)
    return True


@cache
def _families() -> Mapping[str, tuple[Level, ...]]:
    return {
        family["name"]: tuple(tuple(map(re.compile, level)) for level in family["levels"])
        for family in data.table("ordered_scales.toml")["family"]
    }
