"""What a similarity is compared with: answers that know no country, and skill over them.

Knows arrays only: a floor is a distribution to compare like any other answer, not a score.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from scipy.special import xlogy

from benchmark.metrics.divergence import (
    BoolArray,
    FloatArray,
    checked,
    divergence_unchecked,
    positive_or_nan,
    restrict_unchecked,
)

BLOCK_CELLS = 400_000  # numbers held at once: a few MiB, so that a block stays in the cache
BLIND_STEPS = 40  # the remaining error is below 1e-5 in similarity; doubling gains nothing visible
TINY = 1e-300


def uniform_floor(keep: npt.ArrayLike) -> FloatArray:
    r"""The answer of someone who only sees the options: ``1/k`` on each of the k kept ones.

    Parameters
    ----------
    keep
        True for options that exist (or count), shape ``(..., options)``.

    Returns
    -------
    Probabilities, shape ``(..., options)``; NaN rows where nothing is kept.

    Examples
    --------
    >>> uniform_floor([True, True, False]).tolist()
    [0.5, 0.5, 0.0]
    """
    mask = np.asarray(keep, dtype=np.bool_)
    return restrict_unchecked(np.ones(mask.shape), mask)


def mean_of_others(p: npt.ArrayLike) -> FloatArray:
    r"""The world average for each country: the unweighted mean of all *other* countries' answers.

    Parameters
    ----------
    p
        Probabilities, shape ``(..., countries, options)``; NaN rows for countries without data.

    Returns
    -------
    The shape of ``p``. A country without data gets the mean of all that have data; NaN rows if no
    other country answered.

    Raises
    ------
    ValueError
        As for `benchmark.metrics.divergence.js_divergence`, or fewer than two axes.

    Examples
    --------
    >>> mean_of_others([[1, 0], [0, 1], [0.5, 0.5]]).tolist()
    [[0.25, 0.75], [0.75, 0.25], [0.5, 0.5]]
    """
    rows = tables(p, axes="(..., countries, options)", ndim=2)
    asked = answered(rows)[..., None]
    known = np.where(asked, rows, 0.0)
    others = asked.sum(axis=-2, keepdims=True) - asked  # (..., countries, 1)
    total = known.sum(axis=-2, keepdims=True) - known
    # Subtracting can leave -1e-17 where every other country has zero.
    mean: FloatArray = np.maximum(total, 0.0) / positive_or_nan(others)
    return mean


def best_country_blind(p: npt.ArrayLike, *, keep: npt.ArrayLike | None = None) -> FloatArray:
    r"""The single answer that is most similar to all countries on average.

    Maximises the mean over countries c of ``js_similarity(p_c, q)`` by reweighted fixed-point
    steps: ``q ∝ exp(Σ w_c ln((p_c + q)/2))`` with ``w_c ∝ 1 / js_distance(p_c, q)``, from the
    mean. The result is the best of the last step, the mean, and every country's own answer, so it
    is never worse than any of these.

    Parameters
    ----------
    p
        Probabilities, shape ``(questions, countries, options)``, padded with zeros; NaN rows for
        countries without data.
    keep
        Options that count, shape ``(questions, options)``; others are dropped first.

    Returns
    -------
    Probabilities, shape ``(questions, options)``; NaN rows where no country answered. Ties go to
    the mean, then the last step, then the first country. No randomness.

    Raises
    ------
    ValueError
        As for `benchmark.metrics.divergence.js_divergence`, or axes other than three.

    Notes
    -----
    The objective has local optima among few, contradictory countries; against a search from
    every country the loss stayed below 2e-4 in similarity.

    References
    ----------
    Nielsen (2020), On a generalization of the Jensen-Shannon divergence and the Jensen-Shannon
    centroid, doi:10.3390/e22020221, for the step with fixed weights.

    Examples
    --------
    Two against one: like a median, the best answer is the majority's, not the mean.

    >>> best_country_blind([[[1, 0], [1, 0], [0, 1]]]).tolist()
    [[1.0, 0.0]]
    """
    table = tables(p, axes="(questions, countries, options)", ndim=3, exact=True)
    if keep is not None:
        mask = np.asarray(keep, dtype=np.bool_)
        table = restrict_unchecked(table, mask[:, None, :])
    questions, countries, options = table.shape
    found = np.full((questions, options), np.nan)
    for block in blocks(questions, countries * (countries + 2) * options):
        found[block] = _blind_block(table[block])
    return found


def skill(score: npt.ArrayLike, floor: npt.ArrayLike, ceiling: npt.ArrayLike) -> FloatArray:
    r"""Share of the way from floor to ceiling: ``(score - floor) / (ceiling - floor)``.

    Parameters
    ----------
    score, floor, ceiling
        *Means* over the same questions, broadcast together: skill is a ratio of means, never a
        mean of ratios.

    Returns
    -------
    The broadcast shape, at most 1 except for sampling error, without lower bound; higher is
    better, 0 is no better than the floor. NaN where ``ceiling <= floor`` or an input is NaN.

    Examples
    --------
    >>> skill([0.91, 0.84, 0.5], [0.84, 0.84, 0.9], [0.98, 0.98, 0.9]).round(3).tolist()
    [0.5, 0.0, nan]
    """
    low = np.asarray(floor, dtype=np.float64)
    room = positive_or_nan(np.asarray(ceiling, dtype=np.float64) - low)
    return (np.asarray(score, dtype=np.float64) - low) / room


def tables(p: npt.ArrayLike, *, axes: str, ndim: int, exact: bool = False) -> FloatArray:
    """Checked probabilities with at least these axes, or exactly these."""
    rows = checked(p, name="p")
    if rows.ndim < ndim or (exact and rows.ndim > ndim):
        raise ValueError(f"p must have axes {axes}, not shape {rows.shape}")
    return rows


def answered(p: FloatArray) -> BoolArray:
    """Which rows hold an answer."""
    return np.asarray(np.isfinite(p).all(axis=-1))


def blocks(rows: int, cells_a_row: int) -> Iterator[slice]:
    """The rows in slices of a few MiB."""
    step = max(1, BLOCK_CELLS // max(1, cells_a_row))
    return (slice(start, start + step) for start in range(0, rows, step))


def _blind_block(p: FloatArray) -> FloatArray:
    asked = answered(p)  # (questions, countries)
    known = np.where(asked[..., None], p, 0.0)
    mean = known.sum(axis=1) / positive_or_nan(
        asked.sum(axis=-1, keepdims=True)
    )  # (questions, options)
    last, own_entropy = mean, _entropy(known)
    for _ in range(BLIND_STEPS):
        last = _blind_step(known, own_entropy, asked, last)
    candidates = np.concatenate([mean[:, None], last[:, None], known], axis=1)
    distance = np.sqrt(divergence_unchecked(known[:, None], candidates[:, :, None]))
    total = (distance * asked[:, None, :]).sum(axis=-1)  # (questions, candidates)
    total[:, 2:][~asked] = np.inf
    best = total.argmin(axis=1)
    return np.take_along_axis(candidates, best[:, None, None], axis=1)[:, 0]


def _blind_step(
    p: FloatArray, own_entropy: FloatArray, asked: BoolArray, q: FloatArray
) -> FloatArray:
    both = p + q[:, None]
    log_both = np.log(np.maximum(both, TINY))  # for divergence and step: logs are what costs
    mixed = np.log(2) - (both * log_both).sum(axis=-1) / 2  # entropy of the midpoint
    near = mixed - (own_entropy + _entropy(q)[:, None]) / 2  # (questions, countries)
    # Bounded where q has reached a country's answer.
    weight = asked / np.sqrt(np.maximum(near, 0.0) + 1e-12)
    weight /= np.maximum(weight.sum(axis=1, keepdims=True), TINY)
    log_q = (weight[..., None] * log_both).sum(axis=1)
    step = np.exp(log_q - log_q.max(axis=-1, keepdims=True))
    return restrict_unchecked(step, q > 0)


def _entropy(p: FloatArray) -> FloatArray:
    negative: FloatArray = xlogy(p, p).sum(axis=-1)
    return -negative
