"""Reads the ratings in Label Studio's exports, joins them with the key and checks them by it.

Knows exports and the key; no statistic. Whatever cannot be a rating of this study is refused in
one sentence; an absent rating is missing (NaN).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmark.errors import DataProblem
from benchmark.images.label_studio import AnnotatedTask, Annotation, Value, read_export
from benchmark.metrics.divergence import FloatArray
from leaderboard.study.key import Key
from leaderboard.study.project import FIELDS


@dataclass(frozen=True, kw_only=True, slots=True)
class Checks:
    """A rater's attention checks: on the list, answered, and answered wrongly."""

    on_list: int
    answered: int
    missed: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Ratings:
    """All that raters answered; items, raters and dimensions in the key's order."""

    key: Key
    items: tuple[str, ...]
    raters: tuple[str, ...]  # those with at least one rating
    values: FloatArray  # (dimensions, items, raters), NaN is missing
    checks: Mapping[str, Checks]
    accounts: Mapping[str, tuple[str, ...]]
    notes: tuple[str, ...]

    def without(self, dropped: Sequence[str]) -> FloatArray:
        """The ratings of the remaining raters, (dimensions, items, raters left)."""
        kept = [at for at, rater in enumerate(self.raters) if rater not in dropped]
        left: FloatArray = self.values[:, :, kept]
        return left


@dataclass(kw_only=True, slots=True)
class _AnswersSoFar:
    """What was read so far, by rater and page, and the id of the study it must belong to."""

    study: str
    answers: dict[tuple[str, str], Mapping[str, float]] = field(default_factory=dict)
    file: dict[tuple[str, str], Path] = field(default_factory=dict)
    accounts: dict[str, set[str]] = field(default_factory=dict)
    skipped: int = 0


def read_ratings(key: Key, exports: Sequence[Path]) -> Ratings:
    """The ratings in one or more exports, given in any order.

    Raises
    ------
    DataProblem
        A file is not an export of this study, a task or rating is impossible, a page was rated
        twice, two accounts filled in one rater's list, or there is no rating at all.
    """
    read = _AnswersSoFar(study=key.study)
    for path in exports:
        for task in read_export(path):
            _add(read, key, task, path)
    if not any(read.answers.values()):
        named = ", ".join(map(str, exports))
        raise DataProblem(f"there is no rating in {named}; export after pages were submitted")
    for rater, accounts in read.accounts.items():
        if len(accounts) > 1:
            raise DataProblem(
                f"rater {rater}'s list was filled in by accounts {', '.join(sorted(accounts))}; a "
                "list is one person's: delete the other's annotations and export again"
            )
    return _ratings(key, read)


def _add(read: _AnswersSoFar, key: Key, task: AnnotatedTask, path: Path) -> None:
    study, rater, item = (task.data.get(name) for name in FIELDS)
    if not (isinstance(study, str) and isinstance(rater, str) and isinstance(item, str)):
        raise DataProblem(
            f"{path} has a task without {', '.join(FIELDS)}: it is not an export of our studies"
        )
    if study != read.study:
        raise DataProblem(
            f"{path} is an export of study {study}, the key is that of {read.study}; name the "
            "folder that its tasks came from"
        )
    if rater not in key.raters:
        raise DataProblem(f"{path} has a task for rater {rater!r}, who is not in the study")
    if item not in key.raters[rater]:
        raise DataProblem(f"{path} has task {item!r}, which is not on the list of rater {rater}")
    given = [one for one in task.annotations if not one.skipped]
    read.skipped += len(task.annotations) - len(given)
    for annotation in given:
        _answer(read, key, annotation, (rater, item), path)


def _answer(
    read: _AnswersSoFar, key: Key, annotation: Annotation, page: tuple[str, str], path: Path
) -> None:
    rater, item = page
    if page in read.file:
        where = f"{read.file[page]} and {path}" if read.file[page] != path else f"{path}, twice"
        raise DataProblem(
            f"task {item!r} of rater {rater} was rated more than once ({where}); a rater rates a "
            "page once: name each export once, or delete the other annotation"
        )
    where = f"{path}, task {item!r} of rater {rater}"
    read.file[page] = path
    read.answers[page] = {
        name: _rating(key, name, annotation.values[name], where)
        for name in key.dimensions.names
        if name in annotation.values
    }
    if annotation.account:
        read.accounts.setdefault(rater, set()).add(annotation.account)


def _rating(key: Key, name: str, given: Sequence[Value], where: str) -> float:
    """A rating as a number on the scale, from the text of the choice."""
    steps = {str(step): float(step) for step in key.dimensions.steps}
    texts = [
        str(int(one)) if isinstance(one, float) and one % 1 == 0 else str(one) for one in given
    ]
    if len(texts) != 1 or texts[0] not in steps:
        raise DataProblem(
            f"{where}: {name} was rated {', '.join(texts)}; the scale is the whole numbers from "
            f"{key.dimensions.low} to {key.dimensions.high}, one for each question"
        )
    return steps[texts[0]]


def _ratings(key: Key, read: _AnswersSoFar) -> Ratings:
    items, names = tuple(sorted(key.stories)), key.dimensions.names
    rated = {
        rater for (rater, item), given in read.answers.items() if given and item in key.stories
    }
    raters = tuple(rater for rater in key.raters if rater in rated)
    at = {item: place for place, item in enumerate(items)}
    column = {rater: place for place, rater in enumerate(raters)}
    values = np.full((len(names), len(items), len(raters)), np.nan)
    for (rater, item), given in read.answers.items():
        if item in at and rater in column:
            values[:, at[item], column[rater]] = [given.get(name, np.nan) for name in names]
    return Ratings(
        key=key,
        items=items,
        raters=raters,
        values=values,
        checks={rater: _checks(key, read, rater) for rater in raters},
        accounts={rater: tuple(sorted(read.accounts.get(rater, ()))) for rater in raters},
        notes=tuple(_notes(key, read, raters)),
    )


def _checks(key: Key, read: _AnswersSoFar, rater: str) -> Checks:
    """How the checks went: one is missed if any answer on it is not what the page asked for."""
    mine = [item for item in key.raters[rater] if item in key.checks]
    given = {item: read.answers[rater, item] for item in mine if read.answers.get((rater, item))}
    missed = [
        item for item, answers in given.items() if set(answers.values()) != {key.checks[item]}
    ]
    return Checks(on_list=len(mine), answered=len(given), missed=len(missed))


def _notes(key: Key, read: _AnswersSoFar, raters: Sequence[str]) -> Iterator[str]:
    """What is odd but not an error."""
    if read.skipped:
        yield f"skipped pages, whose ratings are missing: {read.skipped}"
    silent = [rater for rater in key.raters if rater not in raters]
    if silent:
        yield f"raters who rated no story: {', '.join(silent)}"
    shared: dict[str, list[str]] = {}
    for rater in raters:
        for account in read.accounts.get(rater, ()):
            shared.setdefault(account, []).append(rater)
    for account, theirs in sorted(shared.items()):
        if len(theirs) > 1:
            yield (
                f"account {account} filled in the lists of {', '.join(theirs)}: if that is one "
                "person, agreement with themselves counts as agreement between raters"
            )
