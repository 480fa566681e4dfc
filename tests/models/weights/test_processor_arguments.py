"""Arguments for a processor change something or are refused; the caps that are named do cap."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from benchmark.errors import ModelProblem
from benchmark.models.weights.processor_arguments import cap, open_with
from benchmark.models.weights.processors import open_processor
from tests.models.families.builders import qwen2_5_vl, smolvlm
from tests.models.families.parts import write
from tests.models.families.questions import noise

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

transformers: Any = pytest.importorskip("transformers")
pytest.importorskip("torch")
LARGE = noise(3, (400, 300))


@pytest.fixture(scope="module")
def qwen(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    """A way to open a processor whose files limit pixels by the older of two names."""
    parts = qwen2_5_vl()
    folder = write(parts, tmp_path_factory.mktemp("qwen") / "tiny")
    return opener(folder)


def opener(folder: Path) -> Callable[..., Any]:
    """Opens a folder's processor with arguments."""

    def opened(**arguments: object) -> Any:
        return open_processor(transformers, folder, trust_remote_code=False, **arguments)

    return opened


def asked(opened: Callable[..., Any], **given: object) -> Any:
    """As a run opens it."""
    return open_with(opened, given, name="m", family="qwen2_5_vl")


def tokens(processor: Any) -> int:
    """How long a prompt of one large picture is."""
    text = processor.apply_chat_template([{"role": "user", "content": [{"type": "image"}]}])
    inputs = processor(text=[text], images=[[LARGE.pixels()]], return_tensors="pt")
    return int(inputs["input_ids"].shape[1])


def test_argument_that_is_ignored_is_refused(qwen: Callable[..., Any]) -> None:
    """One that the processor does not know, and one that repeats what it does anyway."""
    for given in ({"foo": 1}, {"max_pixels": 28 * 28 * 100}):
        (name,) = given
        with pytest.raises(ModelProblem, match=f"processor.{name}=.* changes nothing for m") as why:
            asked(qwen, **given)
        assert "max_pixels=401408; leave it out" in str(why.value)


def test_size_behind_older_names_is_refused(
    tmp_path: Path,
) -> None:
    """Qwen2.5-VL's own files say `max_pixels`, and then `size` is taken from them alone."""
    folder = write(qwen2_5_vl(), tmp_path / "tiny")
    file = folder / "processor_config.json"
    document = json.loads(file.read_text())
    pixels = document.pop("image_processor")
    del pixels["size"]
    pixels |= {"min_pixels": 56 * 56, "max_pixels": 28 * 28 * 100}
    file.write_text(json.dumps(document))
    (folder / "preprocessor_config.json").write_text(json.dumps(pixels))
    with pytest.raises(ModelProblem, match=r"processor\.size=\{.*changes nothing"):
        asked(opener(folder), size={"shortest_edge": 56 * 56, "longest_edge": 28 * 28 * 20})
    assert tokens(asked(opener(folder), max_pixels=28 * 28 * 20)) < tokens(asked(opener(folder)))


def test_argument_that_works_is_taken(qwen: Callable[..., Any]) -> None:
    """Alone and beside another; one that is ignored is found among them."""
    small = asked(qwen, max_pixels=28 * 28 * 20, min_pixels=28 * 28 * 8)
    assert tokens(small) < tokens(asked(qwen))
    with pytest.raises(ModelProblem, match=r"processor\.foo=1 changes nothing"):
        asked(qwen, max_pixels=28 * 28 * 20, foo=1)


def test_caps_are_those_of_the_table(tmp_path: Path) -> None:
    """A family without one has an empty line."""
    assert cap("qwen2_5_vl") == "--model-args processor.max_pixels=401408"
    assert cap("llava") == ""
    opened = opener(write(smolvlm(), tmp_path / "tiny"))
    assert tokens(asked(opened, do_image_splitting=False)) < tokens(asked(opened))
