"""What a commit would change: files as they should be, compared with files as they are.

Pure: knows paths, bytes and digests; no Hub, no board.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from benchmark.hub.repository import Blob, Head, Repository

Action = Literal["add", "replace", "keep", "delete"]
Content = bytes | Path
CHUNK = 1 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """A file as it should be; ``read`` returns its content when needed.

    ``made_from`` names the file of the same commit that alone decides the content: if that one
    is unchanged, so is this, even if another version of a library would write other bytes.
    ``fixed``: the path itself names the content.
    """

    path: str
    read: Callable[[], Content]
    made_from: str = ""
    fixed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What happens to a path; added and replaced files have ``content``."""

    path: str
    size: int
    action: Action
    content: Content = b""


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """All changes of a repository, by path; ``parent`` is None if it must be created."""

    repository: Repository
    parent: str | None
    private: bool
    changes: tuple[Change, ...]

    @property
    def changed(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.action != "keep")

    @property
    def n_bytes(self) -> int:
        """How many bytes would be sent."""
        return sum(change.size for change in self.changed if change.action != "delete")


def compare(
    repository: Repository,
    head: Head | None,
    files: Sequence[File],
    *,
    obsolete: Collection[str] = (),
    private: bool,
) -> Plan:
    """The changes that give a repository these ``files``; others stay unless ``obsolete``.

    ``private`` applies to a repository that must be created; an existing one stays as it is.
    """
    there = head.files if head else {}
    done: dict[str, Change] = {}
    for file in sorted(files, key=lambda one: bool(one.made_from)):  # sources first
        done[file.path] = _change(file, there, done)
    for path, blob in there.items():
        if path not in done:
            action: Action = "delete" if path in obsolete else "keep"
            done[path] = Change(path=path, size=blob.size, action=action)
    return Plan(
        repository=repository,
        parent=head.commit if head else None,
        private=head.private if head else private,
        changes=tuple(done[path] for path in sorted(done)),
    )


def _change(file: File, there: Mapping[str, Blob], done: Mapping[str, Change]) -> Change:
    blob = there.get(file.path)
    source = done.get(file.made_from)
    if blob and (file.fixed or (source and source.action == "keep")):
        return Change(path=file.path, size=blob.size, action="keep")
    content = file.read()
    size = len(content) if isinstance(content, bytes) else content.stat().st_size
    if blob and same(content, size, blob):
        return Change(path=file.path, size=size, action="keep")
    return Change(path=file.path, size=size, action="replace" if blob else "add", content=content)


def same(content: Content, size: int, blob: Blob) -> bool:
    """Whether these bytes are already stored."""
    if size != blob.size:
        return False
    if blob.sha256 is not None:
        return _digest("sha256", b"", content) == blob.sha256
    return _digest("sha1", b"blob %d\0" % size, content) == blob.git_id


def _digest(name: str, opening: bytes, content: Content) -> str:
    """Git's id of a file, a SHA-1 of a header and its bytes; it secures nothing."""
    found = hashlib.new(name, opening, usedforsecurity=False)
    if isinstance(content, bytes):
        found.update(content)
        return found.hexdigest()
    with content.open("rb") as file:
        while chunk := file.read(CHUNK):
            found.update(chunk)
    return found.hexdigest()
