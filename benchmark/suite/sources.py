"""Where data come from: `sample`, `hub` or a path, each opened by the right reader.

Knows settings and readers; no suite, no model.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path

from benchmark.hub import data_sets
from benchmark.hub.asking import REPO_ID
from benchmark.images.opening import (
    ImageSet,
    drawn_sample,
    drawn_stories,
    is_story,
    load_images,
    load_manifest,
    no_pictures,
    union,
)
from benchmark.questions.columns import columns_of
from benchmark.questions.embedded import NAME, sample_questions
from benchmark.questions.question import QuestionSet
from benchmark.questions.reading import load_questions
from benchmark.settings import Settings
from benchmark.suite.figures_only import FIGURES, PICTURES, read_figures, read_pictures
from benchmark.survey.survey import SAMPLE, Survey, load_survey

__all__ = [
    "FIGURES",
    "PICTURES",
    "is_hub_id",
    "open_images",
    "open_stories",
    "open_survey",
    "question_set_name",
    "questions_at",
]

_FILES = frozenset({".jsonl", ".parquet"})
_ODD = re.compile(r"[^A-Za-z0-9._-]+")
_HUB_ID = re.compile(rf"{REPO_ID}(@[\w.-]+)?")


def open_survey(settings: Settings, *, source: str, topic_labels: Path | None = None) -> Survey:
    """The survey that the settings name; the Hub's is fetched once and then read from the cache."""
    match settings.survey:
        case "sample":
            path = Path(str(SAMPLE))
        case "hub":
            survey = load_survey(
                data_sets.fetch_survey(settings.cache), source=source, topic_labels=topic_labels
            )
            return replace(survey, name=data_sets.SURVEY, revision=data_sets.PINNED)
        case text if text.endswith(FIGURES):
            return read_figures(Path(text))
        case text:
            path = Path(text)
    return load_survey(path, source=source, topic_labels=topic_labels)


def open_images(settings: Settings, countries: Sequence[str]) -> ImageSet:
    """All pictures that the settings name; CVQA's are fetched once for the given countries.

    Pictures for stories are left out: they belong to no category.
    """
    found = union([_images(choice, settings, countries) for choice in settings.images])
    if not any(map(is_story, found.entries)):
        return found
    return replace(found, entries=tuple(e for e in found.entries if not is_story(e)))


def open_stories(settings: Settings) -> ImageSet:
    """All pictures for stories that the settings name; the Hub has none, and nothing is fetched."""
    given = [choice for choice in settings.images if choice != "hub"]
    found = union([_stories(choice) for choice in given]) if given else no_pictures()
    if all(map(is_story, found.entries)):
        return found  # unchanged: a bundle's pictures are known only by their set
    return replace(found, entries=tuple(filter(is_story, found.entries)))


def _stories(choice: str) -> ImageSet:
    match choice:
        case "sample":
            return drawn_stories()
        case text if text.endswith(PICTURES):
            return read_pictures(Path(text))
        case text:
            return load_images(Path(text))


def is_hub_id(text: str) -> bool:
    """Whether a text has the form of a Hub data set's name, with or without a revision.

    >>> is_hub_id("afaji/cvqa"), is_hub_id("org/name@main"), is_hub_id("./org/name")
    (True, True, False)
    """
    return _HUB_ID.fullmatch(text) is not None


def questions_at(source: str, mapping: str, *, cache: Path) -> QuestionSet:
    """The questions at a source that ``--questions`` names; the Hub's are fetched once."""
    columns = columns_of(mapping)
    if source == NAME:
        return sample_questions()
    if not is_hub_id(source):
        return load_questions(Path(source), columns, cache=cache)
    name, _, revision = source.partition("@")
    folder = data_sets.fetch_questions(cache, name, revision or None, columns)
    found = load_questions(folder, columns, cache=cache)
    return replace(found, name=name, revision=data_sets.commit_of(folder))


def question_set_name(source: str, *, taken: Container[str] = ()) -> str:
    """A set's name in case ids: the last part of its path or of its name on the Hub.

    Equal names are numbered.

    >>> question_set_name("afaji/cvqa@main"), question_set_name("/data/my set.v2.jsonl")
    ('cvqa', 'my-set.v2')
    >>> question_set_name("b/mine", taken=["mine"])
    'mine-2'
    """
    path = Path(source)
    last = path.stem if path.suffix in _FILES else path.name.partition("@")[0]
    name = _ODD.sub("-", last) or "set"
    numbered = (f"{name}-{n}" for n in count(2))
    return name if name not in taken else next(one for one in numbered if one not in taken)


def _images(choice: str, settings: Settings, countries: Sequence[str]) -> ImageSet:
    match choice:
        case "sample":
            return drawn_sample()
        case "hub":
            return load_manifest(data_sets.fetch_cvqa(settings.cache, countries=countries))
        case text if text.endswith(PICTURES):
            return read_pictures(Path(text))
        case text:
            return load_images(Path(text))
