"""Processors open for still images with Pillow, and as they are where torchvision works."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from benchmark.models import machine
from benchmark.models.processors import VIDEO, NoVideo, open_processor
from tests.models.families.builders import BUILDERS
from tests.models.families.parts import write
from tests.models.families.questions import WIDE

if TYPE_CHECKING:
    from pathlib import Path

transformers: Any = pytest.importorskip("transformers")
pytest.importorskip("torch")
NEED_VIDEO = ("qwen2_5_vl", "qwen3_vl", "gemma4", "internvl", "smolvlm")


@pytest.fixture(scope="module", params=NEED_VIDEO)
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A family whose processor has a part for videos."""
    return write(BUILDERS[request.param](), tmp_path_factory.mktemp(request.param) / "tiny")


@pytest.mark.skipif(machine.has_torchvision(), reason="torchvision is installed")
def test_opens_without_torchvision(folder: Path) -> None:
    """Where transformers itself refuses; the class keeps its name and reads pictures."""
    with pytest.raises((ImportError, OSError)):
        transformers.AutoProcessor.from_pretrained(folder)
    found = open_processor(transformers, folder, trust_remote_code=False)
    assert isinstance(getattr(found, VIDEO), NoVideo)
    text = found.apply_chat_template(
        [{"role": "user", "content": [{"type": "image"}]}], add_generation_prompt=True
    )
    inputs = found(text=[text], images=[[WIDE.pixels()]], return_tensors="pt")
    assert {"input_ids", "pixel_values"} <= set(inputs)


def test_torchvision_is_used_where_it_is(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then nothing of the processor is replaced."""
    opened: list[object] = []
    monkeypatch.setattr(machine, "dist_version", lambda _: "0.28.0")

    class Auto:
        @staticmethod
        def from_pretrained(source: object, **_: object) -> str:
            opened.append(source)
            return "as it is"

    class Library:
        AutoProcessor = Auto

    assert open_processor(Library, folder) == "as it is"
    assert opened == [folder]
