"""A survey in another language: translated wording for the same questions and answers.

The file is JSON (docs/prompts.md): ``language`` (BCP 47), ``source`` and ``licence`` of the
wording, ``questions`` by question id with ``text`` and ``options``, and optionally ``countries``
(names by ISO3 code) and ``categories`` (by proxy). Nothing is translated here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from benchmark.errors import DataProblem
from benchmark.survey.survey import Problem, Question, Survey
from benchmark.survey.wording import folded

KEYS = ("language", "source", "licence", "questions", "countries", "categories")


@dataclass(frozen=True, kw_only=True, slots=True)
class Translation:
    """Wording by question id; names of countries and categories where the file gives them."""

    source: str
    digest: str
    language: str
    questions: Mapping[str, tuple[str, tuple[str, ...]]]
    countries: Mapping[str, str] = field(default_factory=dict)
    categories: Mapping[str, str] = field(default_factory=dict)


def load_translation(path: Path, *, language: str) -> Translation:
    """Read a translation file that must be in ``language``.

    Raises
    ------
    DataProblem
        The file cannot be read, has another layout, or is in another language.
    """
    try:
        raw = path.read_bytes()
        table = json.loads(raw)
    except OSError as error:
        raise DataProblem(f"translation file {path} cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise DataProblem(f"translation file {path} is not JSON: {error}") from error
    if not isinstance(table, dict) or not isinstance(table.get("questions"), dict):
        raise DataProblem(
            f"translation file {path} lacks the object `questions`; it has {', '.join(KEYS)}"
        )
    if table.get("language") != language:
        raise DataProblem(
            f"translation file {path} is in {table.get('language')!r} and --language is "
            f"{language!r}; they must be the same"
        )
    return Translation(
        source=str(path),
        digest=hashlib.sha256(raw).hexdigest(),
        language=language,
        questions={
            key: _question(entry, f"{path}, question {key!r}")
            for key, entry in table["questions"].items()
        },
        countries=_names(table, "countries", path),
        categories=_names(table, "categories", path),
    )


def translated(survey: Survey, translation: Translation) -> Survey:
    """The survey's translated questions under their own ids; others are left out and counted."""
    kept, lost = [], []
    for question in survey.questions:
        wording = translation.questions.get(question.question_id)
        if wording is None:
            lost.append(question.question_id)
        else:
            kept.append(_reworded(question, wording, translation.source))
    if not kept:
        raise DataProblem(
            f"translation file {translation.source} has none of the {len(survey.questions)} "
            f"questions of {survey.name}; its keys must be their question ids"
        )
    if not lost:
        return replace(survey, questions=tuple(kept))
    problem = Problem(
        kind=f"no translation into {translation.language}", count=len(lost), example=lost[0]
    )
    return replace(survey, questions=tuple(kept), problems=(*survey.problems, problem))


def _reworded(question: Question, wording: tuple[str, tuple[str, ...]], source: str) -> Question:
    text, options = wording
    if len(options) != len(question.options):
        raise DataProblem(
            f"{source}, question {question.question_id!r}: {len(options)} options where the survey "
            f"has {len(question.options)}; give one for each, in the survey's order"
        )
    if len(set(map(folded, options))) < len(options):
        raise DataProblem(
            f"{source}, question {question.question_id!r}: two options read the same; an answer "
            "could not say which is meant"
        )
    return replace(question, text=text, options=options)


def _question(entry: object, where: str) -> tuple[str, tuple[str, ...]]:
    match entry:
        case {"text": str(text), "options": [*options]} if text and _texts(options):
            return text, tuple(str(option) for option in options)
    raise DataProblem(f"{where} must have a `text` and a list of `options`, all texts")


def _texts(values: list[object]) -> bool:
    return bool(values) and all(isinstance(value, str) and value for value in values)


def _names(table: Mapping[str, Any], key: str, path: Path) -> Mapping[str, str]:
    found = table.get(key, {})
    if not isinstance(found, dict) or not _texts(list(found.values()) or ["none"]):
        raise DataProblem(f"translation file {path}: `{key}` must map names to texts")
    return {str(name): str(text) for name, text in found.items()}
