"""Which language a text is in, by py3langid, which ships its model; NaN if it is not installed.

It identifies 97 languages (Lui & Baldwin 2012, naive Bayes over byte n-grams) and always names
one, even for babble or three words, so its answer for one text is weak evidence and a share over
many texts is not. Knows no prompt; nothing is downloaded. The extra is `languages`.
"""

from __future__ import annotations

import math
from functools import cache
from importlib import metadata
from importlib.util import find_spec

PACKAGE = "py3langid"
ABSENT = f"{PACKAGE} is not installed (pip install 'pytest-culture[languages]')"


def identifier() -> str:
    """The installed language identifier and its version, or ``none``."""
    if find_spec(PACKAGE) is None:
        return "none"
    return f"{PACKAGE} {metadata.version(PACKAGE)}"


def is_in(text: str, language: str) -> float:
    """1 where the likeliest language of a text is ``language`` (BCP 47), else 0.

    NaN for a text without letters, for a language that the identifier does not know, and for any
    text if no identifier is installed.
    """
    if not any(map(str.isalpha, text)) or not knows(language):
        return math.nan
    import py3langid

    return float(py3langid.classify(text)[0] == _primary(language))


def knows(language: str) -> bool:
    """Whether an identifier is installed and can name the language."""
    return find_spec(PACKAGE) is not None and _primary(language) in _known()


@cache
def _known() -> frozenset[str]:
    import py3langid

    return frozenset(language for language, _ in py3langid.rank("a"))


def is_english(language: str) -> bool:
    """Whether a BCP 47 code is English, of any country.

    >>> is_english("en-GB"), is_english("de")
    (True, False)
    """
    return _primary(language) == "en"


def _primary(language: str) -> str:
    """The first part of a BCP 47 code, which is all that an identifier distinguishes."""
    return language.partition("-")[0].lower()
