"""Which pictures of a set are the same file under several names; reads only files of equal size."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from benchmark.images.places import Folder
from benchmark.questions.question import QuestionSet


def copies(found: QuestionSet) -> Mapping[str, str]:
    """The first name of each picture that has a copy, byte for byte, under another name.

    Pictures that were scaled or saved again count as different.
    """
    source = found.images.source
    if not isinstance(source, Folder):
        return {}  # drawn, so there are no files to compare
    by_size: dict[int, list[str]] = {}
    for entry in found.images.entries:
        if (size := source.size(entry)) is not None:
            by_size.setdefault(size, []).append(entry.image_id)
    same: dict[str, list[str]] = {}
    for names in by_size.values():
        for name in names if len(names) > 1 else ():
            if digest := _digest(source.root / name):
                same.setdefault(digest, []).append(name)
    return {name: names[0] for names in same.values() if len(names) > 1 for name in names}


def _digest(file: Path) -> str:
    """Empty if the file cannot be read; opening the picture will report it."""
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""
