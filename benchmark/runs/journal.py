"""The journal of a run: one line per finished case, written before the next is counted.

Knows nothing of pytest or of why a case failed. Append-only JSON lines: a header that names what
the records depend on, then records and failures. It survives ``kill -9``: a line that does not
read whole counts as never written, and its case is measured again.
"""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from benchmark.errors import BoardProblem
from benchmark.jsonio import Json, canonical
from benchmark.records import CaseRecord
from benchmark.runs.rows import Failure, record_of

SCHEMA = "pytest-culture/journal/1"
SYNC_EVERY_S = 0.25


@dataclass(frozen=True, kw_only=True, slots=True)
class Header:
    """What the lines depend on; records are reused only under an equal ``record_digest``."""

    config_digest: str
    record_digest: str
    about: Mapping[str, Json] = field(default_factory=dict)


class Journal:
    """An open journal; use it as a context manager and `append` each case as it ends."""

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        self.path = path
        self._file = file
        self._synced = -math.inf

    def append(self, row: str) -> None:
        """Write a row from `rows.encode`; killing this process does not undo that.

        Only a power cut can, for the lines of the last `SYNC_EVERY_S`: waiting for the disk after
        each of twenty thousand small cases would take longer than measuring them.
        """
        self._append("row", row)

    def append_failure(self, failure: Failure) -> None:
        """Revoke the row of a case that failed after it was measured."""
        self._append("failure", canonical({"case_id": failure.case_id, "reason": failure.reason}))

    def _append(self, kind: str, content: str) -> None:
        _write(self._file, f'{{"{kind}":{content}}}\n'.encode())
        if time.monotonic() - self._synced > SYNC_EVERY_S:
            self._sync()

    def close(self) -> None:
        """Wait until everything is on disk, and close the file."""
        if not self._file.closed:
            self._sync()
            self._file.close()

    def _sync(self) -> None:
        os.fsync(self._file.fileno())
        self._synced = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def open_journal(path: Path, header: Header) -> Journal:
    """Open for appending: continues under an equal ``record_digest``, else starts afresh."""
    set_aside_stale(path, header.record_digest)
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("ab", buffering=0)
    if file.tell() == 0:
        _write(file, _header_line(header))
    elif not _ends_whole(path):
        _write(file, b"\n")  # closes the torn line, which then counts as never written
    return Journal(path, file)


def read(path: Path, record_digest: str) -> dict[str, CaseRecord]:
    """Records by case id; later lines win, and a case whose last line is a failure has none.

    A journal with another digest or an unreadable header is renamed to ``.stale`` (never
    deleted) and counts as empty.
    """
    if set_aside_stale(path, record_digest) is not None or not path.exists():
        return {}
    found: dict[str, CaseRecord] = {}
    for line in _whole_lines(path):
        entry = _entry(line)
        match entry:
            case CaseRecord():
                found[entry.case.case_id] = entry
            case Failure():
                found.pop(entry.case_id, None)
            case None:  # the header, or a line cut short
                pass
    return found


def set_aside_stale(path: Path, record_digest: str) -> Path | None:
    """Rename a journal with another digest; its new path, or None if there was nothing to do."""
    if not path.exists() or path.stat().st_size == 0:
        return None
    first = next(_whole_lines(path), b"")
    if _header_of(first) == (SCHEMA, record_digest):
        return None
    target = path.with_name(f"{path.name}.stale")
    number = 2
    while target.exists():
        target = path.with_name(f"{path.name}.stale-{number}")
        number += 1
    return path.rename(target)


# --- lines ---------------------------------------------------------------------------------


def _header_line(header: Header) -> bytes:
    own: dict[str, Json] = {
        "schema": SCHEMA,
        "config_digest": header.config_digest,
        "record_digest": header.record_digest,
    }
    return f"{canonical({**header.about, **own})}\n".encode()


def _header_of(line: bytes) -> tuple[object, object]:
    content = _object(line)
    return content.get("schema"), content.get("record_digest")


def _entry(line: bytes) -> CaseRecord | Failure | None:
    match _object(line):
        case {"row": row}:
            try:
                return record_of(row)
            except BoardProblem:
                return None
        case {"failure": {"case_id": str(case_id), "reason": str(reason)}}:
            return Failure(case_id=case_id, reason=reason)
        case _:
            return None


def _object(line: bytes) -> dict[str, object]:
    try:
        content = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _whole_lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:  # bytes: text mode would also break at other line separators
        yield from (line for line in file if line.endswith(b"\n"))


def _ends_whole(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def _write(file: IO[bytes], line: bytes) -> None:
    rest = memoryview(line)
    while rest:
        rest = rest[file.write(rest) :]  # unbuffered: a write may be short
