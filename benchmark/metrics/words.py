"""Cuts a text into lower-case words by one named rule: the word boundaries of Unicode's UAX #29.

Knows no language, no dictionary and no measure. UAX #29 needs spaces or punctuation between words.
Chinese, Japanese and the scripts of mainland South East Asia are written without them: there the
rule yields single characters or syllable parts, which are not words. `unspaced_share` says how
much of a text is of that kind. A caller with a segmenter passes its words to every measure.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import regex

Text = str | Sequence[str]
"""A text, or its words if the caller has already cut it."""

_WORD = regex.compile(r"\b\w.*?\b", regex.WORD | regex.V1 | regex.DOTALL)
_WITH_SUBSTANCE = regex.compile(r"[\p{L}\p{N}]")
_LETTER = regex.compile(r"\p{L}")
_UNSPACED = regex.compile(
    r"[\p{L}&&[\p{Han}\p{Hiragana}\p{Katakana}\p{Bopomofo}\p{Yi}"
    r"\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}\p{Javanese}\p{Balinese}]]",
    regex.V1,
)


def tokens(text: str) -> tuple[str, ...]:
    """The words of a text in order: NFC, lower case, straight apostrophes, cut by UAX #29.

    A word has at least one letter or digit. Apostrophes and full stops inside a word stay, hyphens
    divide; punctuation, symbols and emoji are dropped.

    References
    ----------
    Unicode Standard Annex #29, Unicode text segmentation, https://unicode.org/reports/tr29/.

    Examples
    --------
    >>> tokens("Don\u2019t wait: the e-mail cost 3.50!")
    ("don't", 'wait', 'the', 'e', 'mail', 'cost', '3.50')
    """
    folded = unicodedata.normalize("NFC", text.lower()).replace("\u2019", "'")
    return tuple(w for w in _WORD.findall(folded) if _WITH_SUBSTANCE.search(w))


def words(text: Text) -> Sequence[str]:
    """`tokens` of a text; given words stay as they are.

    >>> words(["Already", "cut"])
    ['Already', 'cut']
    """
    return tokens(text) if isinstance(text, str) else text


def unspaced_share(text: str) -> float:
    """Share of a text's letters, in [0, 1], that belong to scripts written without spaces.

    NaN without letters. Korean, Arabic and the scripts of India put spaces between words
    and count as spaced.

    >>> unspaced_share("abcd"), unspaced_share("茶 tea"), unspaced_share("42")
    (0.0, 0.25, nan)
    """
    letters = len(_LETTER.findall(text))
    return len(_UNSPACED.findall(text)) / letters if letters else float("nan")
