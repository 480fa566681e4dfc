"""What tables show of a suite: its columns, a run in a few lines, and what the run found.

Declared in suite.toml; knows no score and no table. Texts have places for scores in braces,
``{metric@key=member,key=member:form}``; `FORM` explains the forms.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from typing import Any, TypeVar

from benchmark.errors import DataProblem, unknown
from benchmark.vocabulary import READINGS

ANY = "*"  # any member that has the score
OR = "|"  # between members: the first that has the score
# 0 to 4: the value with that many decimals, signed after a plus; ends: its interval with that many
# decimals; p: a p-value; n, missing: counts; first: the beginning of the score's method, such as
# the worst region's name; of-KEY: the scope's member under KEY, in words; key-KEY: the same as
# stored; with: the value and its interval, or why there is none.
FORM = r"\+?(?:with)?[0-4]|ends[0-4]|p|n|missing|first|(?:of|key)-[a-z_]+"
PLACE = re.compile(rf"\{{(?P<metric>\w+)(?:@(?P<scope>[^:{{}}]+))?:(?P<form>{FORM})\}}")
_BRACES = re.compile(r"\{[^{}]*\}?|\}")
Entry = TypeVar("Entry", "Column", "Line", "Group", "Block", "Note", "Finding")


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """One place in a text: which score, and in which form."""

    metric: str
    scope: Mapping[str, str]
    form: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A metric as a column; its ``interval``, or the p ``below``, on a second line.

    A ``count`` replaces the value: ``n`` answers scored, ``missing`` ones, or of the latter those
    ``unasked`` by the survey and ``unanswered`` by the model. ``only`` limits the column to the
    board's table or a run's.
    """

    head: str
    metric: str
    note: str = ""
    decimals: int = 3
    interval: bool = False
    signed: bool = False
    below: str = ""
    count: str = ""
    only: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """All columns in one ``reading``, under a ``label``.

    With blocks a run is shown in columns too: a row for each member of ``by`` and one for all.
    """

    label: str
    reading: str
    by: str = "proxy"


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """A sentence below the columns; ``only`` limits it to one table.

    Notes replace the columns' own. ``sampled``: for answers that were written several times.
    """

    text: str
    only: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """A sentence about a run: ``text``, then the texts of ``more`` up to the first without a score.

    It is left out if ``text`` lacks a score. ``by``: once for each member of a grouping.
    """

    text: str
    more: tuple[str, ...] = ()
    by: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A line of a run: a ``value``, and texts ``beside`` it, each left out if it has no score.

    The value may be empty; the line is then left out if none of its texts has a score.
    """

    label: str
    value: str
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """A line with every member of a grouping: its name and what the line ``shows`` of it."""

    label: str
    by: str
    shows: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Layout:
    """All that suite.toml says about tables; empty if it says nothing."""

    columns: tuple[Column, ...] = ()
    lines: tuple[Line, ...] = ()
    groups: tuple[Group, ...] = ()
    blocks: tuple[Block, ...] = ()
    notes: tuple[Note, ...] = ()
    findings: tuple[Finding, ...] = ()


CHOICES: Mapping[str, Sequence[str]] = {
    "reading": READINGS,
    "count": ("", "n", "missing", "unasked", "unanswered"),
    "only": ("", "board", "run", "sampled"),
}
KEYS = tuple(field.name for field in fields(Layout))


def layout_of(table: Mapping[str, Any], *, source: str) -> Layout:
    """The layout among the keys of a suite file; errors name its ``source``.

    Raises
    ------
    DataProblem
        A table has an unknown key or value or lacks one, a text has an invalid place, or a
        grouping shows no score.
    """
    groups = tuple(_entries(table, "groups", Group, source))
    for group in groups:
        if next(places(group.shows), None) is None:
            raise DataProblem(
                f"{source} [[groups]]: shows = {group.shows!r} has no place for a score; write one "
                "like {accuracy:3}"
            )
    return Layout(
        columns=tuple(_entries(table, "columns", Column, source)),
        lines=tuple(_entries(table, "lines", Line, source)),
        groups=groups,
        blocks=tuple(_entries(table, "blocks", Block, source)),
        notes=tuple(_entries(table, "notes", Note, source)),
        findings=tuple(_entries(table, "findings", Finding, source)),
    )


def places(text: str) -> Iterator[Place]:
    """The places in a text, in order.

    >>> [(place.metric, place.scope, place.form) for place in places("tau {tau@frame=wvs:+2}")]
    [('tau', {'frame': 'wvs'}, '+2')]
    """
    for found in PLACE.finditer(text):
        yield place_of(found)


def place_of(found: re.Match[str]) -> Place:
    """The place that `PLACE` matched."""
    pairs = (pair.partition("=") for pair in (found["scope"] or "").split(",") if pair)
    return Place(
        metric=found["metric"],
        scope={key: member for key, _, member in pairs},
        form=found["form"],
    )


def _entries(
    table: Mapping[str, Any], name: str, kind: type[Entry], source: str
) -> Iterator[Entry]:
    entries = table.get(name, [])
    if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
        raise DataProblem(f"{source}: {name} must be tables, each starting with [[{name}]]")
    for one in entries:
        yield _entry(one, kind, f"{source} [[{name}]]")


def _entry(entry: Mapping[str, Any], kind: type[Entry], where: str) -> Entry:
    known = {field.name: field for field in fields(kind)}
    for key in entry:
        if key not in known:
            raise DataProblem(unknown("key", key, known, source=where))
    missing = [name for name, f in known.items() if f.default is MISSING and name not in entry]
    if missing:
        raise DataProblem(f"{where} lacks {', '.join(missing)}")
    values: dict[str, Any] = {
        key: tuple(v) if isinstance(v, list) else v for key, v in entry.items()
    }
    for key, value in values.items():
        wanted = type(known[key].default) if known[key].default is not MISSING else str
        if type(value) is not wanted:
            raise DataProblem(f"{where}: {key} = {value!r} must be of type {wanted.__name__}")
        if value not in CHOICES.get(key, (value,)):
            raise DataProblem(unknown(key, str(value), CHOICES[key], source=where))
        _check(value, where, str(entry.get("by", "")))
    return kind(**values)


def _check(value: object, where: str, by: str) -> None:
    texts: Sequence[object] = value if isinstance(value, tuple) else [value]
    for text in texts:
        for braces in _BRACES.findall(text) if isinstance(text, str) else ():
            if PLACE.fullmatch(braces) is None:
                raise DataProblem(
                    f"{where}: {braces!r} is not a place for a score; write one like "
                    "{accuracy:3} or {tau@frame=wvs:ends2}"
                )
        for place in places(text) if isinstance(text, str) else ():
            form, _, key = place.form.partition("-")
            if form in ("of", "key") and key not in (*place.scope, by):
                raise DataProblem(
                    f"{where}: {place.form!r} names no key of its place; write one like "
                    f"{{accuracy@{key}=*:{place.form}}}"
                )
