"""How varied the words of one text are: length, MTLD, HD-D, distinct n-grams.

Knows words only: not who wrote the text, in which language, or what a good value is. Each measure
takes a text, cut by `words.tokens`, or a sequence of words. The share of different words falls as
a text grows, so `distinct_n` compares only texts of similar length; MTLD and HD-D were designed
not to depend on length, above the lengths stated here.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

import numpy as np

from benchmark.metrics.words import Text, words

MTLD_MINIMUM = 100
HDD_SAMPLE = 42


def length(text: Text) -> int:
    """Number of words; 0 for a text without any.

    >>> length("Well, well: that's it.")
    4
    """
    return len(words(text))


def mtld(text: Text, *, threshold: float = 0.72, minimum: int = MTLD_MINIMUM) -> float:
    r"""Measure of textual lexical diversity: the mean length of stretches that stay varied.

    Words are read in order until the share of different ones falls to ``threshold``; that is one
    factor, and counting starts again. The rest at the end counts as the part
    :math:`(1 - share) / (1 - threshold)` of a factor. MTLD is words per factor, the mean of
    reading forwards and backwards.

    Parameters
    ----------
    text
        A text or its words.
    threshold
        Share of different words at which a factor is complete, in (0, 1).
    minimum
        Fewest words for which a value is given. With fewer than about 100 words the value still
        depends on their number (Koizumi 2012).

    Returns
    -------
    In words, at least 1; higher is more varied. NaN below ``minimum`` words, and if no word is
    repeated, since then no factor ever ends.

    Raises
    ------
    ValueError
        A threshold outside (0, 1).

    References
    ----------
    McCarthy & Jarvis (2010), MTLD, vocd-D, and HD-D, doi:10.3758/BRM.42.2.381; Koizumi (2012),
    Relationships between text length and lexical diversity measures,
    doi:10.7820/vli.v01.1.koizumi.

    Examples
    --------
    One word over and over: every second word completes a factor.

    >>> mtld(["no"] * 100)
    2.0
    """
    if not 0 < threshold < 1:
        raise ValueError(f"the threshold is a share between 0 and 1, not {threshold!r}")
    found = words(text)
    if len(found) < max(minimum, 1):
        return math.nan
    factors = (_factors(found, threshold), _factors(reversed(found), threshold))
    if min(factors) == 0:
        return math.nan
    return math.fsum(len(found) / n for n in factors) / 2


def _factors(found: Iterable[str], threshold: float) -> float:
    factors, read, seen = 0.0, 0, set[str]()
    for word in found:
        read += 1
        seen.add(word)
        if len(seen) <= threshold * read:
            factors, read, seen = factors + 1, 0, set()
    return factors + (1 - len(seen) / read) / (1 - threshold) if read else factors


def hdd(text: Text, *, sample: int = HDD_SAMPLE) -> float:
    r"""HD-D: the expected share of different words in a random sample of the text's words.

    .. math:: \frac1s \sum_{t} \Bigl[ 1 - \binom{N - n_t}{s} \Big/ \binom{N}{s} \Bigr]

    over the different words t, which occur n_t times among N; s is the size of the sample, drawn
    without replacement.

    Parameters
    ----------
    text
        A text or its words.
    sample
        Words in the sample, at least 1; 42 as published.

    Returns
    -------
    In [1/s, 1]; higher is more varied, 1 if no word is repeated. NaN below ``sample`` words.

    Raises
    ------
    ValueError
        A sample below 1.

    References
    ----------
    McCarthy & Jarvis (2007), vocd: a theoretical and empirical evaluation,
    doi:10.1177/0265532207080767.

    Examples
    --------
    Two of a, a, b, c: the pair is a twice in one draw of six, so the mean is 1/2 · (2 - 1/6).

    >>> round(hdd(["a", "a", "b", "c"], sample=2), 6)
    0.916667
    """
    if sample < 1:
        raise ValueError(f"a sample has at least one word, not {sample!r}")
    found = words(text)
    total = len(found)
    if total < sample:
        return math.nan
    spectrum = Counter(Counter(found).values())  # how many words occur how often
    often = np.array(sorted(spectrum), dtype=np.float64)
    drawn = np.arange(sample)
    left = np.maximum(total - often[:, None] - drawn, 0)  # (frequencies, draws): other words left
    missed = np.prod(left / (total - drawn), axis=1)
    types = np.array([spectrum[int(n)] for n in often])
    return float(types @ (1 - missed)) / sample


def distinct_n(text: Text, *, n: int) -> float:
    r"""Different n-grams of a text over all its n-grams.

    The published measure divides by the number of words, which for n = 2 keeps even a text
    without repetition below 1; dividing by the number of n-grams differs by one in the
    denominator.

    Parameters
    ----------
    text
        A text or its words.
    n
        Words in an n-gram, at least 1.

    Returns
    -------
    In (0, 1]; higher is more varied, 1 if nothing is repeated. It falls with length. NaN if the
    text has fewer than ``n`` words.

    Raises
    ------
    ValueError
        An n below 1.

    References
    ----------
    Li et al. (2016), A diversity-promoting objective function for neural conversation models,
    doi:10.18653/v1/N16-1014.

    Examples
    --------
    >>> distinct_n("the cat and the cat", n=1), distinct_n("the cat and the cat", n=2)
    (0.6, 0.75)
    """
    grams = ngrams(text, n=n)
    return len(set(grams)) / len(grams) if grams else math.nan


def ngrams(text: Text, *, n: int) -> list[tuple[str, ...]]:
    """All runs of n words in order; none if there are fewer words.

    >>> ngrams("one two three", n=2)
    [('one', 'two'), ('two', 'three')]
    """
    if n < 1:
        raise ValueError(f"an n-gram has at least one word, not {n!r}")
    found = tuple(words(text))
    return [found[start : start + n] for start in range(len(found) - n + 1)]
