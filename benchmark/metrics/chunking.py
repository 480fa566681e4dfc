"""How a text longer than an encoder's window is cut, by counts of tokens alone.

Knows numbers of tokens and ends of sentences: no tokenizer and no encoder.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import regex

TRUNCATE = "truncate"
MEAN = "mean-of-chunks"
SENTENCE_MAX = "sentence-max"
RULES = (TRUNCATE, MEAN, SENTENCE_MAX)

_SENTENCE_END = regex.compile(r"(?<=[.!?\u2026\u3002\uff01\uff1f][\"'\u201d\u2019)]*)\s+")

Span = tuple[int, int]


def chunks(counts: Sequence[int], window: int) -> list[Span]:
    """Runs of words that each fit the window, of about equal size, as [start, end) places.

    As few as total / window allows, and balanced, so that no chunk is a mere scrap; a word longer
    than the window is a chunk by itself (the encoder will cut it).

    Parameters
    ----------
    counts
        Tokens of each word, in order.
    window
        Tokens that fit, at least 1, not counting special ones.

    Returns
    -------
    Runs that follow one another and cover all words; none for no words.

    Raises
    ------
    ValueError
        A window below 1.

    Examples
    --------
    >>> chunks([1] * 10, 4)
    [(0, 4), (4, 7), (7, 10)]
    """
    if window < 1:
        raise ValueError(f"a window holds at least one token, not {window!r}")
    found: list[Span] = []
    start, left = 0, sum(counts)
    while start < len(counts):
        wanted = left / max(1, math.ceil(left / window))  # an even share of what is left
        end, used = start + 1, counts[start]
        while end < len(counts) and used < wanted and used + counts[end] <= window:
            used += counts[end]
            end += 1
        found.append((start, end))
        start, left = end, left - used
    return found


def spans(counts: Sequence[int], sentences: Sequence[Span], window: int, rule: str) -> list[Span]:
    """The runs of words that are encoded under a rule.

    ``truncate``: the first that fits. ``mean-of-chunks``: `chunks` of the whole text, whose vectors
    are averaged. ``sentence-max``: each sentence, in `chunks` if it is too long; the most similar
    counts.

    Examples
    --------
    >>> spans([1] * 5, [(0, 2), (2, 5)], 2, "sentence-max")
    [(0, 2), (2, 4), (4, 5)]
    >>> spans([1] * 5, [(0, 2), (2, 5)], 2, "truncate")
    [(0, 2)]
    """
    if rule == TRUNCATE:
        end, used = 0, 0
        while end < len(counts) and (used + counts[end] <= window or end == 0):
            used += counts[end]
            end += 1
        return [(0, end)] if counts else []
    if rule == MEAN:
        return chunks(counts, window)
    if rule == SENTENCE_MAX:
        return [
            (start + first, start + last)
            for start, end in sentences
            for first, last in chunks(counts[start:end], window)
        ]
    raise ValueError(f"a rule is one of {', '.join(RULES)}, not {rule!r}")


def sentences_of(text: str) -> list[Span]:
    """Where the sentences of a text lie among its words, cut at white space.

    A sentence ends with a full stop, question or exclamation mark, and white space after it.

    >>> sentences_of('A cat sat. "Why?" It slept')
    [(0, 3), (3, 4), (4, 6)]
    """
    found: list[Span] = []
    start = 0
    for sentence in _SENTENCE_END.split(text.strip()):
        size = len(sentence.split())
        if size:
            found.append((start, start + size))
            start += size
    return found
