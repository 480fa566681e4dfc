"""Opens a model's processor for still images, also where torchvision is not installed.

Many processors hold a part for videos that needs torchvision merely to exist. The harness shows
no video: without torchvision that part is replaced by an inert one, and images are resized with
Pillow. Knows no family by name; `machine.resize` records which code resizes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmark.models import machine

if TYPE_CHECKING:
    from pathlib import Path

VIDEO = "video_processor"


class NoVideo(dict[str, object]):
    """Stands where a processor wants its part for videos; answers what is asked without one.

    A dictionary, because transformers writes every processor that it opens to its log as JSON.
    """

    model_input_names: tuple[str, ...] = ()
    valid_kwargs = None
    num_frames = 0
    fps = 0


def open_processor(
    transformers: Any,  # noqa: ANN401 - transformers ships no usable types
    source: str | Path,
    **arguments: object,
) -> Any:  # noqa: ANN401
    """As AutoProcessor does it where it can; else the same class with an inert part for videos."""
    if not machine.has_torchvision():
        kind = _processor_class(transformers, source, arguments)
        if kind is not None and VIDEO in kind.get_attributes():
            return image_only(kind).from_pretrained(source, **arguments)
    return transformers.AutoProcessor.from_pretrained(source, **arguments)


def image_only(kind: Any) -> Any:  # noqa: ANN401
    """A subclass of a processor's class that does not load its part for videos."""

    class StillParts(kind):  # type: ignore[misc]
        @classmethod
        def get_attributes(cls) -> list[str]:
            return [part for part in super().get_attributes() if part != VIDEO]

    class ImageOnly(kind):  # type: ignore[misc]
        @classmethod
        def _get_arguments_from_pretrained(cls, *where: Any, **arguments: Any) -> list[Any]:  # noqa: ANN401
            parts: list[Any] = StillParts._get_arguments_from_pretrained(*where, **arguments)  # noqa: SLF001
            parts.insert(cls.get_attributes().index(VIDEO), NoVideo())
            return parts

        def check_argument_for_proper_class(self, name: str, argument: object) -> Any:  # noqa: ANN401
            return (
                NoVideo
                if name == VIDEO
                else super().check_argument_for_proper_class(name, argument)
            )

    ImageOnly.__name__ = kind.__name__
    return ImageOnly


def _processor_class(
    transformers: Any,  # noqa: ANN401
    source: str | Path,
    arguments: dict[str, object],
) -> Any:  # noqa: ANN401
    from transformers.models.auto.processing_auto import PROCESSOR_MAPPING

    where = {k: v for k, v in arguments.items() if k in ("revision", "trust_remote_code")}
    config = transformers.AutoConfig.from_pretrained(source, **where)
    return PROCESSOR_MAPPING.get(type(config), None)
