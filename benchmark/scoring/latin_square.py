"""In which presentations a question is asked so that content, position and letter come apart.

Only arithmetic on places; knows no request and no answer. Cyclic orders under fixed letters move
position and letter together: the first place is always A. Here the letters move, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from benchmark.scoring.choice_answers import AskedChoice
from benchmark.scoring.option_orders import Order
from benchmark.survey.survey import Question

SMALLEST_ODD = 3  # nine answers are as many as there are effects


class Presentation(NamedTuple):
    """For each place as shown: the option's place as printed, and the place of its letter."""

    order: Order
    letters: Order


def presentations(n_options: int) -> tuple[Presentation, ...]:
    """A balanced set of presentations; the first is the printed one.

    Each option stands equally often in each place and under each letter, and so does each letter in
    each place. Rows r rotate the options by r and the letters by 2r, a Graeco-Latin square for an
    odd number. Rotations of an even number have none, and for 2 and 6 there is none at all, so r is
    also asked with the letters rotated by 2r + 1; for 3, so that noise can be told from an effect.

    >>> [(one.order, one.letters) for one in presentations(5)][:3]
    [((0, 1, 2, 3, 4), (0, 1, 2, 3, 4)), ((1, 2, 3, 4, 0), (2, 3, 4, 0, 1)), \
((2, 3, 4, 0, 1), (4, 0, 1, 2, 3))]
    >>> [len(presentations(k)) for k in (2, 3, 4, 5, 10)]
    [4, 6, 8, 5, 20]
    """
    shifts = range(2 if n_options % 2 == 0 or n_options == SMALLEST_ODD else 1)
    return tuple(
        Presentation(_rotated(n_options, row), _rotated(n_options, 2 * row + shift))
        for shift in shifts
        for row in range(n_options)
    )


def latin_layout(questions: Sequence[Question], *, pictures: int) -> tuple[AskedChoice, ...]:
    """Every question under every picture in all of its `presentations`."""
    return tuple(
        AskedChoice(question=i, picture=k, order=one.order, letters=one.letters)
        for k in range(pictures)
        for i, question in enumerate(questions)
        for one in presentations(len(question.options))
    )


def _rotated(n: int, by: int) -> Order:
    return tuple((by + place) % n for place in range(n))
