"""The one JSON boundary: NaN becomes null, keys are sorted, only exact builtin types pass.

Does not know what is written. A float subclass, a NumPy scalar or a string enum is an error
here rather than a crash of an xdist worker (DESIGN §7, trap 3).
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]


def plain(value: object) -> Json:
    """Exact builtin types with non-finite floats as None; anything else is a TypeError.

    >>> plain({"a": (1, float("nan"))})
    {'a': [1, None]}
    """
    kind = type(value)
    if kind is float:
        return value if math.isfinite(value) else None  # type: ignore[arg-type, return-value]
    if value is None or kind is str or kind is int or kind is bool:
        return value  # type: ignore[return-value]
    if kind is list or kind is tuple:
        return [plain(v) for v in value]  # type: ignore[attr-defined]
    if isinstance(value, Mapping):
        return {_key(k): plain(v) for k, v in value.items()}
    raise TypeError(f"{value!r} of type {kind.__name__} is not a plain JSON value")


def _key(key: object) -> str:
    if type(key) is not str:
        raise TypeError(f"{key!r} of type {type(key).__name__} is not a plain JSON key")
    return key


def canonical(value: object) -> str:
    """One line, sorted keys, no spaces: equal values give equal text."""
    return json.dumps(
        plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def pretty(value: object) -> str:
    """For files people open: sorted, one space of indent, final newline."""
    return (
        json.dumps(plain(value), sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False)
        + "\n"
    )


def digest(value: object) -> str:
    """SHA-256 (hex) of the canonical text."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def number(value: object) -> float:
    """A JSON number back as a float; null is NaN."""
    if value is None:
        return math.nan
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    raise TypeError(f"{value!r} is not a number")


def write_atomic(path: Path, text: str | Iterable[str]) -> None:
    """Write a temporary file, flush it to disk, then replace: readers see the old or the new.

    Pieces of text are written one by one, so a large file is never whole in memory.
    """
    with replacing(path) as file:
        file.writelines(piece.encode() for piece in ([text] if isinstance(text, str) else text))


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file beside the target that takes its place, whole and on disk, once all is written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
