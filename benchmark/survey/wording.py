"""Rules over survey wording: what counts as the same question, the same battery, an answer.

Knows its table of non-answers; no other file, no country and no number.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache

from benchmark import data

_QUOTES = re.compile("[\"'`\u00b4\u2018-\u201f]")  # straight, accents and curly ones
_ASIDE = re.compile(r"\s*\((?P<intro>[^()]{20,})\)\s*(?:\.\.\.|…)\s*\S", re.DOTALL)
_BLANK_LINE = re.compile(r"\n[ \t\r]*\n")
_FOLLOWING = re.compile(r"(?P<intro>.*?\bfollowing\b[^:?…]*[:?…])\s*\S", re.DOTALL | re.IGNORECASE)
_SHORT_ITEM = re.compile(r"(?P<intro>.*[:?…])\s+(?P<item>[^:?…]*[^\s:?….!”\"])\s*", re.DOTALL)
_MOST_WORDS_OF_AN_ITEM = 14


@lru_cache(maxsize=4096)
def normalised(text: str) -> str:
    """Letters and digits only, case folded: what is left is the same in every public copy.

    >>> normalised("Women's  rights: “today”?")
    'womensrightstoday'
    """
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


def question_sha(text: str) -> str:
    """SHA-256 (hex) of the normalised wording; the key of the published topic labels."""
    return hashlib.sha256(normalised(text).encode()).hexdigest()


def question_id(text: str, options: Sequence[str]) -> str:
    """12 hex digits of the normalised wording and the options, whatever the file's order."""
    return hashlib.sha256("\n".join((normalised(text), *options)).encode()).hexdigest()[:12]


def introduction(text: str) -> str:
    """The part of a question that the items of its battery share; the whole if it has none.

    The first rule that fits decides:

    1. an opening aside in brackets before three dots, ``(For each, tell me …)...item``;
    2. what precedes the first blank line;
    3. what ends at the first ``:``, ``?`` or ``…`` after the word *following*;
    4. what ends at the last ``:``, ``?`` or ``…``, where an item of at most 14 words without
       closing punctuation comes after it;
    5. the whole text.

    >>> introduction("Could the following happen here: a flood")
    'Could the following happen here:'
    >>> introduction("How old are you?")
    'How old are you?'
    """
    whole = text.strip()
    if aside := _ASIDE.match(whole):
        return aside["intro"]
    parts = _BLANK_LINE.split(whole, maxsplit=1)
    if len(parts) > 1 and normalised(parts[0]):
        return parts[0]
    if battery := _FOLLOWING.match(whole):
        return battery["intro"]
    item = _SHORT_ITEM.fullmatch(whole)
    if item and len(item["item"].split()) <= _MOST_WORDS_OF_AN_ITEM:
        return item["intro"]
    return whole


def stem(text: str) -> str:
    """12 hex digits of the normalised `introduction`: equal for the items of one battery.

    Case, spacing, quotes and punctuation do not matter; a different word makes another stem.
    """
    return question_sha(introduction(text))[:12]


def printed(option: object) -> str:
    """An option as a form would show it: text without enclosing quotes, whole numbers bare.

    >>> [printed(o) for o in (' "Dont belong"', 2.0, "It's fine")]
    ['Dont belong', '2', "It's fine"]
    """
    if isinstance(option, float) and option.is_integer():
        return str(int(option))
    text = "NaN" if option is None else str(option).strip()
    while len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        text = text[1:-1].strip()
    return text


@lru_cache(maxsize=4096)
def is_substantive(option: str) -> bool:
    """Whether this is an opinion rather than don't know, no answer or a missing code."""
    return _nonanswer().fullmatch(folded(option)) is None


def folded(option: str) -> str:
    """An option without quotes and capitals, and with single spaces: equal ones read the same."""
    text = unicodedata.normalize("NFKC", _QUOTES.sub("", option))
    return " ".join(text.casefold().split())


@cache
def _nonanswer() -> re.Pattern[str]:
    families = data.table("nonanswers.toml")["family"]
    return re.compile("|".join(f"(?:{p})" for family in families for p in family["patterns"]))
