"""Whether a text begins like a refusal; a named list of English openings, and so a lower bound.

Knows no model and no question. A refusal in other words, in another language or after a first
compliant sentence is not found: zero refusals means that none began in one of the listed ways.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

_TABLE = Path(__file__).parent / "data" / "refusals.toml"
_BEFORE_THE_FIRST_WORD = re.compile(r"^\W+")
_OPENING = 300  # characters; a lead and a refusal are shorter


def is_refusal(text: str) -> bool:
    """Whether a text opens with one of the ways of refusing in ``data/refusals.toml``.

    >>> is_refusal("I'm sorry, but I can't help with that."), is_refusal("I can't help but smile.")
    (True, False)
    """
    return _refusal().match(_folded(text[:_OPENING])) is not None


def _folded(text: str) -> str:
    straight = " ".join(text.replace("\u2019", "'").lower().split())
    return _BEFORE_THE_FIRST_WORD.sub("", straight)


@cache
def _refusal() -> re.Pattern[str]:
    table = tomllib.loads(_TABLE.read_text(encoding="utf-8"))
    lead = "|".join(table["leads"])
    patterns = [pattern for family in table["family"] for pattern in family["patterns"]]
    return re.compile(rf"(?:(?:{lead})\W+(?:but\W+|however\W+)?)*(?:{'|'.join(patterns)})")
