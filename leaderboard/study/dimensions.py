"""The dimensions by which people rate stories, read from a TOML file.

Knows no study, rater or rating.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from benchmark import data
from benchmark.errors import DataProblem

SHIPPED = data.file("story_dimensions.toml")
OVERALL = "overall"  # the mean of all dimensions, so no dimension may have this name
ANSWER = "{answer}"
_NAME = re.compile(r"[a-z][a-z0-9-]*")
_TEXTS = ("name", "title", "definition", "lowest", "highest")
_MARKS = ("paper", "picture")


@dataclass(frozen=True, kw_only=True, slots=True)
class Dimension:
    """One question to raters; ``lowest`` and ``highest`` say what the ends of the scale mean.

    ``paper`` marks a name from the paper, ``picture`` a question that needs the picture.
    """

    name: str
    title: str
    definition: str
    lowest: str
    highest: str
    paper: bool = False
    picture: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Dimensions:
    """A questionnaire: its dimensions, the numbers to choose from, and the wording of a check."""

    name: str
    low: int
    high: int
    attention: str
    every: tuple[Dimension, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.every)

    @property
    def steps(self) -> tuple[int, ...]:
        """The ratings to choose from, worst to best."""
        return tuple(range(self.low, self.high + 1))


def read_dimensions(path: Path = SHIPPED) -> Dimensions:
    """The questionnaire in a file.

    Raises
    ------
    DataProblem
        The file cannot be read or is not a questionnaire: the sentence says where.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataProblem(f"{path} cannot be read ({error.strerror or error})") from error
    except ValueError as error:
        raise DataProblem(f"{path} is not TOML ({error})") from error
    entries = table.get("dimension")
    if not isinstance(entries, list) or not entries:
        raise DataProblem(f"{path} has no [[dimension]]; copy {SHIPPED.name} and change it")
    every = tuple(_dimension(entry, path) for entry in entries)
    names = [one.name for one in every]
    if len(set(names)) < len(names):
        raise DataProblem(f"{path} has two dimensions with one name; each needs its own")
    low, high = (_whole(table.get(end), end, path) for end in ("low", "high"))
    if not 0 <= low < high <= low + 19:
        raise DataProblem(f"{path}: scale {low} to {high} needs 2 to 20 steps, none below 0")
    attention = table.get("attention", "")
    if not isinstance(attention, str) or ANSWER not in attention:
        raise DataProblem(f"{path}: attention must be a text with {ANSWER} in it")
    return Dimensions(
        name=str(table.get("name", path.stem)), low=low, high=high, attention=attention, every=every
    )


def _dimension(entry: object, path: Path) -> Dimension:
    if not isinstance(entry, dict):
        raise DataProblem(f"{path}: a [[dimension]] is not a table")
    texts = {key: entry.get(key) for key in _TEXTS}
    for key, text in texts.items():
        if not isinstance(text, str) or not text.strip():
            raise DataProblem(f"{path}: dimension {entry.get('name')!r} has no {key}")
    for key in _MARKS:
        if not isinstance(entry.get(key, False), bool):
            raise DataProblem(f"{path}: {key} of dimension {entry['name']!r} is not true or false")
    name = entry["name"]
    if not _NAME.fullmatch(name) or name == OVERALL:
        raise DataProblem(
            f"{path}: dimension {name!r} must be named in lower-case letters, digits and hyphens, "
            f"and not {OVERALL!r}"
        )
    if unknown := entry.keys() - {*_TEXTS, *_MARKS}:
        raise DataProblem(f"{path}: dimension {name!r} has an unknown key {min(unknown)!r}")
    return Dimension(**entry)


def _whole(value: object, end: str, path: Path) -> int:
    if type(value) is not int:
        raise DataProblem(f"{path}: {end} of the scale is {value!r} and not a whole number")
    return value
