"""Similarity of two texts from the vectors of their tokens, as in BERTScore; knows no encoder.

The caller passes an encoder's token vectors. Name encoder, layer and weights with every figure made
here, since values of different encoders cannot be compared.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from benchmark.metrics.divergence import FloatArray


def greedy_f1(a: npt.ArrayLike, b: npt.ArrayLike) -> float:
    r"""BERTScore's F1 without weights: each token with the nearest of the other text.

    .. math:: P = \frac1{|a|} \sum_i \max_j a_i \cdot b_j, \quad
              R = \frac1{|b|} \sum_j \max_i a_i \cdot b_j, \quad F = \frac{2 P R}{P + R}

    Parameters
    ----------
    a, b
        Token vectors of length 1, shapes ``(tokens, d)``.

    Returns
    -------
    In [-1, 1], in practice well above 0; higher is more alike, 1 for equal texts. Symmetric.
    NaN if a text has no token or P + R is not above 0. Not rescaled by a baseline.

    References
    ----------
    Zhang et al. (2020), BERTScore, doi:10.48550/arXiv.1904.09675.

    Examples
    --------
    >>> round(greedy_f1([[1, 0], [0, 1]], [[1, 0]]), 4)
    0.6667
    """
    one, other = (np.asarray(v, dtype=np.float64) for v in (a, b))
    if not one.size or not other.size:
        return float("nan")
    near = one @ other.T
    precision, recall = float(near.max(axis=1).mean()), float(near.max(axis=0).mean())
    both = precision + recall
    return 2 * precision * recall / both if both > 0 else float("nan")


def greedy_f1_matrix(texts: Sequence[npt.ArrayLike]) -> FloatArray:
    """`greedy_f1` of every pair of texts, (texts, texts).

    >>> greedy_f1_matrix([[[1, 0], [0, 1]], [[1, 0]]]).round(4).tolist()
    [[1.0, 0.6667], [0.6667, 1.0]]
    """
    size = len(texts)
    texts = [np.asarray(text, dtype=np.float64) for text in texts]  # once, not for each pair
    found = np.full((size, size), np.nan)
    for i in range(size):
        for j in range(i + 1):
            found[i, j] = found[j, i] = greedy_f1(texts[i], texts[j])
    return found
