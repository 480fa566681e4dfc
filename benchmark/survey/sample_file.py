"""Reads the embedded sample's own JSON layout: paraphrased questions with published shares.

Knows the layout and its schema version; not what a country or a valid share is.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from benchmark.errors import DataProblem
from benchmark.survey.raw_rows import RawQuestion
from benchmark.survey.wording import question_sha
from benchmark.survey.wording import stem as stem_of

SCHEMA_VERSION = 1

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class SampleFile:
    """A survey in our own layout, unchecked beyond its shape."""

    name: str
    licence: str
    questions: tuple[RawQuestion, ...]


def read_sample(path: Path) -> SampleFile:
    """The file's questions in its order.

    Raises
    ------
    DataProblem
        The file is missing, is not JSON, has another schema, or a question lacks a field.
    """
    try:
        whole = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise DataProblem(
            f"survey file {path} is not readable as JSON ({error}); give a CSV file in "
            "GlobalOpinionQA's layout, or --survey sample"
        ) from error
    version = whole.get("schema_version") if isinstance(whole, dict) else None
    if version != SCHEMA_VERSION:
        raise DataProblem(
            f"survey file {path} has schema_version {version!r}, but this reader knows "
            f"{SCHEMA_VERSION}; use --survey sample for the embedded one"
        )
    items = _field(whole, "questions", list, str(path))
    return SampleFile(
        name=_field(whole, "name", str, str(path)),
        licence=_field(whole, "licence", str, str(path)),
        questions=tuple(_question(item, n, path) for n, item in enumerate(items, start=1)),
    )


def _question(item: object, number: int, path: Path) -> RawQuestion:
    where = f"{path}, question {number}"
    text = _field(item, "text", str, where)
    options = _field(item, "options", list, where)
    shares = _field(item, "shares", dict, where)
    if len(options) < 2 or not all(isinstance(cell, list) for cell in shares.values()):
        raise DataProblem(f"{where} needs at least two options and a list of shares per country")
    return RawQuestion(
        question_id=_field(item, "question_id", str, where),
        text=text,
        options=tuple(str(option) for option in options),
        shares=shares,
        source=_field(item, "source", str, where),
        row=_field(item, "row", str, where, question_sha(text)),
        stem=_field(item, "stem", str, where, stem_of(text)),
        topic=_field(item, "topic", str, where, ""),
        respondents=_field(item, "respondents", dict, where, {}),
        design_effect=_design_effect(item, where),
    )


def _design_effect(item: object, where: str) -> float | None:
    found = item.get("design_effect") if isinstance(item, Mapping) else None
    if found is not None and not (isinstance(found, int | float) and 1 <= found < math.inf):
        raise DataProblem(f"{where}: design_effect {found!r} is not a number of at least 1")
    return None if found is None else float(found)


def _field(item: object, name: str, kind: type[T], where: str, default: T | None = None) -> T:
    value = item.get(name, default) if isinstance(item, Mapping) else None
    if not isinstance(value, kind):
        raise DataProblem(f"{where}: field {name!r} should be a {kind.__name__}, found {value!r}")
    return value
