"""The largest picture of a set, from the headers of its files; no pixel is decoded.

Knows sets of pictures and no model.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from benchmark.images.manifest import ImageEntry

MOST_FILES = 500  # the largest ones in bytes: a set may have tens of thousands


@runtime_checkable
class Measures(Protocol):
    """A source of pictures that knows their sizes."""

    def size(self, entry: ImageEntry) -> int | None:
        """Bytes of its file; None if there is none."""
        ...

    def dimensions(self, entry: ImageEntry) -> tuple[int, int] | None:
        """Width and height in pixels; None if its file does not say."""
        ...


class Pictures(Protocol):
    """The parts of a picture set that matter here."""

    @property
    def entries(self) -> Sequence[ImageEntry]: ...

    @property
    def source(self) -> object: ...


def largest(images: Pictures) -> tuple[str, tuple[int, int]] | None:
    """The id of the picture with the most pixels, and its size; None if none is in a file."""
    source = images.source
    if not isinstance(source, Measures):
        return None
    heaviest = heapq.nlargest(MOST_FILES, images.entries, key=lambda one: source.size(one) or 0)
    found = [
        (one.image_id, size) for one in heaviest if (size := source.dimensions(one)) is not None
    ]
    return max(found, key=lambda one: one[1][0] * one[1][1], default=None)
