"""From a recipe to training data: questions read, divided and licensed, and how they are asked.

Knows data and the suite's wording; no model and no framework.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from benchmark.errors import DataProblem
from benchmark.finetune import splitting
from benchmark.finetune.batches import shrunk
from benchmark.finetune.options import Recipe
from benchmark.finetune.schedule import Draw, schedule
from benchmark.finetune.splitting import Group, Parts
from benchmark.questions.copies import copies
from benchmark.questions.question import PictureQuestion, QuestionSet
from benchmark.records import Choice
from benchmark.suite.prompts import Templates, load_templates
from benchmark.suite.sources import questions_at
from suites.cultureverse.asking import CONDITIONS, Asker
from suites.cultureverse.suite import DEFAULT, PROMPTS


@dataclass(frozen=True, kw_only=True)
class TrainingData:
    """What a fine-tuning trains on and validates with; ``drawn`` is all that training shows."""

    recipe: Recipe
    questions: QuestionSet
    groups: tuple[Group, ...]
    parts: Parts
    templates: Templates
    licences: tuple[str, ...]

    @cached_property
    def drawn(self) -> tuple[Draw, ...]:
        """Every question in every epoch, in order."""
        recipe, n = self.recipe, len(self.parts.train)
        steps, step = recipe.max_steps, recipe.batch_size * recipe.accumulation
        wanted = n * recipe.epochs if steps is None else steps * step
        return schedule(self.parts.train, n=wanted, seed=recipe.seed)

    def at(self, place: int) -> Choice:
        """The training request at a place of the schedule, pictures shrunk if asked."""
        one = self.drawn[place]
        return self._ask(one, self.recipe.max_image_size)

    def as_printed(self, question: PictureQuestion) -> Choice:
        """The request as the suite makes it, options in the printed order, picture as it is."""
        order = tuple(range(len(question.options)))
        return self._ask(Draw(question=question, order=order), None)

    def _ask(self, one: Draw, longest: int | None) -> Choice:
        entry = self.questions.entries[one.question.image_id]
        picture = shrunk(self.questions.images.open(entry), longest)
        asked = self._asker.ask(one.question, one.order, picture)
        if not isinstance(asked, Choice):
            raise TypeError("the suite's asker gave no choice")
        return asked

    @cached_property
    def _asker(self) -> Asker:
        return Asker(templates=self.templates, generated=False, seed=self.recipe.seed, tokens=0)


def prepare(recipe: Recipe, *, cache: Path) -> TrainingData:
    """Read, divide and check the questions.

    Raises
    ------
    DataProblem, UsageProblem, HubProblem
        The data cannot be read, has no such split or group or no licence, or nothing is left.
    """
    questions = questions_at(recipe.data, recipe.question_columns, cache=cache)
    held_out = splitting.groups(recipe.hold_out, questions.questions)
    parts = splitting.parts(
        questions.questions,
        split=recipe.split,
        held_out=held_out,
        validation=recipe.validation,
        rng=np.random.default_rng(recipe.seed),
        copies=copies(questions),
    )
    file = Path(recipe.prompts) if recipe.prompts else PROMPTS / f"{DEFAULT}.toml"
    return TrainingData(
        recipe=recipe,
        questions=questions,
        groups=held_out,
        parts=parts,
        templates=load_templates(file, conditions=CONDITIONS),
        licences=_licences((*parts.train, *parts.validation), recipe.data_licence),
    )


def _licences(questions: tuple[PictureQuestion, ...], instead: str) -> tuple[str, ...]:
    silent = sum(not question.licence for question in questions)
    if silent and not instead:
        raise DataProblem(
            f"{silent} of {len(questions)} training questions state no licence, which the model "
            "card has to name; fill in the column licence, or give it with --data-licence"
        )
    return tuple(sorted({question.licence or instead for question in questions}))
