"""The suite's requests: how a question, a picture and a template become a prompt.

Knows the wording of the slots; no answer and no metric.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass

from benchmark.questions.question import PictureQuestion
from benchmark.records import Choice, Generate, GenerationParams, ImageRef, Subject
from benchmark.scoring.option_orders import Order
from benchmark.suite.prompts import Condition, Templates
from benchmark.vocabulary import NONE

IMAGE = "image"
CONDITIONS: Mapping[str, Condition] = {
    IMAGE: Condition(
        required=("image", "question", "options"), forbidden=("country", "category", "countries")
    ),
    NONE: Condition(
        required=("question", "options"),
        forbidden=("image", "country", "category", "countries"),
        optional=True,
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Asker:
    """Requests in a template file's wording; ``generated`` asks for a written answer."""

    templates: Templates
    generated: bool
    seed: int
    tokens: int

    def ask(
        self, question: PictureQuestion, order: Order, picture: ImageRef | None
    ) -> Choice | Generate:
        """The question with its options in ``order``, about a picture or blind."""
        template = self.templates[NONE if picture is None else IMAGE]
        slots = {"question": question.text, "options": _options(question, order)}
        subject = Subject(
            country=question.country,
            item_id=question.question_id,
            order=() if order == tuple(range(len(order))) else order,
            truth=order.index(question.answer),
        )
        if self.generated:
            return Generate(
                prompt=template.fill_reason(slots, image=picture),
                params=GenerationParams(max_new_tokens=self.tokens),
                seed=self.seed,
                subject=subject,
            )
        return Choice(
            prompt=template.fill(slots, image=picture),
            labels=tuple(string.ascii_uppercase[: len(order)]),
            subject=subject,
        )


def _options(question: PictureQuestion, order: Order) -> str:
    shown = (question.options[place] for place in order)
    return "\n".join(
        f"({label}) {option}" for label, option in zip(string.ascii_uppercase, shown, strict=False)
    )
