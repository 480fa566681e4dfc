"""Floors and ceiling of each question in each country: what any similarity must be read against.

Knows the survey and the metrics; no model, no case. Figures are computed on first use and kept,
since every proxy of a cell shares them.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.alignment import similarity_in_both_readings
from benchmark.metrics.baselines import (
    best_country_blind,
    expected_sample_similarity,
    expected_similarity_of_answers,
    mean_of_others,
    uniform_floor,
)
from benchmark.metrics.divergence import restrict
from benchmark.survey.survey import Question, Survey
from benchmark.vocabulary import CEILING, FLOORS, SUBSTANTIVE

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

DRAWS = 400  # sets of a few answers: they vary more than samples of respondents
RESPONDENTS = 1200  # a country's usual WVS sample, if the data do not say (DESIGN §6)


class Floors:
    """Floors over all countries of the survey, whatever the run selects.

    ``answers`` is how many a model writes for each choice, None if it gives probabilities.
    """

    def __init__(self, survey: Survey, *, seed: int, answers: int | None = None) -> None:
        self._seed = seed
        self.answers = answers
        self._countries = tuple(sorted(survey.countries()))
        self._known: dict[tuple[str, tuple[str, ...], tuple[int, ...]], dict[str, Floats]] = {}
        self._blind: dict[str, tuple[Floats, Floats]] = {}
        self._people: dict[str, Floats] = {}

    def values(
        self, country: str, questions: Sequence[Question], *, drawn: Sequence[int] = ()
    ) -> dict[str, Floats]:
        """Similarity of each floor's answer to the people's, and the ceiling, (questions,).

        Keys: ``floor_uniform``, ``floor_world_average``, ``floor_best_blind``, ``ceiling``, and
        each with ``_substantive``. NaN if a floor does not exist (no other country answered).
        With ``drawn``, the number of answers behind a model's shares, all are estimated from as
        many: a few draws of any answer are less similar than the answer itself.
        """
        key = country, tuple(question.question_id for question in questions), tuple(drawn)
        if key not in self._known:
            self._known[key] = self._compute(country, questions, drawn)
        return self._known[key]

    def of_answers(
        self, country: str, questions: Sequence[Question], written: Sequence[Sequence[int]]
    ) -> dict[str, Floats]:
        """`values`, each the mean over the answers to a question, estimated from so few texts.

        ``written`` has for each question how many texts each answer to it is made of. Similarities
        are averaged over answers, so what they are held against is averaged likewise. An answer
        made of none leaves its question unscored, and counts as one here.
        """
        shares = [Counter(max(1, n) for n in row) for row in written]
        pairs = [(i, n) for i, counts in enumerate(shares) for n in sorted(counts)]
        rows = np.array([i for i, _ in pairs])
        weights = np.array([shares[i][n] / len(written[i]) for i, n in pairs])
        found = self.values(country, [questions[i] for i, _ in pairs], drawn=[n for _, n in pairs])
        return {
            name: np.asarray(np.bincount(rows, weights * column, minlength=len(questions)), float)
            for name, column in found.items()
        }

    def _compute(
        self, country: str, questions: Sequence[Question], drawn: Sequence[int]
    ) -> dict[str, Floats]:
        people = self._table(questions)
        substantive = substantive_mask(questions)
        printed = option_mask(questions)
        here = self._countries.index(country)
        human = people[:, here]  # (questions, options)
        others = mean_of_others(people)[:, here]
        rng = self._rng(country, questions)
        respondents = np.array([q.respondents.get(country, RESPONDENTS) for q in questions])
        blind = self._blind_answers(people, questions)
        of_floors = (uniform_floor(printed),) * 2, (others,) * 2, blind
        floors = dict(zip(FLOORS, of_floors, strict=True))
        values: dict[str, Floats] = {}
        for name, answers in floors.items():
            values |= _in_both_readings(name, human, answers, substantive, drawn, rng)
        sampled = partial(expected_sample_similarity, answers=drawn, draws=DRAWS)
        fresh = sampled if drawn else expected_sample_similarity
        values[CEILING], values[CEILING + SUBSTANTIVE] = fresh(
            human, respondents, keep=substantive, rng=rng
        )
        return values

    def _table(self, questions: Sequence[Question]) -> Floats:
        """Everybody's answers, (questions, countries, options); NaN where nobody was asked."""
        table = np.zeros(
            (len(questions), len(self._countries), max(len(q.options) for q in questions))
        )
        for i, question in enumerate(questions):
            if question.question_id not in self._people:
                row = [question.human.get(c) for c in self._countries]
                self._people[question.question_id] = stack([row])[0]
            known = self._people[question.question_id]
            table[i, :, : known.shape[-1]] = known
        # A country that was not asked has NaN in every column, those of longer questions too.
        table[np.isnan(table[..., 0])] = np.nan
        return table

    def _blind_answers(
        self, people: Floats, questions: Sequence[Question]
    ) -> tuple[Floats, Floats]:
        """The one answer for everybody that scores best on average, found in each reading."""
        width = people.shape[-1]
        found = [self._best_blind(question) for question in questions]
        printed, restricted = (
            np.stack([_padded(pair[side], width) for pair in found]) for side in (0, 1)
        )
        return printed, restricted

    def _best_blind(self, question: Question) -> tuple[Floats, Floats]:
        """The best single answer in each reading; NaN if only one country was asked.

        Found for each question separately: together with others its sums would round differently,
        and rows would depend on which case came first.
        """
        if question.question_id not in self._blind:
            table = self._table([question])  # (1, countries, options)
            if np.isfinite(table[0, :, 0]).sum() < 2:
                table = np.full_like(table, np.nan)
            keep = substantive_mask([question])[:, None, :]
            (printed,), (restricted,) = (
                best_country_blind(table),
                best_country_blind(restrict(table, keep)),
            )
            self._blind[question.question_id] = printed, restricted
        return self._blind[question.question_id]

    def _rng(self, country: str, questions: Sequence[Question]) -> np.random.Generator:
        text = "/".join([str(self._seed), country, *(q.question_id for q in questions)])
        return np.random.default_rng(list(hashlib.sha256(text.encode()).digest()))


def _in_both_readings(
    name: str,
    human: Floats,
    answers: tuple[Floats, Floats],
    substantive: Bools,
    drawn: Sequence[int],
    rng: np.random.Generator,
) -> dict[str, Floats]:
    """The similarity of a floor's answer in each reading, exact or from so many draws."""
    printed, restricted = answers
    if not drawn:
        both = similarity_in_both_readings(name, human, restricted, substantive)
        if restricted is not printed:
            both[name] = similarity_in_both_readings(name, human, printed, substantive)[name]
        return both
    expected = partial(
        expected_similarity_of_answers, answers=drawn, keep=substantive, rng=rng, draws=DRAWS
    )
    found = expected(human, printed)
    other = found if restricted is printed else expected(human, restricted)
    return {name: found[0], name + SUBSTANTIVE: other[1]}


def stack(rows: Sequence[Sequence[Sequence[float] | None]]) -> Floats:
    """Ragged distributions as one array (rows, columns, options): zero-padded, None as NaN."""
    width = max(len(p) for row in rows for p in row if p is not None)
    table = np.zeros((len(rows), len(rows[0]), width))
    for i, row in enumerate(rows):
        for j, p in enumerate(row):
            if p is None:
                table[i, j] = np.nan
            else:
                table[i, j, : len(p)] = p
    return table


def option_mask(questions: Sequence[Question]) -> Bools:
    """Which columns are options of each question, (questions, options)."""
    width = max(len(q.options) for q in questions)
    return np.array([[k < len(q.options) for k in range(width)] for q in questions])


def substantive_mask(questions: Sequence[Question]) -> Bools:
    """Which columns are substantive options of each question, (questions, options).

    None are where fewer than two are: whatever is answered then agrees, so it is not scored.
    """
    width = max(len(q.options) for q in questions)
    mask = np.array(
        [[k < len(q.options) and q.substantive[k] for k in range(width)] for q in questions]
    )
    mask[mask.sum(axis=1) < 2] = False
    return mask


def _padded(p: Floats, width: int) -> Floats:
    # The optimum of another call may be padded wider or narrower; only zeros differ.
    padded = np.zeros(width)
    padded[: min(width, len(p))] = p[:width]
    return padded
