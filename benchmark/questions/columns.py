"""Which column of a foreign table is which field of ours: names only, no row is read here.

A mapping is `field=column` pairs, a TOML file, or the name of one that ships with the project. A
TOML file has `[columns]`, and may have `[constants]` (fields that the table lacks),
`[pattern]` (a regular expression whose first group is the value) and `[category]`,
`[question_type]` and `[country]` (what the table's words mean).
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmark import data
from benchmark.errors import DataProblem, UsageProblem, unknown
from benchmark.jsonio import digest
from benchmark.questions.kinds import folded

REQUIRED = ("id", "image", "question", "options", "answer", "question_type", "category", "country")
OPTIONAL = ("concept", "split", "licence")
FIELDS = (*REQUIRED, *OPTIONAL)
WORDS = ("category", "question_type", "country")
TABLES = ("columns", "constants", "pattern", *WORDS)
OPTION = "--question-columns"
READY = data.file("question_columns")


@dataclass(frozen=True, kw_only=True, slots=True)
class Columns:
    """Where each field is found: ``columns`` by field, several if each option has its own.

    ``words`` has the meaning of the table's words, by field and `kinds.folded` word.
    """

    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    patterns: Mapping[str, re.Pattern[str]] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    digest: str = ""

    def of(self, name: str) -> tuple[str, ...]:
        """The columns that hold a field; by default its own name."""
        return self.columns.get(name, (name,))

    def used(self) -> tuple[str, ...]:
        """Every column that is read if present, each once."""
        wanted = (name for name in FIELDS if name not in self.constants)
        return tuple(dict.fromkeys(column for name in wanted for column in self.of(name)))


SAME = Columns()


def ready() -> tuple[str, ...]:
    """Names of the mappings that ship with the project."""
    return tuple(sorted(path.stem for path in READY.glob("*.toml")))


def columns_of(text: str) -> Columns:
    """The mapping that the option names; an empty text means our own column names.

    Raises
    ------
    UsageProblem, DataProblem
        It is neither pairs nor a file nor one of ours, or it is contradictory.
    """
    if not text:
        return SAME
    if "=" in text:
        pairs = [part.partition("=") for part in text.split(",")]
        table = {name.strip(): column.strip().split("+") for name, _, column in pairs}
        return _columns({"columns": table}, source=OPTION)
    if text in ready():
        return _read(READY / f"{text}.toml")
    if not text.endswith(".toml"):
        known = (*ready(), "FILE.toml", "field=column,…")
        raise UsageProblem(unknown("mapping", text, known, source=OPTION))
    return _read(Path(text))


def _read(path: Path) -> Columns:
    try:
        return _columns(tomllib.loads(path.read_text(encoding="utf-8")), source=str(path))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DataProblem(f"column mapping {path} cannot be read as TOML: {error}") from error


def _columns(tables: Mapping[str, object], *, source: str) -> Columns:
    for name in tables:
        if name not in TABLES:
            raise DataProblem(unknown("table", name, TABLES, source=source))
    columns = _table(tables, "columns", source)
    texts = {name: _table(tables, name, source) for name in ("constants", "pattern")}
    for name in (*columns, *texts["constants"], *texts["pattern"]):
        if name not in FIELDS:
            raise DataProblem(unknown("field", name, FIELDS, source=source))
    return Columns(
        columns={name: _several(value, name, source) for name, value in columns.items()},
        constants={name: str(value) for name, value in texts["constants"].items()},
        patterns={
            name: _pattern(str(value), name, source) for name, value in texts["pattern"].items()
        },
        words={
            name: {folded(k): str(v) for k, v in _table(tables, name, source).items()}
            for name in WORDS
        },
        digest=hashlib.sha256(digest(tables).encode()).hexdigest(),
    )


def _table(tables: Mapping[str, object], name: str, source: str) -> Mapping[str, object]:
    found = tables.get(name, {})
    if not isinstance(found, Mapping):
        raise DataProblem(f"[{name}] in column mapping {source} is not a table of names")
    return found


def _several(value: object, name: str, source: str) -> tuple[str, ...]:
    names = (value,) if isinstance(value, str) else value
    if not isinstance(names, Sequence) or not names or not all(names):
        raise DataProblem(f"column mapping {source} gives no column for {name!r}; name one")
    if len(names) > 1 and name != "options":
        raise DataProblem(
            f"column mapping {source} gives {len(names)} columns for {name!r}; only options may "
            "have one for each"
        )
    return tuple(map(str, names))


def _pattern(text: str, name: str, source: str) -> re.Pattern[str]:
    try:
        found = re.compile(text)
    except re.error as error:
        why = f"pattern of {name!r} in {source} is not a regular expression ({error}); correct it"
        raise DataProblem(why) from error
    if found.groups < 1:
        raise DataProblem(
            f"pattern of {name!r} in {source} has no group; put the value in parentheses"
        )
    return found
