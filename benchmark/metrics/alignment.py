"""How close a model's answers are to a people's, in both readings; knows arrays only.

The printed reading keeps every option; the substantive one drops non-answers from both sides
and renormalises. Several answers to one question are compared one by one, and their figures
averaged: an average of answers is flatter than any of them, and flatter answers are more similar.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.divergence import js_distance, js_divergence, js_similarity, restrict
from benchmark.metrics.ordered import w1_similarity
from benchmark.vocabulary import ALL_ASKED, ORDERED, SIMILARITY, SUBSTANTIVE

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.intp]

MAIN = SIMILARITY
# What is recorded of two distributions; `directions` says which end of each is better.
MEASURES: Mapping[str, Callable[[Floats, Floats], Floats]] = {
    MAIN: js_similarity,
    "js_distance": js_distance,
    "js_divergence": js_divergence,
}


def similarity_values(human: Floats, model: Floats, substantive: Bools) -> dict[str, Floats]:
    """All `MEASURES` of each row, in both readings.

    Parameters
    ----------
    human, model
        Probabilities, (questions, options), padded with zeros; NaN rows are not scored.
    substantive
        Which options are answers, (questions, options).

    Returns
    -------
    dict
        Each measure's name and the same with ``_substantive``, each (questions,).
    """
    pairs = {
        "": (human, model),
        SUBSTANTIVE: (restrict(human, substantive), restrict(model, substantive)),
    }
    return {
        name + suffix: measure(p, q)
        for suffix, (p, q) in pairs.items()
        for name, measure in MEASURES.items()
    }


def similarity_in_both_readings(
    name: str, human: Floats, answer: Floats, substantive: Bools
) -> dict[str, Floats]:
    """The similarity of ``answer`` to ``human`` as ``name`` and ``name_substantive``."""
    return {
        name: js_similarity(human, answer),
        name + SUBSTANTIVE: js_similarity(
            restrict(human, substantive), restrict(answer, substantive)
        ),
    }


def values_of_answers(
    human: Floats,
    answers: Floats,
    of: Ints,
    *,
    printed: Bools,
    substantive: Bools,
    ordered: Bools | None = None,
) -> dict[str, Floats]:
    """All `MEASURES` of each question as means over the answers to it, in both readings.

    Parameters
    ----------
    human
        The people's probabilities, (questions, options), padded with zeros; NaN rows are not
        scored.
    answers
        The model's, (answers, options): one for each picture and order of the options; NaN where
        it gave none.
    of
        Which question each of them answers, (answers,).
    printed, substantive
        The options of each reading, (questions, options).
    ordered
        The substantive options of questions with an ordered scale, (questions, options).

    Returns
    -------
    dict
        The names of `similarity_values`, each (questions,), NaN for a question without an answer
        or with one that could not be compared; and ``js_similarity_all_asked`` in both readings,
        where such an answer counts as `lowest_similarity`. With ``ordered``, the `w1_similarity`
        of the substantive reading.

    Examples
    --------
    Two pictures, one of them not answered.

    >>> every = np.ones((1, 2), dtype=bool)
    >>> found = values_of_answers(np.array([[0.5, 0.5]]), np.array([[0.5, 0.5], [np.nan] * 2]),
    ...     np.array([0, 0]), printed=every, substantive=every)
    >>> found["js_similarity"].tolist(), found["js_similarity_all_asked"].round(4).tolist()
    ([nan], [0.7677])
    """
    each = similarity_values(human[of], answers, substantive[of])
    values = {name: mean_over_answers(column, of, len(human)) for name, column in each.items()}
    for suffix, keep in (("", printed), (SUBSTANTIVE, substantive)):
        found = each[MAIN + suffix]
        counted = np.where(np.isnan(found), lowest_similarity(human, keep)[of], found)
        values[ALL_ASKED + suffix] = mean_over_answers(counted, of, len(human))
    if ordered is not None:
        on_scale = w1_similarity(human[of], answers, keep=ordered[of])
        values[ORDERED + SUBSTANTIVE] = mean_over_answers(on_scale, of, len(human))
    return values


def mean_over_answers(column: Floats, of: Ints, questions: int) -> Floats:
    """The mean of the answers to each question; NaN where it has none, or one of them is NaN.

    >>> mean_over_answers(np.array([1.0, 0.5, np.nan]), np.array([0, 0, 1]), 3).tolist()
    [0.75, nan, nan]
    """
    n = np.bincount(of, minlength=questions)
    total = np.bincount(of, weights=column, minlength=questions)
    mean: Floats = np.where(n > 0, total, np.nan) / np.maximum(n, 1)
    return mean


def lowest_similarity(human: Floats, keep: Bools) -> Floats:
    r"""The least similar that any answer could be to each row: all on the option fewest chose.

    The divergence from ``p`` is convex in the answer, so its maximum is at a certainty.

    Parameters
    ----------
    human
        Probabilities, (rows, options); NaN rows are not scored.
    keep
        The options that exist, (rows, options), to which ``human`` is restricted.

    Returns
    -------
    Shape (rows,), from 0.167, which is reached where nobody chose an option that exists.

    Examples
    --------
    >>> both = np.ones((2, 2), dtype=bool)
    >>> lowest_similarity(np.array([[0.5, 0.5], [1, 0]]), both).round(4).tolist()
    [0.5355, 0.1674]
    """
    people = restrict(human, keep)
    fewest = np.where(keep, people, np.inf).argmin(axis=-1)
    certain = np.eye(human.shape[-1])[fewest]
    return js_similarity(people, certain)
