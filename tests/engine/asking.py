"""Small builders of requests for the engine's tests."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image

from benchmark.records import (
    Answer,
    Choice,
    ImageRef,
    ModelIdentity,
    Probabilities,
    Prompt,
    Request,
    Subject,
    Task,
)

IDENTITY = ModelIdentity(name="fake", model_id="org/fake", revision="1", backend="none")


def picture(digest: str) -> ImageRef:
    """A picture known by an invented digest."""
    return ImageRef(image_id=digest, digest=digest, pixels=lambda: Image.new("RGB", (2, 2)))


def choice(
    suffix: str,
    *,
    prefix: str = "rules",
    image: ImageRef | None = None,
    country: str = "FRA",
    labels: tuple[str, ...] = ("A", "B"),
) -> Choice:
    """A two-option question."""
    parts = (prefix,) if image is None else (prefix, image)
    return Choice(
        prompt=Prompt(prefix=parts, suffix=suffix, lead_in="("),
        labels=labels,
        subject=Subject(country=country, item_id=suffix),
    )


class CountingModel:
    """Answers every choice with one half each and remembers the batches it was given."""

    def __init__(
        self, identity: ModelIdentity = IDENTITY, *, stop_after: int | None = None
    ) -> None:
        self.identity = identity
        self.supports = frozenset({Task.CHOICE})
        self.batches: list[list[Request]] = []
        self._stop_after = stop_after

    def answer(self, batch: Sequence[Request]) -> list[Answer]:
        """One answer a request; dies as a process would after ``stop_after`` batches."""
        if self._stop_after is not None and len(self.batches) >= self._stop_after:
            raise KeyboardInterrupt
        self.batches.append(list(batch))
        # The answer depends on the batch, as rounding does on a real device.
        return [Probabilities(p=(0.5, 0.5), option_mass=1 / len(batch)) for _ in batch]
