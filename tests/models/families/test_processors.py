"""Processors open for still images with Pillow, and as they are where torchvision works."""

from __future__ import annotations

import dataclasses
import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from benchmark.errors import ModelProblem
from benchmark.models import registry
from benchmark.models.weights import machine
from benchmark.models.weights.processors import VIDEO, NoVideo, open_processor, torchvision_only
from tests.models.asking import options
from tests.models.families.builders import BUILDERS, llava
from tests.models.families.newer import mistral3
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


@pytest.mark.skipif(machine.has_torchvision(), reason="torchvision is installed")
def test_pixtrals_pictures_are_read_with_pillow(tmp_path: Path) -> None:
    """The library shows its processor as a placeholder, though only sizes ask for torchvision.

    Also where the model is a LLaVA, as the first Pixtral is: the files name the processor.
    """
    parts = mistral3()
    as_llava = dataclasses.replace(
        llava(),
        **{
            name: getattr(parts, name)
            for name in ("image_processor", "processor_class", "processor_arguments", "tokenizer")
        },
    )
    for name, one in (("mistral3", parts), ("llava", as_llava)):
        folder = write(one, tmp_path / name)
        with pytest.raises(ImportError):
            transformers.AutoProcessor.from_pretrained(folder)
        found = open_processor(transformers, folder, trust_remote_code=False)
        assert type(found).__name__ == "PixtralProcessor"
        inputs = found(text=["[IMG] Look."], images=[[WIDE.pixels()]], return_tensors="pt")
        assert int((inputs["input_ids"] == found.image_token_id).sum()) > 1
        assert "transformers.models.pixtral.image_processing_pixtral" not in sys.modules


@pytest.mark.skipif(machine.has_torchvision(), reason="torchvision is installed")
def test_torchvision_is_named_where_nothing_else_reads_pictures(tmp_path: Path) -> None:
    """One whole sentence with the extra: no message of the library's, cut somewhere."""
    folder = write(mistral3(), tmp_path / "tiny")
    file = folder / "processor_config.json"
    document = json.loads(file.read_text())
    document["image_processor"]["image_processor_type"] = "Llama4ImageProcessor"
    file.write_text(json.dumps(document | {"processor_class": "Llama4Processor"}))
    spec, asked = registry.resolve(str(folder)), options(tmp_path)
    identity = registry.identify(spec, asked, survey=None)
    with pytest.raises(ModelProblem) as found:
        registry.load(spec, identity, asked, survey=None)
    assert str(found.value) == (
        f"{folder} cannot be loaded: its processor works only with torchvision, which is not "
        "installed; install it with pip install 'pytest-culture[torchvision]'"
    )


def test_mapping_says_who_needs_torchvision() -> None:
    """Nobody keeps a list of names."""
    kinds = {name: transformers.AutoConfig.for_model(name) for name in ("llama4", "llava")}
    assert {name: torchvision_only(kind) for name, kind in kinds.items()} == {
        "llama4": "Llama4ImageProcessor",
        "llava": "",
    }
    assert torchvision_only(None) == ""
