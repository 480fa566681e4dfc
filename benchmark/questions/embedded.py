"""The embedded questions: our own wording about emblems that we draw; enough to see a run work.

Knows where they are. They are far too few to say anything about a model, and their header says so.
"""

from __future__ import annotations

from PIL.Image import Image

from benchmark import data
from benchmark.images import emblems
from benchmark.images.image_set import ImageSet
from benchmark.images.manifest import ImageEntry
from benchmark.images.places import Drawn
from benchmark.questions.columns import SAME
from benchmark.questions.question import QuestionSet, digest_of
from benchmark.questions.reading import read_lines
from benchmark.questions.rows import Parser

SAMPLE = data.sample("sample_questions.jsonl")
NAME = "sample"


def _draw(entry: ImageEntry) -> Image:
    return emblems.draw(entry.image_id)


def sample_questions() -> QuestionSet:
    """72 questions, marked SYNTHETIC, about 24 drawn emblems of things from twelve countries."""
    parser = Parser(columns=SAME, root=None)
    found = [parser.question(row, where) for where, row in read_lines(SAMPLE)]
    questions = tuple(sorted(found, key=lambda question: question.question_id))
    shown = {question.image_id: question for question in questions}
    entries = tuple(
        ImageEntry(
            image_id=image_id,
            country=question.country,
            category=question.category,
            licence=question.licence,
            credit="drawn by pytest-culture",
            source="synthetic",
        )
        for image_id, question in sorted(shown.items())
    )
    images = ImageSet(name=NAME, digest=emblems.digest(), entries=entries, source=Drawn(_draw))
    digest = digest_of(questions, images.digest)
    return QuestionSet(
        name=NAME, revision=f"sha256:{digest}", digest=digest, questions=questions, images=images
    )
