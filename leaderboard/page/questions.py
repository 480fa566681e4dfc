"""The wording of questions that may be published: of the embedded sample, and of nothing else.

Knows surveys; no run but by the digest of its survey. Other surveys' terms forbid publishing
their wording or do not say that they allow it, so their questions appear by id.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from benchmark.jsonio import Json
from benchmark.survey import SAMPLE, Survey, load_survey
from leaderboard.runs import Run

_CODE = re.compile(r"\bitem (Q\d+[A-Z]?)\b")


def survey_digest(run: Run) -> str:
    """The digest of the survey that a run asked; empty where it asked none."""
    survey = run.config.get("survey")
    digest = survey.get("digest", "") if isinstance(survey, Mapping) else ""
    return digest if isinstance(digest, str) else ""


def publishable(digest: str) -> Mapping[str, Json] | None:
    """Text, options and code of each question of that survey; None where it may not be shown."""
    sample = _sample()
    if not digest or digest != sample.digest:
        return None
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
