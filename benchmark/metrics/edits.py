"""How far apart texts are in whole words: edit distance, all pairs at once, self-similarity.

Knows words only, not meaning: two ways of saying one thing are far apart. RapidFuzz (compiled,
bit-parallel) counts distances; words become whole numbers first, so that equal means equal and
not only equal in hash.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from benchmark.metrics.words import Text, words

FloatArray = npt.NDArray[np.float64]


def normalised_word_edit_distance(a: Text, b: Text) -> float:
    """Word edit distance of two texts, by the number of words of the longer one.

    The distance is the fewest insertions, deletions and replacements of a word that turn one text
    into the other (Levenshtein, 1966). Texts are cut by `words.tokens`, or are words already.

    Returns
    -------
    In [0, 1]; lower is closer. 1 where one text has no words, NaN where neither has.

    References
    ----------
    Bhatt & Diaz (2024), Extrinsic evaluation of cultural competence in large language models,
    doi:10.48550/arXiv.2406.11565.

    Examples
    --------
    >>> normalised_word_edit_distance("one two three four", "one two")
    0.5
    """
    return float(word_edit_distances([a], [b])[0, 0])


def word_edit_distances(
    rows: Sequence[Text], columns: Sequence[Text] | None = None, *, workers: int = 1
) -> FloatArray:
    """`normalised_word_edit_distance` of every pair of texts.

    Parameters
    ----------
    rows, columns
        Texts or sequences of words; without ``columns``, the rows among themselves, each pair
        computed once. To keep memory bounded, pass blocks of rows and of columns.
    workers
        Threads; the result does not depend on them.

    Returns
    -------
    Shape ``(rows, columns)``, in [0, 1]; lower is closer. NaN if neither text has words, also on
    the diagonal.

    Examples
    --------
    >>> word_edit_distances(["a b", "a c", ""]).tolist()
    [[0.0, 0.5, 1.0], [0.5, 0.0, 1.0], [1.0, 1.0, nan]]
    """
    both = _numbered([*rows, *(columns or ())])
    first = both[: len(rows)]
    second = first if columns is None else both[len(rows) :]
    distances: FloatArray = np.zeros((len(first), len(second)), dtype=np.float64)
    if distances.size:
        distances = process.cdist(
            first, second, scorer=Levenshtein.distance, dtype=np.int32, workers=workers
        ).astype(np.float64)
    longer = np.maximum.outer(_lengths(first), _lengths(second))
    distances[longer == 0] = np.nan
    distances /= np.maximum(longer, 1)
    return distances


def self_similarity(texts: Sequence[Text]) -> float:
    r"""How alike several texts are: one minus the mean normalised distance of all pairs.

    .. math:: 1 - \frac{2}{n (n - 1)} \sum_{i < j} d(i, j)

    Parameters
    ----------
    texts
        For example answers to one prompt. A text is never compared with itself.

    Returns
    -------
    In [0, 1]; higher is more alike, 1 if all have the same words. NaN for fewer than two texts or
    if no text has words; a pair without words on either side is left out.

    Examples
    --------
    Distances 0.5, 1 and 1.

    >>> round(self_similarity(["a b", "a c", "d e"]), 6)
    0.166667
    """
    pairs = word_edit_distances(texts)[np.triu_indices(len(texts), k=1)]
    known = pairs[~np.isnan(pairs)]
    return 1 - math.fsum(known) / known.size if known.size else math.nan


def _numbered(texts: Iterable[Text]) -> list[list[int]]:
    numbers: dict[str, int] = {}
    return [[numbers.setdefault(word, len(numbers)) for word in words(text)] for text in texts]


def _lengths(texts: Sequence[Sequence[int]]) -> npt.NDArray[np.int64]:
    return np.array([len(text) for text in texts], dtype=np.int64)
