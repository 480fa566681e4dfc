"""BLEU of all pairs of several texts at once; knows words only, not meaning.

The counts of shared n-grams of all pairs are sparse matrix products, so a group of 210 stories
takes milliseconds, where one sentence at a time takes minutes. Values are those of sacreBLEU's
``sentence_bleu`` (``smooth_method="exp"``, effective order) on the same words, as a test shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from benchmark.metrics.divergence import FloatArray
from benchmark.metrics.words import Text, words

IntArray = npt.NDArray[np.int64]

ORDER = 4


def bleu_matrix(texts: Sequence[Text]) -> FloatArray:
    r"""BLEU of each text as the hypothesis against each other text as the only reference.

    .. math:: \min(1, e^{1 - r/h}) \prod_{n=1}^{4} p_n^{1/4}

    with h and r the words of hypothesis and reference, and :math:`p_n` the share of the
    hypothesis's n-grams that the reference has, each counted at most as often as there. Smoothing
    is "exponential": the k-th order without a match has :math:`p_n = 2^{-k}` over the number of
    n-grams. Orders for which the hypothesis is too short are left out.

    Parameters
    ----------
    texts
        Texts, cut by `words.tokens`, or sequences of words.

    Returns
    -------
    Shape ``(texts, texts)``, rows are hypotheses, in [0, 1]; higher is more alike, 1 on the
    diagonal. Not symmetric: `symmetric_bleu` is. 0 where two texts share no word.

    References
    ----------
    Papineni et al. (2002), BLEU, doi:10.3115/1073083.1073135; Chen & Cherry (2014),
    doi:10.3115/v1/W14-3346 (method 3); Post (2018), A call for clarity in reporting BLEU scores,
    doi:10.18653/v1/W18-6319.

    Examples
    --------
    Three words, two pairs and one triple of "a b c d" are in the other; no run of four, whose share
    is smoothed to 1/2.

    >>> bleu_matrix(["a b c d", "a b c e"]).round(4).tolist()
    [[1.0, 0.5946], [0.5946, 1.0]]
    """
    codes = _coded(texts)
    size = len(codes)
    lengths = np.array([len(code) for code in codes], dtype=np.int64)
    log_sum, orders, smoothing = np.zeros((size, size)), np.zeros(size), np.ones((size, size))
    nothing = np.ones((size, size), dtype=np.bool_)
    for n, (grams, owner) in enumerate(_grams(codes, lengths), start=1):
        total = np.maximum(lengths - n + 1, 0)[:, None]
        matches = _clipped(grams, owner, size)
        if n == 1:
            nothing = matches == 0  # smoothing is not for texts that share no word
        none = (total > 0) & (matches == 0)
        smoothing[none] *= 2
        share = np.where(none, 1 / smoothing, matches) / np.maximum(total, 1)
        log_sum += np.log(np.where(total > 0, share, 1.0))
        orders += total[:, 0] > 0
    brevity = np.minimum(0.0, 1 - lengths[None, :] / np.maximum(lengths, 1)[:, None])
    found: FloatArray = np.exp(brevity + log_sum / np.maximum(orders, 1)[:, None])
    found[nothing] = 0.0
    return found


def symmetric_bleu(texts: Sequence[Text]) -> FloatArray:
    """The mean of `bleu_matrix` in both directions, (texts, texts), in [0, 1].

    >>> symmetric_bleu(["a b c d", "a b c e"]).round(4).tolist()
    [[1.0, 0.5946], [0.5946, 1.0]]
    """
    found = bleu_matrix(texts)
    both: FloatArray = (found + found.T) / 2
    return both


def _coded(texts: Sequence[Text]) -> list[IntArray]:
    numbers: dict[str, int] = {}
    return [
        np.array([numbers.setdefault(word, len(numbers)) for word in words(text)], dtype=np.int64)
        for text in texts
    ]


def _grams(codes: Sequence[IntArray], lengths: IntArray) -> Iterator[tuple[IntArray, IntArray]]:
    """For n = 1 … 4 every n-gram as a number, and the text it is in."""
    flat = np.concatenate([*codes, np.zeros(0, dtype=np.int64)])
    owner = np.repeat(np.arange(len(codes)), lengths)
    left = lengths[owner] - (np.arange(flat.size) - (np.cumsum(lengths) - lengths)[owner])
    words_known = int(flat.max(initial=0)) + 1
    grams = flat
    for n in range(1, ORDER + 1):
        if n > 1:  # an n-gram is the shorter one that begins there, and the word after it
            starts = np.flatnonzero(left >= n)
            longer = np.full(flat.size, -1, dtype=np.int64)
            pair = grams[starts] * words_known + flat[starts + n - 1]
            longer[starts] = np.unique(pair, return_inverse=True)[1]
            grams = longer
        inside = left >= n
        yield grams[inside], owner[inside]


def _clipped(grams: IntArray, owner: IntArray, size: int) -> FloatArray:
    """Sum over n-grams of the smaller of two texts' counts, for all pairs, (texts, texts).

    The smaller of two counts is the number of levels that both reach, so it is a sum of products
    of zeros and ones.
    """
    from scipy.sparse import csr_array  # takes as long to import as all of a small group's BLEU

    columns = int(grams.max(initial=-1)) + 1
    places, counts = np.unique(owner * max(columns, 1) + grams, return_counts=True)
    found = np.zeros((size, size))
    level = 1
    while places.size:
        rows, names = np.divmod(places, columns)
        ones = np.ones(places.size)
        reached = csr_array((ones, (rows, names)), shape=(size, columns))
        found += (reached @ reached.T).toarray()
        level += 1
        places, counts = places[counts >= level], counts[counts >= level]
    return found
