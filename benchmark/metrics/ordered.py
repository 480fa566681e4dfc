"""How close two answers are on an ordered scale: one step apart is nearer than nine steps.

Knows arrays only: not which questions have a scale, nor whose answer a row is.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from benchmark.metrics.baselines import tables
from benchmark.metrics.divergence import (
    BoolArray,
    FloatArray,
    checked,
    positive_or_nan,
    restrict_unchecked,
)


def w1_similarity(
    p: npt.ArrayLike, q: npt.ArrayLike, *, keep: npt.ArrayLike | None = None
) -> FloatArray:
    r"""One minus the Wasserstein-1 distance on an ordered scale, as a share of its length.

    .. math:: 1 - \frac{1}{k - 1} \sum_{i<k} |F_i - G_i|

    with the cumulative shares F and G over the k options in their order: the steps that the
    average respondent would have to move, over the steps from one end to the other. The direction
    of the scale does not matter. `benchmark.metrics.divergence.js_similarity` treats one step and
    nine alike: it sees names, not a scale.

    Parameters
    ----------
    p, q
        Probabilities over the same options in the order of the scale, shape ``(..., options)``;
        leading axes broadcast. A row sums to 1 within 1e-6.
    keep
        The options that belong to the scale, same last axis; others are dropped from both sides,
        which are renormalised, and are not a step. All by default.

    Returns
    -------
    Shape ``(...)``, in [0, 1]; higher is closer, 1 only where ``p == q``, 0 for certainties at
    opposite ends. NaN where a row holds NaN, nothing kept was chosen, or fewer than two options
    are kept.

    Raises
    ------
    ValueError
        A negative entry, a row that sums to anything else, last axes that differ.

    References
    ----------
    Santurkar et al. (2023), Whose opinions do language models reflect?,
    doi:10.48550/arXiv.2303.17548, whose alignment this is. Vallender (1974), Calculation of the
    Wasserstein distance between probability distributions on the line, doi:10.1137/1118101.

    Examples
    --------
    One step of three, and all three.

    >>> w1_similarity([1, 0, 0, 0], [[0, 1, 0, 0], [0, 0, 0, 1]]).round(4).tolist()
    [0.6667, 0.0]
    """
    rows_p, rows_q = checked(p, name="p"), checked(q, name="q")
    options = rows_p.shape[-1]
    mask = np.asarray(np.ones(options) if keep is None else keep, dtype=np.bool_)
    if not rows_q.shape[-1] == mask.shape[-1] == options:
        raise ValueError(
            f"p, q and keep have {options}, {rows_q.shape[-1]} and {mask.shape[-1]} options: "
            "all must be over the same"
        )
    return by_w1(restrict_unchecked(rows_p, mask), restrict_unchecked(rows_q, mask), mask)


def by_w1(p: FloatArray, q: FloatArray, keep: BoolArray) -> FloatArray:
    """`w1_similarity` of rows that are probabilities over the kept options, or NaN."""
    apart = np.abs(np.cumsum(p - q, axis=-1))
    steps = positive_or_nan(keep.sum(axis=-1) - 1)
    # At the last option both have reached 1, but for rounding.
    similarity: FloatArray = 1.0 - np.where(keep, apart, 0.0).sum(axis=-1) / steps
    return np.clip(similarity, 0.0, 1.0)


def best_blind_on_scale(p: npt.ArrayLike) -> FloatArray:
    r"""The single answer that has the highest mean `w1_similarity` to all countries.

    Each step counts on its own, so its cumulative shares are the medians of the countries'.

    Parameters
    ----------
    p
        Probabilities, shape ``(questions, countries, options)``, padded with zeros; NaN rows for
        countries without data.

    Returns
    -------
    Probabilities, shape ``(questions, options)``; NaN rows where no country answered.

    Raises
    ------
    ValueError
        As for `w1_similarity`, or axes other than three.

    Examples
    --------
    Two agree against one.

    >>> best_blind_on_scale([[[1, 0, 0], [1, 0, 0], [0, 0, 1]]]).tolist()
    [[1.0, 0.0, 0.0]]
    """
    rows = tables(p, axes="(questions, countries, options)", ndim=3, exact=True)
    found = np.full((len(rows), rows.shape[-1]), np.nan)
    for i, row in enumerate(rows):
        asked = row[np.isfinite(row).all(axis=-1)]
        if len(asked):
            middle = np.median(np.cumsum(asked, axis=-1), axis=0)
            found[i] = np.maximum(np.diff(middle, prepend=0.0), 0.0)
    shares: FloatArray = found / found.sum(axis=-1, keepdims=True)
    return shares
