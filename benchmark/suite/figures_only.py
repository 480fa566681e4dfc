"""A survey's figures and a picture list without wording and pixels, as lines of JSON and back.

For recomputing a run without the right to the questions: ids, topics, which options are opinions,
people's shares, and the digests of pixels. Knows no run and no bundle. No model can be asked what
is read here: an option is only its label, and a picture has no pixels.
"""

from __future__ import annotations

import json
import string
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import astuple, fields
from pathlib import Path
from typing import Any, NoReturn

from benchmark.errors import DataProblem
from benchmark.images.image_set import ImageSet, without_pixels
from benchmark.images.manifest import ImageEntry
from benchmark.jsonio import Json, canonical
from benchmark.survey.ordered import is_ordered
from benchmark.survey.survey import Question, Survey

FIGURES, PICTURES = ".figures.jsonl", ".pictures.jsonl"


def figures(survey: Survey) -> Iterator[str]:
    """A line about the survey, then one for each question, without wording."""
    about = {
        "name": survey.name,
        "revision": survey.revision,
        "digest": survey.digest,
        "licence": survey.licence,
    }
    yield canonical(about) + "\n"
    for question in survey.questions:
        yield canonical(_question_row(question)) + "\n"


def pictures(images: ImageSet, shown: Collection[str]) -> Iterator[str]:
    """A line about the set, then one for each picture; only ``shown`` ones have a pixel digest.

    A picture must be decoded for its digest, so only the needed ones are.
    """
    yield canonical({"name": images.name, "digest": images.digest}) + "\n"
    for entry in images.entries:
        pixels = images.open(entry).digest if entry.image_id in shown else ""
        yield canonical([*astuple(entry), pixels]) + "\n"


def read_figures(path: Path) -> Survey:
    """The survey that `figures` wrote; its options are A, B, … and its questions have no text."""
    try:
        about, *rows = _lines(path)
        return Survey(
            name=_text(about["name"]),
            revision=_text(about["revision"]),
            digest=_text(about["digest"]),
            licence=_text(about["licence"]),
            questions=tuple(_question(row) for row in rows),
            problems=(),
        )
    except (KeyError, TypeError, ValueError, IndexError) as error:
        _refuse(path, error)


def read_pictures(path: Path) -> ImageSet:
    """The set that `pictures` wrote; its pictures have digests and no pixels."""
    try:
        about, *rows = _lines(path)
        names = [field.name for field in fields(ImageEntry)]
        entries = tuple(ImageEntry(**dict(zip(names, row[:-1], strict=True))) for row in rows)
        return without_pixels(
            name=_text(about["name"]),
            digest=_text(about["digest"]),
            entries=entries,
            digests={
                entry.image_id: _text(row[-1]) for entry, row in zip(entries, rows, strict=True)
            },
        )
    except (KeyError, TypeError, ValueError, IndexError) as error:
        _refuse(path, error)


def _question_row(question: Question) -> dict[str, Json]:
    return {
        "question_id": question.question_id,
        "substantive": list(question.substantive),
        "topic": question.topic,
        "stem": question.stem,
        "human": {iso3: list(shares) for iso3, shares in question.human.items()},
        "respondents": dict(question.respondents),
        "source": question.source,
        "ordered": question.ordered,
        "design_effect": question.design_effect,
    }


def _question(row: Mapping[str, Any]) -> Question:
    substantive = tuple(bool(kept) for kept in row["substantive"])
    human = {str(iso3): tuple(map(float, shares)) for iso3, shares in row["human"].items()}
    for iso3, shares in human.items():
        if len(shares) != len(substantive):
            raise ValueError(f"{row['question_id']} has {len(shares)} shares for {iso3}")
    return Question(
        question_id=_text(row["question_id"]),
        text="",
        options=tuple(string.ascii_uppercase[: len(substantive)]),
        substantive=substantive,
        topic=_text(row["topic"]),
        stem=_text(row["stem"]),
        human=human,
        respondents={str(iso3): int(n) for iso3, n in row["respondents"].items()},
        source=_text(row["source"]),
        # Bundles of before do not say: the published scales are known by their ids.
        ordered=bool(row.get("ordered", is_ordered(_text(row["question_id"]), ()))),
        design_effect=float(row["design_effect"]) if row.get("design_effect") else None,
    )


def _lines(path: Path) -> Sequence[Any]:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise DataProblem(f"{path} cannot be read ({error.strerror})") from error
    return [json.loads(line) for line in text.splitlines()]


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not text")
    return value


def _refuse(path: Path, error: Exception) -> NoReturn:
    raise DataProblem(f"{path.name} is not a bundle's file ({error}); bundle the run again")
