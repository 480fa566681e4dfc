"""Where the pictures of a set come from, files in a folder or a drawing; knows no set."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

from PIL.Image import Image

from benchmark import jsonio
from benchmark.images.decoding import decode, dimensions
from benchmark.images.manifest import ImageEntry


@dataclass(frozen=True, slots=True)
class Folder:
    """Pictures that lie in a folder under their `image_id`."""

    root: Path

    def read(self, entry: ImageEntry) -> Image:
        return decode(self.root / entry.image_id, name=entry.image_id)

    def size(self, entry: ImageEntry) -> int | None:
        found = self._stat(entry)
        return None if found is None else found.st_size

    def changed_ns(self, entry: ImageEntry) -> int | None:
        found = self._stat(entry)
        return None if found is None else found.st_mtime_ns

    def dimensions(self, entry: ImageEntry) -> tuple[int, int] | None:
        return dimensions(self.root / entry.image_id)

    def digest(self, entries: Sequence[ImageEntry]) -> str:
        """Of the list and the sizes of its files."""
        return jsonio.digest([(*astuple(entry), self.size(entry)) for entry in entries])

    def _stat(self, entry: ImageEntry) -> os.stat_result | None:
        """One look at the disk, without a `Path`: a set has tens of thousands of pictures."""
        try:
            found = os.stat(f"{self.root}/{entry.image_id}")  # noqa: PTH116
        except (OSError, ValueError):
            return None
        return found if stat.S_ISREG(found.st_mode) else None


@dataclass(frozen=True, slots=True)
class Drawn:
    """Pictures that exist only when ``draw`` makes them."""

    draw: Callable[[ImageEntry], Image]

    def read(self, entry: ImageEntry) -> Image:
        return self.draw(entry)

    def size(self, entry: ImageEntry) -> int | None:  # noqa: ARG002 - the protocol's shape
        return 0

    def changed_ns(self, entry: ImageEntry) -> int | None:  # noqa: ARG002 - the protocol's shape
        return 0
