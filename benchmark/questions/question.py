"""A question about a picture, and a set of them; knows no file format and no model."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from benchmark.images.image_set import ImageSet
from benchmark.images.manifest import ImageEntry
from benchmark.survey.raw_rows import Problem


@dataclass(frozen=True, kw_only=True, slots=True)
class PictureQuestion:
    """One question: ``answer`` is the place of the right option; ``split`` may be empty.

    ``concept`` is what the picture shows, or the picture's id if the set does not say; questions
    about one picture share ``image_id``.
    """

    question_id: str
    image_id: str
    text: str
    options: tuple[str, ...]
    answer: int
    question_type: str
    category: str
    concept: str
    country: str
    split: str
    licence: str


@dataclass(frozen=True, kw_only=True)
class QuestionSet:
    """Questions sorted by id, and the pictures they are about.

    ``digest`` covers every field of every question and what the picture set's digest covers;
    ``revision`` is a Hub commit, or that digest.
    """

    name: str
    revision: str
    digest: str
    questions: tuple[PictureQuestion, ...]
    images: ImageSet
    problems: tuple[Problem, ...] = ()

    @cached_property
    def entries(self) -> Mapping[str, ImageEntry]:
        """The pictures by id."""
        return {entry.image_id: entry for entry in self.images.entries}

    @property
    def licences(self) -> tuple[str, ...]:
        """Every licence that a question names, sorted; a question without one adds 'not stated'."""
        return tuple(sorted({question.licence or "not stated" for question in self.questions}))


def digest_of(questions: Sequence[PictureQuestion], *more: str) -> str:
    """SHA-256 over all fields of all questions, in their order, and over the given texts."""
    found = hashlib.sha256()
    for q in questions:
        fields = (
            *(q.question_id, q.image_id, q.text, q.options, q.answer, q.question_type),
            *(q.category, q.concept, q.country, q.split, q.licence),
        )
        found.update(json.dumps(fields, ensure_ascii=False).encode())
        found.update(b"\n")
    for text in more:
        found.update(text.encode())
    return found.hexdigest()
