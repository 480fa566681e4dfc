"""The key of a study, key.json: which model wrote what, who rates what, what checks should answer.

Knows its file; no page and no rating. It stays with the researcher: the tasks hold nothing of it
but ids. The study's id is the digest of the content, so that a key and an export that do not
belong together are recognised.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from benchmark import __version__, jsonio
from benchmark.errors import BoardProblem
from benchmark.jsonio import Json, number
from benchmark.runs.documents import exists, load, schema_name, validate, write
from leaderboard.study.dimensions import Dimension, Dimensions

KEY = "key.json"


@dataclass(frozen=True, kw_only=True, slots=True)
class StudyModel:
    """A model of the study and the run that its stories come from."""

    label: str
    name: str
    model_id: str
    revision: str
    config_digest: str
    run: str


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyStory:
    """What a story's id stands for; ``values`` are its automatic metrics, NaN if undefined."""

    model: str
    country: str
    concept: str
    temperature: float
    response: int
    image: str
    values: Mapping[str, float]

    @property
    def cell(self) -> str:
        """Nationality and concept, which all models' stories of a cell share."""
        return f"{self.country}/{self.concept}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """A whole study: ``raters`` has each rater's pages in order, ``checks`` the right answers."""

    seed: int
    proxy: str
    dimensions: Dimensions
    models: tuple[StudyModel, ...]
    stories: Mapping[str, KeyStory]
    checks: Mapping[str, int]
    raters: Mapping[str, tuple[str, ...]]
    harness_version: str = __version__

    @property
    def study(self) -> str:
        """Twelve hex digits that name the study and are in each of its tasks."""
        return jsonio.digest(_content(self))[:12]


def write_key(folder: Path, key: Key) -> Path:
    """Write key.json into the folder."""
    path = folder / KEY
    head = {"schema": schema_name("study-key"), "study": key.study}
    write(path, jsonio.pretty({**head, **_content(key)}))
    return path


def read_key(folder: Path) -> Key:
    """The key in a folder that ``study export`` wrote.

    Raises
    ------
    BoardProblem
        There is none, it is not a key, or it was changed.
    """
    path = folder / KEY
    if not exists(path):
        raise BoardProblem(
            f"{folder} has no {KEY}, which says which model wrote what; name the "
            "folder that `study export` wrote"
        )
    document = load(path, "study-key")
    try:
        validate(document, "study-key")
    except BoardProblem as problem:
        raise BoardProblem(f"{path}: {problem}") from problem
    key = _key(cast("Mapping[str, Any]", document))
    if key.study != document["study"]:
        raise BoardProblem(f"{path} was changed after the export; use the file as it was written")
    return key


def _content(key: Key) -> dict[str, Json]:
    about = key.dimensions
    return {
        "seed": key.seed,
        "proxy": key.proxy,
        "dimensions": {
            "name": about.name,
            "low": about.low,
            "high": about.high,
            "attention": about.attention,
            "every": [asdict(one) for one in about.every],
        },
        "models": [asdict(model) for model in key.models],
        "stories": {
            name: {**asdict(story), "values": jsonio.plain(dict(story.values))}
            for name, story in key.stories.items()
        },
        "checks": dict(key.checks),
        "raters": {name: list(pages) for name, pages in key.raters.items()},
        "harness_version": key.harness_version,
    }


def _key(fields: Mapping[str, Any]) -> Key:
    about = fields["dimensions"]
    return Key(
        seed=fields["seed"],
        proxy=fields["proxy"],
        dimensions=Dimensions(
            name=about["name"],
            low=about["low"],
            high=about["high"],
            attention=about["attention"],
            every=tuple(Dimension(**one) for one in about["every"]),
        ),
        models=tuple(StudyModel(**model) for model in fields["models"]),
        stories={name: _story(story) for name, story in fields["stories"].items()},
        checks=fields["checks"],
        raters={name: tuple(pages) for name, pages in fields["raters"].items()},
        harness_version=fields["harness_version"],
    )


def _story(fields: Mapping[str, Any]) -> KeyStory:
    values = {name: number(value) for name, value in fields["values"].items()}
    return KeyStory(**{**fields, "values": values, "temperature": number(fields["temperature"])})
