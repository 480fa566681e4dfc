"""From a table's row to a question, or one sentence on why it cannot be one.

Knows the fields and what they may hold; no file format. Each country name is looked up once.
"""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from benchmark.errors import DataProblem, unknown
from benchmark.images.table import inside
from benchmark.questions.columns import FIELDS, OPTION, OPTIONAL, Columns
from benchmark.questions.kinds import categories, folded, question_types, slug_of
from benchmark.questions.question import PictureQuestion
from benchmark.world import countries as world

Row = Mapping[str, object]
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, kw_only=True)
class Parser:
    """Reads rows by one mapping; ``root`` is the folder of pictures, None if they need none.

    ``split`` is for rows that do not name theirs.
    """

    columns: Columns
    root: Path | None
    split: str = ""
    _known: dict[tuple[str, str], str] = field(default_factory=dict)
    _paths: dict[str, str] = field(default_factory=dict)

    def question(self, row: Row, where: str) -> PictureQuestion:
        """The question in a row; ``where`` tells messages which row it was.

        Raises
        ------
        DataProblem
            A column is missing, or a value is not what its field may hold.
        """
        question_id = self._text(row, "id", where)
        where = f"{where}, question {question_id!r}"
        options = self._options(row, where)
        image_id = self._image(row, where)
        return PictureQuestion(
            question_id=question_id,
            image_id=image_id,
            text=self._text(row, "question", where),
            options=options,
            answer=_answer(self._value(row, "answer", where), options, where),
            question_type=self._kind(row, "question_type", where),
            category=self._kind(row, "category", where),
            concept=sys.intern(self._text(row, "concept", where, needed=False) or image_id),
            country=self._country(row, where),
            split=sys.intern(self._text(row, "split", where, needed=False) or self.split),
            licence=sys.intern(self._text(row, "licence", where, needed=False)),
        )

    def _value(self, row: Row, name: str, where: str) -> object:
        constant, column = self._places[name]
        if constant is not None:
            return constant
        try:
            return row[column]
        except KeyError:
            if name in OPTIONAL:
                return None
            raise self._missing_column(row, name, column, where) from None

    def _missing_column(self, row: Row, name: str, column: str, where: str) -> DataProblem:
        found = ", ".join(map(str, row)) or "none"
        return DataProblem(
            f"{where}: no column {column!r} for {name!r} among {found}; add it, or name the right "
            f"one with {OPTION} {name}=COLUMN"
        )

    @cached_property
    def _places(self) -> Mapping[str, tuple[str | None, str]]:
        """A field's constant, if any, and its first column: cached, since every row needs it."""
        constants = self.columns.constants
        return {name: (constants.get(name), self.columns.of(name)[0]) for name in FIELDS}

    def _text(self, row: Row, name: str, where: str, *, needed: bool = True) -> str:
        value = self._value(row, name, where)
        text = "" if value is None else str(value).strip()
        pattern = self.columns.patterns.get(name)
        if text and pattern is not None:
            found = pattern.search(text)
            if found is None:
                raise DataProblem(
                    f"{where}: {name} {text!r} does not fit its pattern {pattern.pattern!r}"
                )
            text = found.group(1).strip()
        if needed and not text:
            raise DataProblem(f"{where}: {name} is empty; fill it in")
        return text

    def _image(self, row: Row, where: str) -> str:
        name = self._text(row, "image", where)
        if self.root is None:
            return sys.intern(name)
        if name not in self._paths:
            folder = "the folder of the questions"
            self._paths[name] = sys.intern(inside(name, self._resolved, where, folder=folder))
        return self._paths[name]

    @cached_property
    def _resolved(self) -> Path:
        return (self.root or Path()).resolve()

    def _options(self, row: Row, where: str) -> tuple[str, ...]:
        columns = self.columns.of("options")
        if len(columns) > 1:
            for column in columns:
                if column not in row:
                    raise self._missing_column(row, "options", column, where)
            values: Sequence[object] = [row[column] for column in columns]
        else:
            values = _list(self._value(row, "options", where), where)
        options = tuple("" if value is None else str(value).strip() for value in values)
        if len(options) < 2:
            raise DataProblem(f"{where}: {len(options)} option, but at least 2 are needed")
        if len(options) > len(LETTERS):
            raise DataProblem(f"{where}: {len(options)} options, but there are labels for 26")
        for option in options:
            if not option:
                raise DataProblem(f"{where}: an option is empty; fill it in or drop the question")
            if options.count(option) > 1:
                raise DataProblem(f"{where}: option {option!r} occurs twice; only one can be right")
        return options

    def _kind(self, row: Row, name: str, where: str) -> str:
        text = self._text(row, name, where)
        if (name, text) not in self._known:
            own = self.columns.words.get(name, {})
            listed = categories() if name == "category" else question_types()
            slug = own.get(folded(text)) or slug_of(text, listed)
            if slug is None:
                kind = name.replace("_", " ")
                raise DataProblem(unknown(kind, text, {*listed, *own.values()}, source=where))
            self._known[name, text] = slug
        return self._known[name, text]

    def _country(self, row: Row, where: str) -> str:
        text = self._text(row, "country", where)
        if ("country", text) not in self._known:
            plain = text.replace("_", " ")
            named = self.columns.words.get("country", {}).get(folded(text), plain)
            self._known["country", text] = world.country(named, source=where).iso3
        return self._known["country", text]


def _list(value: object, where: str) -> Sequence[object]:
    """A list, or the text of one as JSON or Python prints it."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            try:
                value = ast.literal_eval(str(value))
            except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
                value = None
    elif hasattr(value, "tolist"):
        value = value.tolist()
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise DataProblem(
            f"{where}: options are not a list; write them as one, or name a column for each with "
            f"{OPTION} options=A+B+C+D"
        )
    return value


def _answer(value: object, options: Sequence[str], where: str) -> int:
    """The place of the right option: text takes precedence over letter, a number is a place."""
    if isinstance(value, int) and not isinstance(value, bool):
        if 0 <= value < len(options):
            return value
        if value == -1:
            raise DataProblem(
                f"{where}: answer -1 means that this copy withholds the answers, so nothing can "
                "be scored on it; use a copy with the answers"
            )
        raise DataProblem(
            f"{where}: answer {value} is not a place among {len(options)} options, counted from 0"
        )
    text = "" if value is None else str(value).strip()
    if text in options:
        return options.index(text)
    letter = text.strip("()").upper()
    if len(letter) == 1 and letter in LETTERS[: len(options)]:
        return LETTERS.index(letter)
    raise DataProblem(
        f"{where}: answer {text!r} is none of the options ({', '.join(options)}); give the text "
        "of the right one, its letter, or its place as a number from 0"
    )
