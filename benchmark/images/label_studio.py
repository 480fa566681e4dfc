"""Label Studio's formats: the address of a local file, and what its JSON exports say.

Follows its documentation (<https://labelstud.io/guide/task_format>,
<https://labelstud.io/guide/export>). Knows no project of ours and calls no server.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from benchmark.errors import DataProblem

MINIMAL = "annotation_id"  # a field that only the minimal export has
Value = str | int | float


@dataclass(frozen=True, kw_only=True, slots=True)
class Annotation:
    """What one account submitted for one task, by the names of the labelling configuration's tags.

    A tag has all the values chosen under it; one left empty is absent. ``skipped``: the account
    declined the task.
    """

    account: str
    values: Mapping[str, tuple[Value, ...]]
    skipped: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class AnnotatedTask:
    """The data imported as a task, and everything submitted for it, oldest first."""

    data: Mapping[str, object]
    annotations: tuple[Annotation, ...]


def local_file(path: str) -> str:
    """The address of a picture below the root from which Label Studio serves local files.

    >>> local_file("pictures/a b.png")
    '/data/local-files/?d=pictures/a%20b.png'
    """
    return f"/data/local-files/?d={quote(path)}"


def read_export(path: Path) -> list[AnnotatedTask]:
    """The tasks of an export as JSON or JSON-MIN, in the file's order.

    Each row of the minimal export is a task with one annotation, whose values are all fields of
    the row: it does not say which of them were chosen and which were imported.

    Raises
    ------
    DataProblem
        The file cannot be read, or is not such an export.
    """
    try:
        exported = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataProblem(f"{path} cannot be read ({error.strerror or error})") from error
    except (ValueError, RecursionError) as error:
        raise DataProblem(f"{path} is not JSON ({error}); export as JSON") from error
    try:
        return [_minimal(row) if MINIMAL in row else _task(row) for row in exported]
    except (KeyError, TypeError, AttributeError) as error:
        raise DataProblem(
            f"{path} is not a JSON export of Label Studio's tasks ({error!r}); export as JSON"
        ) from error


def _task(row: Mapping[str, object]) -> AnnotatedTask:
    data = row["data"]
    if not isinstance(data, Mapping):
        raise TypeError(f"the data of a task are a {type(data).__name__}")
    return AnnotatedTask(
        data=data, annotations=tuple(map(_annotation, _listed(row["annotations"])))
    )


def _annotation(row: Mapping[str, object]) -> Annotation:
    values: dict[str, tuple[Value, ...]] = {}
    for result in _listed(row["result"]):
        if "from_name" in result:  # relations between regions have none
            values[str(result["from_name"])] = tuple(_chosen(result["value"]))
    by = row.get("completed_by", "")
    account = by.get("id", by) if isinstance(by, Mapping) else by
    return Annotation(account=str(account), values=values, skipped=row.get("was_cancelled") is True)


def _chosen(value: object) -> Iterator[Value]:
    """What a tag holds: choices, a rating, a number or a text."""
    if not isinstance(value, Mapping):
        raise TypeError(f"the value of a tag is a {type(value).__name__}")
    for kind in ("choices", "rating", "number", "text"):
        if kind in value:
            yield from _plain(value[kind])


def _minimal(row: Mapping[str, object]) -> AnnotatedTask:
    values = {name: tuple(_plain(value)) for name, value in row.items()}
    one = Annotation(
        account=str(row.get("annotator", "")),
        values={name: chosen for name, chosen in values.items() if chosen},
    )
    return AnnotatedTask(data=row, annotations=(one,))


def _plain(value: object) -> Iterator[Value]:
    match value:
        case str() | int() | float():
            yield value
        case list():
            for one in value:
                yield from _plain(one)
        case {"choices": chosen}:
            yield from _plain(chosen)


def _listed(value: object) -> Sequence[Mapping[str, object]]:
    if not isinstance(value, list):
        raise TypeError(f"{type(value).__name__} where a list should be")
    return value
