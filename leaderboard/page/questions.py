"""The wording of questions that may be published: that of the embedded samples alone.

Knows surveys and sets of questions, and runs only by the digest of their data. Others' terms forbid
publishing their wording or do not say that they allow it, so their questions appear by id.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from benchmark.jsonio import Json
from benchmark.questions.embedded import sample_questions
from benchmark.questions.question import QuestionSet
from benchmark.runs.run import Run
from benchmark.survey.survey import SAMPLE, Survey, load_survey

_CODE = re.compile(r"\bitem (Q\d+[A-Z]?)\b")


def data_digest(run: Run) -> str:
    """The digest of the survey or questions that a run asked; empty if it asked none."""
    named = (run.config.get(name) for name in ("survey", "questions"))
    found = next((one for one in named if isinstance(one, Mapping)), {})
    digest = found.get("digest", "")
    return digest if isinstance(digest, str) else ""


def publishable(digest: str) -> Mapping[str, Json] | None:
    """Text, options and code of each question of that data; None if it may not be shown.

    ``right`` is the index of the right option, if there is one.
    """
    if digest and digest == _sample().digest:
        return _of_survey(_sample())
    if digest and digest == sample_questions().digest:
        return _of_questions(sample_questions())
    return None


def _of_survey(sample: Survey) -> Mapping[str, Json]:
    return {
        "licence": sample.licence,
        "note": "Our own paraphrases, not the wording that people answered.",
        "questions": {
            question.question_id: {
                "text": question.text,
                "options": list(question.options),
                "code": code(question.source),
            }
            for question in sample.questions
        },
    }


def _of_questions(sample: QuestionSet) -> Mapping[str, Json]:
    return {
        "licence": ", ".join(sample.licences),
        "note": "Our own questions about our own drawings; they show how things work and judge no "
        "model.",
        "questions": {
            question.question_id: {
                "text": question.text,
                "options": list(question.options),
                "code": "",
                "right": question.answer,
            }
            for question in sample.questions
        },
    }


def code(source: str) -> str:
    """The item code that a citation ends with.

    >>> code("GlobalOpinionQA, World Values Survey, wave 7 item Q228"), code("somewhere")
    ('Q228', '')
    """
    found = _CODE.search(source)
    return found.group(1) if found else ""


@cache
def _sample() -> Survey:
    return load_survey(SAMPLE)
