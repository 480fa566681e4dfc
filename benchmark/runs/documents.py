"""Our JSON files at the edge: reads them, recognises them and validates them by their schema.

Knows which kinds of file there are, and nothing of what they mean. Whatever is wrong with a
file is a BoardProblem with its path; a file that cannot be read as ours is never overwritten.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal, NoReturn, cast

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from benchmark.errors import BoardProblem
from benchmark.jsonio import Json, write_atomic

Kind = Literal["run", "leaderboard", "study-key", "study-results"]
KINDS: tuple[Kind, ...] = ("run", "leaderboard", "study-key", "study-results")
VERSIONS: Mapping[Kind, int] = {"run": 1, "leaderboard": 2, "study-key": 1, "study-results": 1}


def schema_name(kind: Kind) -> str:
    """The ``schema`` field of a file of that kind, as this version writes it."""
    return f"pytest-culture/{kind}/{VERSIONS[kind]}"


def load(path: Path, kind: Kind) -> dict[str, Json]:
    """The document in a file, known to be ours and of a version we read; not yet validated."""
    document = _object(path)
    found = kind_of(document)
    if found != kind:
        what = f"a {found} file" if found else "not a file of pytest-culture"
        raise BoardProblem(
            f"{path} is {what}, where a {kind} file was expected; nothing was changed"
        )
    version = cast("str", document["schema"]).rpartition("/")[2]
    if not version.isdecimal() or int(version) > VERSIONS[kind]:
        raise BoardProblem(
            f"{path} has schema {document['schema']!r}, newer than the {schema_name(kind)!r} "
            "that this version reads; upgrade pytest-culture or name another file"
        )
    return document


def kind_at(path: Path) -> Kind:
    """Which of our kinds of file it is, whatever its version; else a BoardProblem."""
    found = kind_of(_object(path))
    if found is None:
        raise BoardProblem(
            f"{path} is not a file of pytest-culture: its schema field is not one of ours"
        )
    return found


def kind_of(document: Mapping[str, Json]) -> Kind | None:
    """The kind of document that the ``schema`` field names, or None if it is not ours."""
    schema = document.get("schema")
    for kind in KINDS:
        if isinstance(schema, str) and schema.startswith(f"pytest-culture/{kind}/"):
            return kind
    return None


def validate(document: Mapping[str, Json], kind: Kind) -> None:
    """Validate a document by its JSON schema; the main fault is a BoardProblem."""
    error = best_match(_validator(kind).iter_errors(document))
    if error is not None:
        message = error.message if len(error.message) < 200 else f"{error.message[:200]}…"
        raise BoardProblem(f"{error.json_path} does not fit the {kind} schema: {message}")


def write(path: Path, text: str | Iterable[str]) -> None:
    """Replace a whole file; a folder or disk that refuses is a BoardProblem."""
    try:
        write_atomic(path, text)
    except OSError as error:
        raise BoardProblem(
            f"{path} cannot be written ({error.strerror}); name another path or free this one"
        ) from error


def exists(path: Path) -> bool:
    """Whether anything is at the path, a dangling link included."""
    return os.path.lexists(path)


def begins_as_ours(path: Path, kind: Kind) -> bool:
    """Whether the text begins with our `opening`: saves reading a large file just to replace it."""
    try:
        with path.open("rb") as file:
            head = opening(kind).encode()
            return file.read(len(head)) == head
    except OSError:
        return False


def opening(kind: Kind) -> str:
    """How the text of a file of that kind begins."""
    return f'{{\n "schema": "{schema_name(kind)}",'


@cache
def _validator(kind: Kind) -> Draft202012Validator:
    text = (files("leaderboard") / "schema" / f"{kind}.schema.json").read_text(encoding="utf-8")
    return Draft202012Validator(json.loads(text))


def _object(path: Path) -> dict[str, Json]:
    try:
        document = json.loads(path.read_bytes(), parse_constant=_refuse)
    except OSError as error:
        raise BoardProblem(f"{path} cannot be read ({error.strerror})") from error
    except (ValueError, RecursionError) as error:
        raise BoardProblem(f"{path} is not JSON ({error}); it was not changed") from error
    if not isinstance(document, dict):
        raise BoardProblem(f"{path} holds a JSON {type(document).__name__}, not one of our files")
    return document


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a JSON number")
