"""Floors and ceilings of each question in each country: what any similarity must be read against.

Knows the survey and the metrics; no model, no case. Figures are computed on first use and kept,
since every proxy of a cell shares them.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.alignment import similarity_in_both_readings
from benchmark.metrics.baselines import best_country_blind, mean_of_others, uniform_floor
from benchmark.metrics.ceilings import (
    Similarity,
    by_js,
    expected_sample_similarity,
    expected_similarity_of_answers,
)
from benchmark.metrics.divergence import restrict
from benchmark.metrics.ordered import best_blind_on_scale, by_w1, w1_similarity
from benchmark.survey.survey import Question, Survey
from benchmark.vocabulary import CEILING, FLOORS, SUBSTANTIVE, TWO_SAMPLES, W1

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

DRAWS_OF_PEOPLE, DRAWS = 100, 400  # sets of a few answers vary more than samples of respondents


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
        """Similarity of each floor's answer to the people's, and the ceilings, (questions,).

        Keys: ``floor_uniform``, ``floor_world_average``, ``floor_best_blind``,
        ``ceiling_population``, ``ceiling_two_samples``, and each with ``_substantive``; if one of
        the questions has an ordered scale, also each with ``w1_`` before and ``_substantive``
        after it. NaN if a floor does not exist (no other country answered, no ordered scale).
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
        people, substantive = self._table(questions), substantive_mask(questions)
        here = self._countries.index(country)
        human = people[:, here]  # (questions, options)
        others = mean_of_others(people)[:, here]
        uniform = uniform_floor(option_mask(questions))
        measured = _Measured(
            human=human,
            respondents=np.array([q.respondents_of(country) for q in questions]),
            drawn=tuple(drawn),
            rng=self._rng(country, questions),
        )
        blind = self._blind_answers(people, questions)
        answers = ((uniform,) * 2, (others,) * 2, blind)
        values: dict[str, Floats] = {}
        for name, pair in zip(FLOORS, answers, strict=True):
            values |= measured.floor(name, pair, substantive)
        values |= measured.ceilings(substantive)
        if any(question.ordered for question in questions):
            scales = ordered_mask(questions)
            best = best_blind_on_scale(restrict(_of_several(people), scales[:, None, :]))
            for name, answer in zip(FLOORS, (uniform, others, best), strict=True):
                values |= measured.floor_on_scale(name, answer, scales)
            values |= measured.ceilings_on_scale(scales)
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
            table = _of_several(self._table([question]))  # (1, countries, options)
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


@dataclass(frozen=True, kw_only=True)
class _Measured:
    """Similarities to the people of one country, exact or from so many drawn answers."""

    human: Floats  # (questions, options)
    respondents: NDArray[np.intp]  # (questions,)
    drawn: tuple[int, ...]  # one for each question, or none
    rng: np.random.Generator

    def floor(
        self, name: str, answers: tuple[Floats, Floats], substantive: Bools
    ) -> dict[str, Floats]:
        """A floor's answers in the two readings; as two objects where they differ."""
        printed, restricted = answers
        if not self.drawn:
            both = similarity_in_both_readings(name, self.human, restricted, substantive)
            if restricted is not printed:
                other = similarity_in_both_readings(name, self.human, printed, substantive)
                both[name] = other[name]
            return both
        found = self._of_drawn(printed, substantive)
        other_found = found if restricted is printed else self._of_drawn(restricted, substantive)
        return {name: found[0], name + SUBSTANTIVE: other_found[1]}

    def floor_on_scale(self, name: str, answer: Floats, scales: Bools) -> dict[str, Floats]:
        """The same by `w1_similarity`, over ordered substantive options."""
        if self.drawn:
            found = self._of_drawn(answer, scales, similarity=by_w1)[1]
        else:
            found = w1_similarity(self.human, answer, keep=scales)
        return {W1 + name + SUBSTANTIVE: found}

    def ceilings(self, substantive: Bools) -> dict[str, Floats]:
        """A fresh sample against the people, and against another sample."""
        found: dict[str, Floats] = {}
        for name, two in ((CEILING, False), (TWO_SAMPLES, True)):
            found[name], found[name + SUBSTANTIVE] = self._of_sample(substantive, two_samples=two)
        return found

    def ceilings_on_scale(self, scales: Bools) -> dict[str, Floats]:
        """The same by `w1_similarity`, over ordered substantive options."""
        return {
            W1 + name + SUBSTANTIVE: self._of_sample(scales, two_samples=two, similarity=by_w1)[1]
            for name, two in ((CEILING, False), (TWO_SAMPLES, True))
        }

    def _of_drawn(
        self, answer: Floats, keep: Bools, similarity: Similarity = by_js
    ) -> tuple[Floats, Floats]:
        return expected_similarity_of_answers(
            self.human,
            answer,
            self.drawn,
            keep=keep,
            rng=self.rng,
            draws=DRAWS,
            similarity=similarity,
        )

    def _of_sample(
        self, keep: Bools, *, two_samples: bool, similarity: Similarity = by_js
    ) -> tuple[Floats, Floats]:
        return expected_sample_similarity(
            self.human,
            self.respondents,
            keep=keep,
            rng=self.rng,
            draws=DRAWS if self.drawn else DRAWS_OF_PEOPLE,
            answers=self.drawn or None,
            two_samples=two_samples,
            similarity=similarity,
        )


def _of_several(people: Floats) -> Floats:
    """Without the questions that only one country was asked: its answer is not a blind one."""
    several = np.isfinite(people[..., 0]).sum(axis=1) >= 2
    return np.where(several[:, None, None], people, np.nan)


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


def ordered_mask(questions: Sequence[Question]) -> Bools:
    """The substantive options of questions whose scale is ordered, none of the others."""
    mask = substantive_mask(questions)
    mask[[not question.ordered for question in questions]] = False
    return mask


def _padded(p: Floats, width: int) -> Floats:
    # The optimum of another call may be padded wider or narrower; only zeros differ.
    padded = np.zeros(width)
    padded[: min(width, len(p))] = p[:width]
    return padded
