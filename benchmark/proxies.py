"""Images that stand for a country: which there are, and their pixels when somebody looks.

Knows no question and no model, and not which cells a suite makes of them. Reading a set is
cheap: no picture is decoded, and none has to exist before it is opened.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import astuple, dataclass, field
from typing import TYPE_CHECKING, Protocol

from benchmark import jsonio
from benchmark.errors import ImageProblem
from benchmark.images import drawn
from benchmark.images.decoding import decode, pixel_digest
from benchmark.images.manifest import CATEGORIES, HOUSEHOLD, ImageEntry, read_manifest
from benchmark.records import ImageRef

if TYPE_CHECKING:
    from pathlib import Path

    from PIL.Image import Image

__all__ = [
    "CATEGORIES",
    "HOUSEHOLD",
    "ImageEntry",
    "ImageSet",
    "ImageSource",
    "drawn_sample",
    "load_manifest",
]

# Decoded pictures held for another look; one that is larger than this alone is not held.
_KEPT_BYTES = 64 * 2**20


class ImageSource(Protocol):
    """Where the pixels of a set come from."""

    def read(self, entry: ImageEntry) -> Image:
        """The picture in RGB; an `ImageProblem` where it cannot be had."""
        ...

    def size(self, entry: ImageEntry) -> int | None:
        """Bytes of its file, 0 where it needs none, None where the file is missing."""
        ...

    def changed_ns(self, entry: ImageEntry) -> int | None:
        """When its file was last written, in ns; 0 and None as for the size."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class ImageSet:
    """Entries sorted by `image_id`, and the way to their pixels.

    ``digest`` covers the manifest's rows and the files' sizes, so that it costs no reading; the
    pixels that a model saw are in the key of that request, by `ImageRef.digest`.
    """

    name: str
    digest: str
    entries: tuple[ImageEntry, ...]
    source: ImageSource = field(repr=False)
    _cells: dict[tuple[str, str], list[ImageEntry]] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )
    _refs: dict[str, ImageRef] = field(default_factory=dict, init=False, compare=False, repr=False)
    _recent: OrderedDict[str, Image] = field(
        default_factory=OrderedDict, init=False, compare=False, repr=False
    )

    def __post_init__(self) -> None:
        for entry in self.entries:
            self._cells.setdefault((entry.country, entry.category), []).append(entry)

    @property
    def revision(self) -> str:
        return f"sha256:{self.digest}"

    def of(self, country: str, category: str) -> tuple[ImageEntry, ...]:
        """The pictures of one cell; empty where the set has none."""
        return tuple(self._cells.get((country, category), ()))

    def stamp(self) -> str:
        """Changes whenever a file does, its size or its time; reads none of them."""
        return jsonio.digest([self.source.changed_ns(entry) for entry in self.entries])

    def open(self, entry: ImageEntry) -> ImageRef:
        """The picture by the digest of its pixels, for which it is decoded once.

        What ``pixels`` returns is shared with later callers: copy it before drawing on it.
        """
        if entry.image_id not in self._refs:
            image = self.source.read(entry)
            digest = pixel_digest(image)
            self._keep(entry, image)
            self._refs[entry.image_id] = ImageRef(
                image_id=entry.image_id, digest=digest, pixels=lambda: self._pixels(entry, digest)
            )
        return self._refs[entry.image_id]

    def _pixels(self, entry: ImageEntry, digest: str) -> Image:
        image = self._recent.get(entry.image_id)
        if image is None:
            image = self.source.read(entry)
            # Answers are stored under the digest: other pixels must not be answered for it.
            if pixel_digest(image) != digest:
                raise ImageProblem(f"image {entry.image_id} changed during the run; start it again")
        self._keep(entry, image)
        return image

    def _keep(self, entry: ImageEntry, image: Image) -> None:
        """Least recently used pictures go first: memory is bounded whatever the set's size."""
        self._recent[entry.image_id] = image
        self._recent.move_to_end(entry.image_id)
        while sum(3 * kept.width * kept.height for kept in self._recent.values()) > _KEPT_BYTES:
            self._recent.popitem(last=False)


@dataclass(frozen=True, slots=True)
class _Folder:
    """Pictures that lie in a folder under their `image_id`."""

    root: Path

    def read(self, entry: ImageEntry) -> Image:
        return decode(self.root / entry.image_id, name=entry.image_id)

    def size(self, entry: ImageEntry) -> int | None:
        path = self.root / entry.image_id
        return path.stat().st_size if path.is_file() else None

    def changed_ns(self, entry: ImageEntry) -> int | None:
        path = self.root / entry.image_id
        return path.stat().st_mtime_ns if path.is_file() else None


@dataclass(frozen=True, slots=True)
class _Drawn:
    """Pictures that exist only when drawn."""

    def read(self, entry: ImageEntry) -> Image:
        return drawn.draw(entry.country, entry.category)

    def size(self, entry: ImageEntry) -> int | None:  # noqa: ARG002 - the protocol's shape
        return 0

    def changed_ns(self, entry: ImageEntry) -> int | None:  # noqa: ARG002 - the protocol's shape
        return 0


def load_manifest(folder: Path) -> ImageSet:
    """The set that ``folder/manifest.csv`` lists, by its columns in `benchmark.images.manifest`."""
    entries, source = read_manifest(folder), _Folder(folder)
    digest = jsonio.digest([(*astuple(entry), source.size(entry)) for entry in entries])
    return ImageSet(name=folder.resolve().name, digest=digest, entries=entries, source=source)


def drawn_sample() -> ImageSet:
    """One picture for each of ten countries and seven categories, marked SYNTHETIC."""
    entries = tuple(
        ImageEntry(
            image_id=f"synthetic/{country}-{category}",
            country=country,
            category=category,
            income_usd_month=None,
            licence="Apache-2.0",
            credit="drawn by pytest-culture",
            source="synthetic",
        )
        for country in sorted(drawn.COUNTRIES)
        for category in sorted(CATEGORIES)
    )
    digest = jsonio.digest([drawn.DRAWING, drawn.SIDE, [entry.image_id for entry in entries]])
    return ImageSet(name="sample", digest=digest, entries=entries, source=_Drawn())
