"""Small requests, pictures, surveys and folders that the model tests share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from PIL import Image

from benchmark.models.registry import ModelOptions
from benchmark.records import Choice, ImageRef, ModelIdentity, Prompt, Subject
from benchmark.survey.survey import Question, Survey

SUBJECT = Subject(country="FRA", item_id="q1")
QUESTION = "How important is leisure in your life?\n(A) Very\n(B) Rather\n(C) Not at all\n"


def picture(colour: str, size: tuple[int, int] = (64, 64)) -> ImageRef:
    """A plain picture of one colour."""
    image = Image.new("RGB", size, colour)
    return ImageRef(image_id=colour, digest=f"{colour}{size}", pixels=lambda: image)


def prompt(
    *before: str | ImageRef, question: str = QUESTION, lead_in: str = "I choose ("
) -> Prompt:
    """A prompt whose user turn opens with these parts."""
    return Prompt(prefix=before, suffix=question, lead_in=lead_in)


def choice(
    *before: str | ImageRef,
    question: str = QUESTION,
    labels: tuple[str, ...] = ("A", "B", "C"),
    subject: Subject = SUBJECT,
) -> Choice:
    """A question about leisure unless another is given."""
    return Choice(prompt=prompt(*before, question=question), labels=labels, subject=subject)


def question(
    question_id: str,
    human: Mapping[str, Sequence[float]],
    *,
    topic: str = "religion",
    respondents: Mapping[str, int] | None = None,
) -> Question:
    """A question whose options are as many as the shares."""
    n = len(next(iter(human.values())))
    return Question(
        question_id=question_id,
        text=f"Question {question_id}?",
        options=tuple(f"option {i}" for i in range(n)),
        substantive=(True,) * n,
        topic=topic,
        stem=question_id,
        human={iso3: tuple(p) for iso3, p in human.items()},
        respondents=respondents or {},
        source="made up",
    )


def survey(*questions: Question) -> Survey:
    """A survey of these questions."""
    return Survey(
        name="tiny",
        revision="1",
        digest="d" * 64,
        licence="none",
        questions=questions,
        problems=(),
    )


def options(cache: Path, **more: object) -> ModelOptions:
    """CPU, one thread, and a cache of the test's own."""
    settings: dict[str, object] = {"device": "cpu", "threads": 1, "cache": cache, **more}
    return ModelOptions(**settings)  # type: ignore[arg-type]


def differs(one: ModelIdentity, other: ModelIdentity) -> set[str]:
    """Names of the identity's fields that are not equal."""
    names = type(one).__dataclass_fields__
    return {name for name in names if getattr(one, name) != getattr(other, name)}
