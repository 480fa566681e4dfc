"""The order of training questions, and of each one's options, drawn from the seed.

Pure. Epochs are laid end to end in one list, so that a broken run resumes at a place in it.
"""

from __future__ import annotations

import string
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmark import jsonio
from benchmark.questions.question import PictureQuestion
from benchmark.scoring.option_orders import Order


@dataclass(frozen=True, kw_only=True, slots=True)
class Draw:
    """A question and the order in which its options are shown this time."""

    question: PictureQuestion
    order: Order

    @property
    def label(self) -> str:
        """The label that the right option stands under."""
        return string.ascii_uppercase[self.order.index(self.question.answer)]


def schedule(questions: Sequence[PictureQuestion], *, n: int, seed: int) -> tuple[Draw, ...]:
    """``n`` questions, epoch after epoch; each epoch is shuffled and has its own option orders.

    An epoch's draws depend on the seed and its number alone. Any order of the options may come,
    not only rotations: training gains from variety, where measuring wants balance.
    """
    found: list[Draw] = []
    epoch = 0
    while len(found) < n:
        rng = np.random.default_rng([seed, epoch])
        for place in rng.permutation(len(questions)).tolist():
            question = questions[place]
            order = tuple(rng.permutation(len(question.options)).tolist())
            found.append(Draw(question=question, order=order))
        epoch += 1
    return tuple(found[:n])


def right_places(drawn: Sequence[Draw]) -> Mapping[str, int]:
    """How often the right option stood under each label."""
    return dict(sorted(Counter(one.label for one in drawn).items()))


def digest(drawn: Sequence[Draw]) -> str:
    """SHA-256 over ids and orders: two runs with one digest saw the same in the same order."""
    return jsonio.digest([[one.question.question_id, list(one.order)] for one in drawn])
