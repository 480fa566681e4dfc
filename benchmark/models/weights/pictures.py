"""Decoded and processed pictures kept for the next batch, which usually shows the same ones.

Knows no model family: it wraps any transformers image processor.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

from PIL.Image import Image

from benchmark.records import ImageRef

V = TypeVar("V")


class Recent(Generic[V]):
    """The last ``size`` values by key; the least recently used one goes first."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: OrderedDict[Hashable, V] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], V]) -> V:
        if key not in self._kept:
            self._kept[key] = make()
        self._kept.move_to_end(key)
        while len(self._kept) > self._size:
            self._kept.popitem(last=False)
        return self._kept[key]

    def clear(self) -> None:
        """Keep nothing."""
        self._kept.clear()


class RememberingImageProcessor:
    """An image processor that does not process again what its last calls processed.

    Pictures are told apart by identity, so the caller must pass the same objects again; a kept
    result holds on to its pictures, and their identities cannot be reused meanwhile.
    """

    def __init__(self, inner: Callable[..., dict[str, object]], *, size: int = 4) -> None:
        self._inner = inner
        self._results: Recent[tuple[object, dict[str, object]]] = Recent(size)

    def __call__(self, images: object, *args: object, **kwargs: object) -> object:
        key = (_identities(images), repr(args), repr(sorted(kwargs.items())))
        _, result = self._results.get(key, lambda: (images, self._inner(images, *args, **kwargs)))
        return type(result)(dict(result))  # a copy: processors pop what the model does not take

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)


class Pictures:
    """The decoded picture of an `ImageRef`, the same object while it is in use."""

    def __init__(self, size: int = 32) -> None:
        self._recent: Recent[Image] = Recent(size)

    def of(self, images: Sequence[ImageRef]) -> list[Image]:
        return [self._recent.get(ref.digest, ref.pixels) for ref in images]


def _identities(images: object) -> Hashable:
    if isinstance(images, (list, tuple)):
        return tuple(_identities(image) for image in images)
    return id(images)
