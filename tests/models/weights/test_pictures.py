"""Pictures and processed pictures are kept while they are in use, and no longer."""

from __future__ import annotations

from PIL import Image

from benchmark.models.weights.pictures import Pictures, Recent, RememberingImageProcessor
from benchmark.records import ImageRef


def test_recent_drops_the_least_recently_used() -> None:
    """A value that was asked for again outlives one that was not."""
    recent: Recent[str] = Recent(2)
    made: list[str] = []

    def make(key: str) -> str:
        return recent.get(key, lambda: made.append(key) or key)  # type: ignore[func-returns-value]

    for key in ("a", "b", "a", "c", "a", "b"):
        assert make(key) == key
    assert made == ["a", "b", "c", "b"]


def test_picture_is_decoded_once() -> None:
    """The same object each time: identity is how processed pictures are found again."""
    decoded: list[int] = []

    def pixels() -> Image.Image:
        decoded.append(1)
        return Image.new("RGB", (2, 2))

    ref = ImageRef(image_id="x", digest="d", pixels=pixels)
    pictures = Pictures()
    assert pictures.of([ref])[0] is pictures.of([ref])[0]
    assert decoded == [1]


class Processor:
    """Counts its calls."""

    size = 336

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, images: object, **kwargs: object) -> dict[str, object]:
        self.calls += 1
        return {"images": images, "sizes": [1], **kwargs}


def test_same_pictures_are_processed_once_and_handed_out_as_copies() -> None:
    """A processor may pop from what it gets without spoiling the next batch."""
    inner = Processor()
    remembering = RememberingImageProcessor(inner)
    one, other = object(), object()
    first = remembering([[one], [other]])
    assert isinstance(first, dict)
    first.pop("sizes")
    second = remembering([[one], [other]])
    assert inner.calls == 1
    assert isinstance(second, dict)
    assert second["sizes"] == [1]


def test_other_order_or_settings_are_processed_anew() -> None:
    """Nothing is reused that could differ."""
    inner = Processor()
    remembering = RememberingImageProcessor(inner)
    one, other = object(), object()
    for images, settings in (([one, other], {}), ([other, one], {}), ([one, other], {"pad": True})):
        remembering(images, **settings)
    assert inner.calls == 3


def test_everything_else_is_the_processors_own() -> None:
    """Whoever asks for its settings gets them."""
    assert RememberingImageProcessor(Processor()).size == 336
