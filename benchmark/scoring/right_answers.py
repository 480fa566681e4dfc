"""From a case's replies to its record where one option is right; knows no model and no pytest.

Reads probabilities of labels, or a letter in a written answer. What cannot be read is unscored and
counted. Blind answers to the same questions, if any, are recorded with them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmark.errors import ModelProblem
from benchmark.metrics.divergence import js_distance
from benchmark.metrics.means import mean_of_scored
from benchmark.metrics.right_option import brier, right_probability, share_of_best
from benchmark.questions.question import PictureQuestion
from benchmark.records import Case, CaseRecord, Item, Probabilities, Reply, Score, Text
from benchmark.scoring.distributions import mean_score
from benchmark.scoring.option_orders import Order, as_printed
from benchmark.texts.letters import chosen_letter, readable

Floats = NDArray[np.float64]

HEADLINE = "accuracy"
# Score by item value: the same figure has one name in a row and another in an item.
SCORES: Mapping[str, str] = {"correct": HEADLINE, "blind_correct": "blind_accuracy"}
# In a case's row it has never had one, and rows in published bundles must come out as they are.
WITHOUT_DIRECTION = {"image_gain": None}


@dataclass(frozen=True, kw_only=True, slots=True)
class Replies:
    """The replies to questions, each asked in its orders: one list per question."""

    replies: Sequence[Sequence[Reply]]
    orders: Sequence[Sequence[Order]]


def right_answer_record(
    case: Case,
    *,
    questions: Sequence[PictureQuestion],
    answered: Replies,
    blind: Replies | None = None,
) -> CaseRecord:
    """Score each question by the mean of its answers over the orders.

    ``blind`` has the answers to the same questions without their pictures. A question whose answer
    cannot be read is an item without ``model`` whose values are NaN, except ``unscored``, which
    is 1. An item's keys are those of its own answers, then those of the blind ones.
    """
    seen = _ReadAnswers(questions, answered)
    values = _values(questions, seen)
    keys = seen.keys
    if blind is not None:
        without = _ReadAnswers(questions, blind)
        values |= _blind_values(questions, values, without)
        keys = [(*own, *other) for own, other in zip(keys, without.keys, strict=True)]
    columns = {name: column.tolist() for name, column in values.items()}
    items = tuple(
        Item(
            case_id=case.case_id,
            item_id=question.question_id,
            cluster=question.image_id,
            image_ids=(question.image_id,),
            request_keys=keys[i],
            human=(),
            model=seen.distribution(i, len(question.options)),
            values={name: column[i] for name, column in columns.items()},
        )
        for i, question in enumerate(questions)
    )
    return CaseRecord(case=case, scores=tuple(_scores(values)), items=items)


class _ReadAnswers:
    """Replies as probabilities in the printed order, padded with zeros to the widest question."""

    def __init__(self, questions: Sequence[PictureQuestion], answered: Replies) -> None:
        width = max((len(q.options) for q in questions), default=1)
        most = max((len(orders) for orders in answered.orders), default=1)
        # (questions, orders, options); NaN where there is no such order or nothing to read
        self.p = np.full((len(questions), most, width), np.nan)
        self.mass = np.full((len(questions), most), np.nan)
        self.keys: list[tuple[str, ...]] = []
        self.written = False
        for i, question in enumerate(questions):
            self.keys.append(tuple(key for reply in answered.replies[i] for key in reply.keys))
            for j, reply in enumerate(answered.replies[i]):
                self._read(reply, question, answered.orders[i][j], (i, j))
        there = ~np.isnan(self.p).any(axis=-1)  # (questions, orders)
        self.permuted = most > 1
        counts = there.sum(axis=1)
        total = np.where(there[..., None], self.p, 0.0).sum(axis=1)
        with np.errstate(invalid="ignore"):
            self.mean = total / np.where(counts, counts, np.nan)[:, None]  # (questions, options)

    def _read(
        self, reply: Reply, question: PictureQuestion, order: Order, place: tuple[int, int]
    ) -> None:
        n = len(question.options)
        match reply.answer:
            case Probabilities(p=p, option_mass=mass):
                self.p[place] = 0.0
                self.p[place][:n] = as_printed(p, order)
                self.mass[place] = mass
            case Text() as answer:
                self.written = True
                letter = chosen_letter(readable(answer), [question.options[k] for k in order])
                if letter is not None:
                    self.p[place] = 0.0
                    self.p[place][order[letter]] = 1.0
            case other:
                raise ModelProblem(f"the model answered a question with {type(other).__name__}")

    def distribution(self, i: int, n_options: int) -> tuple[float, ...] | None:
        """The mean answer to a question over its options; None if none could be read."""
        mean = self.mean[i, :n_options]
        return None if np.isnan(mean).any() else tuple(mean.tolist())

    def order_sensitivity(self) -> Floats:
        """Mean Jensen-Shannon distance of an order's answer from the mean over orders."""
        found = js_distance(self.p, self.mean[:, None, :])
        there = ~np.isnan(found)
        n = there.sum(axis=1)
        total = np.where(there, found, 0.0).sum(axis=1)
        return np.where(n > 1, total / np.maximum(n, 1), np.nan)


def _values(questions: Sequence[PictureQuestion], read: _ReadAnswers) -> dict[str, Floats]:
    """Every value of the questions, each (questions,)."""
    right = np.array([question.answer for question in questions], dtype=np.int64)
    correct = share_of_best(read.mean, right)
    values = {"correct": correct, "unscored": np.isnan(correct).astype(np.float64)}
    if not read.written:  # a written answer is a choice, not a probability
        values["p_right"] = right_probability(read.mean, right)
        values["brier"] = brier(read.mean, right)
        values["confidence"] = read.mean.max(axis=-1)
        values["option_mass"] = read.mass.mean(axis=1)
    if read.permuted:
        values["order_sensitivity"] = read.order_sensitivity()
    return values


def _blind_values(
    questions: Sequence[PictureQuestion], seen: Mapping[str, Floats], blind: _ReadAnswers
) -> dict[str, Floats]:
    """Values of the same questions without a picture, and the gain from the picture."""
    values = _values(questions, blind)
    by = "correct" if blind.written else "p_right"
    return {"blind_correct": values["correct"], "image_gain": seen[by] - values[by]}


def _scores(values: Mapping[str, Floats]) -> Iterator[Score]:
    for name, column in values.items():
        mean = mean_of_scored(column)
        yield mean_score(SCORES.get(name, name), mean, directions=WITHOUT_DIRECTION)
