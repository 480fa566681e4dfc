"""Opens a model's processor for still images, even without torchvision.

Many processors hold a part for videos that needs torchvision merely to exist. The harness shows
no video: without torchvision that part is replaced by an inert one, and images are resized with
Pillow. Knows no family by name; `machine.resize` records which code resizes.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from benchmark.models.weights import machine

VIDEO = "video_processor"
EXTRA = "pip install 'pytest-culture[torchvision]'"
FILES = ("processor_config.json", "preprocessor_config.json", "tokenizer_config.json")
_WITH, _WITHOUT = ".image_processing_", ".image_processing_pil_"


class NoVideo(dict[str, object]):
    """An inert stand-in for a processor's video part.

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
    """As AutoProcessor does it where it can; else the same class for still images, with Pillow."""
    if not machine.has_torchvision():
        config = _config(transformers, source, arguments)
        uncover_pillow(transformers, getattr(config, "model_type", ""))
        named = processor_class(transformers, source, arguments)
        kind = None if named is None else with_pillow(named)
        if kind is not None and VIDEO in kind.get_attributes():
            kind = image_only(kind)
        if kind is not named and kind is not None:
            return kind.from_pretrained(source, **arguments)
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


def with_pillow(kind: Any) -> Any:  # noqa: ANN401
    """The class itself; None if it needs torchvision.

    Pixtral's processor takes one function of sizes from the module that resizes with torchvision.
    The module that resizes with Pillow has the same function, so it stands in while the class is
    made; transformers shows the class itself as a placeholder until then.
    """
    if not getattr(kind, "is_dummy", False):
        return kind
    package = kind.__module__.rpartition(".")[0]
    here = package.rpartition(".")[2]
    wanted = f"{package}{_WITH}{here}"
    try:
        sys.modules[wanted] = importlib.import_module(f"{package}{_WITHOUT}{here}")
        return getattr(importlib.import_module(kind.__module__), kind.__name__)
    except ImportError:
        return None
    finally:
        sys.modules.pop(wanted, None)


def why_not_pillow(
    transformers: Any,  # noqa: ANN401
    source: str | Path,
    error: Exception,
    where: Mapping[str, object],
) -> str:
    """Why a model failed to load, if because torchvision is missing; else empty."""
    if machine.has_torchvision():
        return ""
    only = torchvision_only(_config(transformers, source, where))
    if not only and "torchvision" not in str(error).casefold():
        return ""
    what = f"its {only}" if only else "its processor"
    return f"{what} works only with torchvision, which is not installed; install it with {EXTRA}"


def uncover_pillow(transformers: Any, family: str) -> None:  # noqa: ANN401
    """Show a family's class that reads pictures with Pillow in place of its placeholder.

    In transformers 5.17 SmolVLM's is a placeholder, though its module needs no torchvision.
    """
    name = _picture_classes(family).get("pil")
    shown: Any = getattr(transformers, str(name), None) if name else None
    if not getattr(shown, "is_dummy", False):
        return
    package = shown.__module__.rpartition(".")[0]
    with suppress(ImportError):  # the placeholder is right then
        real = getattr(importlib.import_module(shown.__module__), shown.__name__)
        for place in (transformers, importlib.import_module(package)):
            setattr(place, shown.__name__, real)


def torchvision_only(config: Any) -> str:  # noqa: ANN401
    """The class that reads pictures for this config, where transformers has none with Pillow."""
    known = _picture_classes(getattr(config, "model_type", ""))
    return "" if known.get("pil") else str(known.get("torchvision") or "")


def _picture_classes(family: str) -> Mapping[str, object]:
    """The classes that read a family's pictures, by what they resize with."""
    auto = importlib.import_module("transformers.models.auto.image_processing_auto")
    return auto.IMAGE_PROCESSOR_MAPPING_NAMES.get(family) or {}


def processor_class(
    transformers: Any,  # noqa: ANN401
    source: str | Path,
    arguments: Mapping[str, object],
) -> Any:  # noqa: ANN401
    """The class that AutoProcessor would take; None if the repository's own, or none."""
    from transformers.models.auto.processing_auto import PROCESSOR_MAPPING

    for document in documents(source, arguments):
        if arguments.get("trust_remote_code") and "AutoProcessor" in (
            document.get("auto_map") or {}
        ):
            return None
        if name := document.get("processor_class"):
            return _class_named(transformers, str(name))
    return PROCESSOR_MAPPING.get(type(_config(transformers, source, arguments)), None)


def _class_named(transformers: Any, name: str) -> Any:  # noqa: ANN401
    """A class of transformers; a placeholder where its module cannot be imported as it is.

    Transformers 5.17 raises for Gemma 4's, where later releases have a placeholder of their own.
    """
    try:
        return getattr(transformers, name, None)
    except ImportError:
        module = transformers._class_to_module[name]  # noqa: SLF001
        where = f"{transformers.__name__}.{module}"
        return SimpleNamespace(is_dummy=True, __module__=where, __name__=name)


def documents(source: str | Path, arguments: Mapping[str, object]) -> list[dict[str, Any]]:
    """The model's files that may name a processor, in order of precedence."""
    from transformers.utils.hub import cached_file

    found = []
    for name in FILES:
        path = cached_file(
            source,
            name,
            revision=arguments.get("revision"),
            _raise_exceptions_for_gated_repo=False,
            _raise_exceptions_for_missing_entries=False,
            _raise_exceptions_for_connection_errors=False,
        )
        if path is not None:
            found.append(json.loads(Path(path).read_text(encoding="utf-8")))
    return found


def _config(transformers: Any, source: str | Path, arguments: Mapping[str, object]) -> Any:  # noqa: ANN401
    where = {k: v for k, v in arguments.items() if k in ("revision", "trust_remote_code")}
    try:
        return transformers.AutoConfig.from_pretrained(source, **where)
    except (OSError, ValueError, KeyError):
        return None
