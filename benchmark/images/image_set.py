"""A set of pictures by country and category, and several sets as one; pixels are read on demand.

Knows no file format and not where pixels come from: each set brings its own source.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol

from PIL.Image import Image

from benchmark import jsonio
from benchmark.errors import ImageProblem
from benchmark.images.decoding import pixel_digest
from benchmark.images.manifest import ImageEntry
from benchmark.images.measuring import Measures
from benchmark.records import ImageRef
from benchmark.survey.raw_rows import Problem
from benchmark.vocabulary import HOUSEHOLD

# Bytes of decoded pictures kept for reuse; a picture larger than this is not kept.
_KEPT_BYTES = 64 * 2**20


class ImageSource(Protocol):
    """Where the pixels of a set come from."""

    def read(self, entry: ImageEntry) -> Image:
        """The picture in RGB; an `ImageProblem` if it cannot be read."""
        ...

    def size(self, entry: ImageEntry) -> int | None:
        """Bytes of its file; 0 if it needs none, None if the file is missing."""
        ...

    def changed_ns(self, entry: ImageEntry) -> int | None:
        """When its file was last written, in ns; 0 and None as for the size."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class ImageSet:
    """Entries sorted by `image_id`, and the source of their pixels.

    ``digest`` covers the manifest's rows and the files' sizes, so no picture is read for it; the
    pixels that a model saw are in the key of that request, by `ImageRef.digest`. ``problems`` are
    the entries of its list that cannot be used.
    """

    name: str
    digest: str
    entries: tuple[ImageEntry, ...]
    source: ImageSource = field(repr=False)
    problems: tuple[Problem, ...] = ()
    _cells: dict[tuple[str, str], list[ImageEntry]] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )
    _refs: dict[str, ImageRef] = field(default_factory=dict, init=False, compare=False, repr=False)
    _recent: _PictureCache = field(
        default_factory=lambda: _PictureCache(), init=False, compare=False, repr=False
    )

    def __post_init__(self) -> None:
        for entry in self.entries:
            self._cells.setdefault((entry.country, entry.category), []).append(entry)

    @property
    def revision(self) -> str:
        return f"sha256:{self.digest}"

    def of(self, country: str, category: str) -> tuple[ImageEntry, ...]:
        """The pictures of one cell; empty if the set has none."""
        return tuple(self._cells.get((country, category), ()))

    def households(self, country: str) -> tuple[ImageEntry, ...]:
        """The pictures of a country's households, the poorest first; empty if there are none."""
        known = [
            (entry.income_usd_month, entry.image_id, entry)
            for entry in self.of(country, HOUSEHOLD)
            if entry.income_usd_month is not None
        ]
        return tuple(entry for _, _, entry in sorted(known, key=lambda found: found[:2]))

    def stamp(self) -> str:
        """Changes whenever the size or time of a file changes; reads none of them."""
        return jsonio.digest([self.source.changed_ns(entry) for entry in self.entries])

    def open(self, entry: ImageEntry) -> ImageRef:
        """The picture by the digest of its pixels, for which it is decoded once.

        What ``pixels`` returns is shared with later callers: copy it before drawing on it.
        """
        if entry.image_id not in self._refs:
            image = self.source.read(entry)
            digest = pixel_digest(image)
            self._recent.keep(entry.image_id, image)
            self._refs[entry.image_id] = ImageRef(
                image_id=entry.image_id, digest=digest, pixels=lambda: self._pixels(entry, digest)
            )
        return self._refs[entry.image_id]

    def _pixels(self, entry: ImageEntry, digest: str) -> Image:
        image = self._recent.images.get(entry.image_id)
        if image is None:
            image = self.source.read(entry)
            # Answers are stored under the digest, so the pixels must still be the same.
            if pixel_digest(image) != digest:
                raise ImageProblem(f"image {entry.image_id} changed during the run; start it again")
        self._recent.keep(entry.image_id, image)
        return image


@dataclass(slots=True)
class _PictureCache:
    """Decoded pictures, least recently used first out: memory is bounded whatever the set's size.

    The sum is kept, since a set may have tens of thousands of small pictures.
    """

    images: OrderedDict[str, Image] = field(default_factory=OrderedDict)
    n_bytes: int = 0

    def keep(self, image_id: str, image: Image) -> None:
        """Put a picture last, and drop the first ones while there are too many bytes."""
        old = self.images.pop(image_id, None)
        self.n_bytes += _bytes(image) - (0 if old is None else _bytes(old))
        self.images[image_id] = image
        while self.n_bytes > _KEPT_BYTES:
            _, gone = self.images.popitem(last=False)
            self.n_bytes -= _bytes(gone)


def _bytes(image: Image) -> int:
    return 3 * image.width * image.height


@dataclass(frozen=True, slots=True)
class _NoPixels:
    """Pictures known only by their digests."""

    def read(self, entry: ImageEntry) -> Image:
        raise ImageProblem(
            f"image {entry.image_id} is not in the bundle, which has only digests of pictures; "
            "name the pictures with --images"
        )

    def size(self, entry: ImageEntry) -> int | None:  # noqa: ARG002 - the protocol's shape
        return None

    def changed_ns(self, entry: ImageEntry) -> int | None:  # noqa: ARG002 - the protocol's shape
        return None


def without_pixels(
    *, name: str, digest: str, entries: tuple[ImageEntry, ...], digests: Mapping[str, str]
) -> ImageSet:
    """A set whose pictures are identified by their ``digests`` but cannot be seen.

    Asking for pixels raises an `ImageProblem`.
    """
    source = _NoPixels()
    images = ImageSet(name=name, digest=digest, entries=entries, source=source)
    for entry in entries:
        images._refs[entry.image_id] = ImageRef(  # noqa: SLF001 - this module's own
            image_id=entry.image_id,
            digest=digests[entry.image_id],
            pixels=partial(source.read, entry),
        )
    return images


@dataclass(frozen=True, slots=True)
class _UnionSource:
    """Where each picture of a union comes from, and its name there."""

    origins: Mapping[str, tuple[ImageSource, ImageEntry]]

    def read(self, entry: ImageEntry) -> Image:
        source, own = self.origins[entry.image_id]
        return source.read(own)

    def size(self, entry: ImageEntry) -> int | None:
        source, own = self.origins[entry.image_id]
        return source.size(own)

    def changed_ns(self, entry: ImageEntry) -> int | None:
        source, own = self.origins[entry.image_id]
        return source.changed_ns(own)

    def dimensions(self, entry: ImageEntry) -> tuple[int, int] | None:
        source, own = self.origins[entry.image_id]
        return source.dimensions(own) if isinstance(source, Measures) else None


def union(sets: Sequence[ImageSet]) -> ImageSet:
    """All pictures of several sets, whatever their order; a single set is returned as it is.

    An `image_id` that two sets share gets its set's name in front; no other one changes.
    """
    if len(sets) == 1:
        return sets[0]
    parts = sorted(sets, key=lambda part: (part.name, part.digest))
    owned = [(name, part, entry) for name, part in _named(parts) for entry in part.entries]
    counts = Counter(entry.image_id for _, _, entry in owned)
    ids = [f"{n}/{e.image_id}" if counts[e.image_id] > 1 else e.image_id for n, _, e in owned]
    if len(set(ids)) < len(ids):  # a picture already has the name another would get
        ids = [f"{name}/{entry.image_id}" for name, _, entry in owned]
    entries = [
        replace(entry, image_id=image_id)
        for image_id, (_, _, entry) in zip(ids, owned, strict=True)
    ]
    return ImageSet(
        name=" + ".join(part.name for part in parts),
        digest=jsonio.digest(sorted(part.digest for part in parts)),
        entries=tuple(sorted(entries, key=lambda entry: entry.image_id)),
        source=_UnionSource(
            {i: (part.source, entry) for i, (_, part, entry) in zip(ids, owned, strict=True)}
        ),
        problems=tuple(problem for part in parts for problem in part.problems),
    )


def _named(parts: Sequence[ImageSet]) -> list[tuple[str, ImageSet]]:
    """Each part by its name; equal names are numbered. A name has no slash."""
    taken: Counter[str] = Counter()
    named = []
    for part in parts:
        taken[part.name] += 1
        number = f"-{taken[part.name]}" if taken[part.name] > 1 else ""
        named.append((f"{part.name}{number}", part))
    return named
