"""A model's answers to the choices of a case, one by one and averaged; knows no people.

Answers come back in the order shown and are kept in the printed one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmark.errors import ModelProblem
from benchmark.metrics.divergence import js_distance
from benchmark.records import Probabilities, Reply
from benchmark.scoring.floors import stack
from benchmark.scoring.option_orders import Order, as_printed, cyclic_orders
from benchmark.survey.survey import Question

Floats = NDArray[np.float64]
Shares = tuple[float, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class AskedChoice:
    """One choice put to the model: the places of question and picture, and the options' order.

    ``letters`` has the place in the alphabet of each letter as shown; () means A, B, C, ….
    """

    question: int
    picture: int
    order: Order
    letters: Order = ()


def layout(
    questions: Sequence[Question], *, pictures: int, orders: int | None
) -> tuple[AskedChoice, ...]:
    """Every question under every picture, in ``orders`` cyclic orders (None: in all)."""
    return tuple(
        AskedChoice(question=i, picture=k, order=order)
        for k in range(pictures)
        for i, question in enumerate(questions)
        for order in cyclic_orders(len(question.options), orders)
    )


class ChoiceAnswers:
    """Probabilities in the printed order, by picture and question, and their means."""

    def __init__(
        self, questions: Sequence[Question], asked: Sequence[AskedChoice], replies: Sequence[Reply]
    ) -> None:
        self._orders: dict[tuple[int, int], list[Shares]] = {}
        self.keys: list[list[str]] = [[] for _ in questions]
        self._masses: list[list[float]] = [[] for _ in questions]
        for one, reply in zip(asked, replies, strict=True):
            answer = _probabilities(reply)
            printed = as_printed(answer.p, one.order)
            self._orders.setdefault((one.picture, one.question), []).append(printed)
            self.keys[one.question].extend(reply.keys)
            self._masses[one.question].append(answer.option_mass)
        self._pictures = sorted({picture for picture, _ in self._orders})
        self.permuted = any(len(shares) > 1 for shares in self._orders.values())
        self.option_mass = np.array([sum(row) / len(row) for row in self._masses])
        self.mean = self._mean(len(questions)) if questions else np.zeros((0, 0))

    def each(self, question: int) -> tuple[Shares, ...]:
        """Every answer to a question: the first picture's orders, then the next one's."""
        return tuple(p for k in self._pictures for p in self._orders[k, question])

    def by_image(self, question: int) -> Iterator[Shares]:
        """The mean over orders for each picture."""
        for picture in self._pictures:
            shares = self._orders[picture, question]
            # Hardly ever several, and then one call each: the common case must stay cheap.
            yield shares[0] if len(shares) == 1 else tuple(np.mean(shares, axis=0).tolist())

    def table(self) -> tuple[Floats, NDArray[np.intp]]:
        """All answers, (answers, options), and which question each belongs to, (answers,)."""
        found = [(p, i) for i in range(len(self.keys)) for p in self.each(i)]
        return stack([[p for p, _ in found]])[0], np.array([i for _, i in found], dtype=np.intp)

    def written(self, each: int) -> list[list[int]]:
        """How many of the ``each`` texts written for a choice name a label, for each answer."""
        return [[int(n) for n in np.nan_to_num(np.round(self._drawn(i, each)))] for i in self._all]

    def drawn(self, each: int) -> Floats:
        """How many independent texts a question's mean shares are worth, (questions,).

        Shares of several choices are averaged, so it is the harmonic mean of their numbers of
        texts that name a label, times the choices; NaN if one choice has no such text, and the
        question therefore no shares.
        """
        found = np.full(len(self._masses), np.nan)
        for i in self._all:
            counts = np.round(self._drawn(i, each))
            if (counts > 0).all():
                found[i] = len(counts) ** 2 / (1 / counts).sum()
        return found

    def order_sensitivity(self) -> Floats:
        """How far an answer moves with the options' order, (questions,).

        The mean Jensen-Shannon distance (natural logarithm) between each order's answer and the
        mean over orders, averaged over pictures: 0 where the order changes nothing, less than
        √ln 2 = 0.83 always; lower is better. NaN if only one order was asked.
        """
        found = np.full(len(self.keys), np.nan)
        for i in self._all:
            rows = [np.array(self._orders[picture, i]) for picture in self._pictures]
            if all(len(shares) > 1 for shares in rows):
                spread = [js_distance(p, p.mean(axis=0, keepdims=True)).mean() for p in rows]
                found[i] = np.mean(spread)
        return found

    @property
    def _all(self) -> range:
        return range(len(self.keys))

    def _drawn(self, question: int, each: int) -> Floats:
        return np.array(self._masses[question]) * each

    def _mean(self, n: int) -> Floats:
        """Mean over pictures of the mean over orders, (questions, options)."""
        rows = [[tuple(p) for p in self.by_image(i)] for i in range(n)]
        return np.asarray(stack(rows).mean(axis=1))


def _probabilities(reply: Reply) -> Probabilities:
    if not isinstance(reply.answer, Probabilities):
        kind = type(reply.answer).__name__
        raise ModelProblem(f"the model answered a choice with {kind}, not with probabilities")
    return reply.answer
