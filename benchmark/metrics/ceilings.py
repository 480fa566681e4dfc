"""How similar people would be to themselves: what a similarity can reach; knows arrays only.

A ceiling is an expectation over fresh samples, estimated by drawing them; so is a floor of a model
whose shares come from a few written answers. The measure is a parameter.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from benchmark.metrics.baselines import answered, blocks, tables
from benchmark.metrics.divergence import (
    BoolArray,
    FloatArray,
    divergence_unchecked,
    positive_or_nan,
    restrict_unchecked,
)

# Of rows that are probabilities over the kept options or NaN, without checks.
Similarity = Callable[[FloatArray, FloatArray, BoolArray], FloatArray]


def by_js(p: FloatArray, q: FloatArray, _keep: BoolArray) -> FloatArray:
    """`benchmark.metrics.divergence.js_similarity`, of rows that need no check."""
    similarity: FloatArray = 1.0 - np.sqrt(divergence_unchecked(p, q))
    return similarity


def expected_sample_similarity(
    p: npt.ArrayLike,
    n: npt.ArrayLike,
    *,
    keep: npt.ArrayLike | None = None,
    rng: np.random.Generator,
    draws: int = 100,
    answers: npt.ArrayLike | None = None,
    two_samples: bool = False,
    similarity: Similarity = by_js,
) -> tuple[FloatArray, FloatArray]:
    r"""The ceiling: how similar a fresh sample of the same people would be to ``p``.

    The mean of ``js_similarity(p, counts / n)`` over ``counts ~ Multinomial(n, p)``. Published
    figures are a sample, too, so people who were asked again would only reach the mean of
    ``js_similarity(counts' / n, counts / n)`` over two samples, which lies lower.

    Parameters
    ----------
    p
        Probabilities, shape ``(rows, options)``; NaN rows where nobody was asked.
    n
        Respondents, whole numbers from 1, shape ``(rows,)`` or one for all.
    keep
        Options of the second reading, shape ``(rows, options)``; all by default.
    rng
        Draws the samples; the same samples serve both readings.
    draws
        Samples a row. With 100 the error of one row is about 0.001 at n = 1 200, and that of a
        mean over rows smaller by the root of their number.
    answers
        If a model's shares come from so many written answers, draw as many of the sample's: what
        the people would score if they, too, were estimated from so few. Whole numbers from 1,
        shape ``(rows,)`` or one for all; None for the sample itself.
    two_samples
        Compare with another sample of as many respondents, not with ``p``.
    similarity
        The measure, by default `by_js`.

    Returns
    -------
    Over all options, and over the kept ones renormalised on both sides: each shape ``(rows,)``,
    in [0.167, 1] by default, rising to 1 with ``n``. NaN for NaN rows and where ``p`` holds
    nothing kept; samples without anyone on a kept option are left out of the second mean.

    Raises
    ------
    ValueError
        As for `benchmark.metrics.divergence.js_divergence`; an ``n`` that is not such a number;
        shapes that do not fit; ``draws`` below 1.

    Examples
    --------
    One respondent of a divided people is certain of something: each draw scores 0.5355. People
    who agree are matched exactly.

    >>> rng = np.random.default_rng(0)
    >>> printed, kept = expected_sample_similarity(
    ...     [[0.5, 0.5], [1, 0]], 1, keep=[[True, False], [True, False]], rng=rng)
    >>> printed.round(4).tolist(), kept.tolist()
    ([0.5355, 1.0], [1.0, 1.0])

    Two respondents of a divided people agree every other time.

    >>> printed, _ = expected_sample_similarity(
    ...     [[0.5, 0.5]], 1, rng=rng, draws=40_000, two_samples=True)
    >>> printed.round(2).tolist()
    [0.58]
    """
    rows = tables(p, axes="(rows, options)", ndim=2, exact=True)
    sizes = _whole(n, len(rows), what="respondents")
    few = None if answers is None else _whole(answers, len(rows), what="answers")

    def samples(block: slice) -> FloatArray:
        drawn = _samples(rows[block], sizes[block], draws, rng)
        return drawn if few is None else _answers_of(drawn, few[block], rng)

    def published(block: slice) -> FloatArray:
        return _samples(rows[block], sizes[block], draws, rng) if two_samples else rows[block, None]

    return _mean_over_draws(rows, published, samples, keep=keep, draws=draws, measure=similarity)


def expected_similarity_of_answers(
    p: npt.ArrayLike,
    q: npt.ArrayLike,
    answers: npt.ArrayLike,
    *,
    keep: npt.ArrayLike | None = None,
    rng: np.random.Generator,
    draws: int = 400,
    similarity: Similarity = by_js,
) -> tuple[FloatArray, FloatArray]:
    r"""How similar to ``p`` the answer ``q`` is on average if only drawn answers represent it.

    The mean of ``js_similarity(p, counts / answers)`` over ``counts ~ Multinomial(answers, q)``: a
    floor or a ceiling for a model whose shares come from so many answers. It lies below
    ``js_similarity(p, q)`` where the two are alike, and approaches it as ``answers`` grow.

    Parameters
    ----------
    p, q
        Probabilities, shape ``(rows, options)``; NaN rows are not scored.
    answers
        Whole numbers from 1, shape ``(rows,)`` or one for all.
    keep
        Options of the second reading, shape ``(rows, options)``; all by default.
    rng
        Draws the answers; the same draws serve both readings.
    draws
        Sets of answers a row. With 400 the error of one row is about 0.005 at eight answers.
    similarity
        The measure, by default `by_js`.

    Returns
    -------
    Over all options, and over the kept ones renormalised on both sides, each shape ``(rows,)``, in
    [0.167, 1]; NaN as in `expected_sample_similarity`.

    Raises
    ------
    ValueError
        As for `expected_sample_similarity`.

    Examples
    --------
    One answer of somebody who is sure matches people who are sure, never those who are divided.

    >>> printed, _ = expected_similarity_of_answers(
    ...     [[1, 0], [0.5, 0.5]], [[1, 0], [1, 0]], 1, rng=np.random.default_rng(0))
    >>> printed.round(4).tolist()
    [1.0, 0.5355]
    """
    rows = tables(p, axes="(rows, options)", ndim=2, exact=True)
    model = tables(q, axes="(rows, options)", ndim=2, exact=True)
    if model.shape != rows.shape:
        raise ValueError(f"q must have the shape of p, {rows.shape}, not {model.shape}")
    few = _whole(answers, len(rows), what="answers")

    def samples(block: slice) -> FloatArray:
        drawn = _samples(model[block], few[block], draws, rng)
        drawn[~answered(model[block])] = np.nan
        return drawn

    def people(block: slice) -> FloatArray:
        return rows[block, None]

    return _mean_over_draws(rows, people, samples, keep=keep, draws=draws, measure=similarity)


def _mean_over_draws(
    rows: FloatArray,
    people: Callable[[slice], FloatArray],
    samples: Callable[[slice], FloatArray],
    *,
    keep: npt.ArrayLike | None,
    draws: int,
    measure: Similarity,
) -> tuple[FloatArray, FloatArray]:
    """Mean similarity of each row to its samples, in both readings, block by block."""
    if draws < 1:
        raise ValueError(f"draws must be at least 1, not {draws}")
    mask = np.broadcast_to(np.asarray(True if keep is None else keep, dtype=np.bool_), rows.shape)
    printed, kept = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    for block in blocks(len(rows), draws * rows.shape[1]):
        truth, drawn = people(block), samples(block)  # (rows, 1 or draws, options)
        # A sample of nobody knows nothing of those who were not asked.
        truth = np.where(answered(rows[block])[:, None, None], truth, np.nan)
        every = np.ones((1, 1, rows.shape[1]), dtype=np.bool_)
        printed[block] = _mean(measure(truth, drawn, every))
        if mask[block].all():
            kept[block] = printed[block]
            continue
        some = mask[block][:, None, :]
        restricted = restrict_unchecked(truth, some), restrict_unchecked(drawn, some)
        kept[block] = _mean(measure(*restricted, some))
    return printed, kept


def _whole(n: npt.ArrayLike, rows: int, *, what: str) -> npt.NDArray[np.int64]:
    sizes = np.asarray(n)
    if sizes.size and not (np.all(sizes >= 1) and np.all(sizes == np.floor(sizes))):
        raise ValueError(f"there must be whole numbers of {what} from 1")
    return np.broadcast_to(sizes.astype(np.int64), (rows,))


def _samples(
    p: FloatArray, n: npt.NDArray[np.int64], draws: int, rng: np.random.Generator
) -> FloatArray:
    certain = np.eye(1, p.shape[1])  # drawn in place of NaN, and lost in the comparison
    safe = np.where(answered(p)[:, None], p, certain)
    safe = safe / safe.sum(axis=-1, keepdims=True)  # multinomial is stricter than our tolerance
    counts = rng.multinomial(n[:, None], safe[:, None, :], size=(len(p), draws))
    share: FloatArray = counts / n[:, None, None]
    return share


def _answers_of(
    shares: FloatArray, answers: npt.NDArray[np.int64], rng: np.random.Generator
) -> FloatArray:
    """As many answers drawn from each sample's own shares, (rows, draws, options)."""
    counts = rng.multinomial(answers[:, None], shares)
    drawn: FloatArray = counts / answers[:, None, None]
    return drawn


def _mean(similarity: FloatArray) -> FloatArray:
    """Over draws, those left out that held nothing, (rows,)."""
    found = ~np.isnan(similarity)
    total: FloatArray = np.where(found, similarity, 0.0).sum(axis=-1)
    return total / positive_or_nan(found.sum(axis=-1))
