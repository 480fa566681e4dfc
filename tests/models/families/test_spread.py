"""Models whose modules lie on several devices: accelerate's hooks change no score.

No machine of the project has two GPUs. Modules on disk, which accelerate loads when they run, put
its hooks around modules as another device would. What a second GPU would add, a tensor that lies
on the wrong one, is not tested, and is why `auto` does not share there.
"""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmark.errors import ModelProblem
from benchmark.models import registry
from benchmark.models.weights import machine, placement
from benchmark.models.weights.families import FULL, SHARED
from tests.models.asking import options
from tests.models.families.conftest import Pair
from tests.models.families.questions import TALL, WIDE, about
from tests.models.families.test_equality import TOLERANCE, of_labels

needs_accelerate = pytest.mark.skipif(not find_spec("accelerate"), reason="needs extra 'spread'")


def halves(pair: Pair) -> dict[str, str]:
    """Every second decoder layer on disk, and the embedding where its module is what is called."""
    model: Any = pair.full._model
    embedding = model.get_input_embeddings()
    (name,) = [name for name, module in model.named_modules() if module is embedding]
    text = name.rpartition(".")[0]
    parts = [part for part in inside(model, "") if part != "model"]
    parts += [part for part in inside(model, "model") if part != text]
    parts += [f"model.{own}" for own, _ in model.model.named_parameters(recurse=False)]
    parts += [part for part in inside(model, text) if part != f"{text}.layers"]
    found = dict.fromkeys((*parts, *inside(model, f"{text}.layers")), "cpu")
    on_disk = [f"{text}.layers.1", f"{text}.layers.3"]
    # Gemma 4 reads its embedding's weights past the module, which hooks cannot see
    return found | dict.fromkeys(on_disk if pair.name == "gemma4" else [*on_disk, name], "disk")


def inside(model: Any, name: str) -> list[str]:
    """Full names of a module's children."""
    return [f"{name}.{child}".strip(".") for child, _ in model.get_submodule(name).named_children()]


@needs_accelerate
@pytest.mark.filterwarnings("ignore:The following device_map keys")  # a bare weight is not a module
@pytest.mark.parametrize("scoring", ["full", "shared"])
def test_modules_that_are_loaded_when_they_run_change_no_score(
    pair: Pair, scoring: str, tmp_path: Path
) -> None:
    """Two pictures in turn, on both paths, against the same weights in memory."""
    arguments = {"device_map": json.dumps(halves(pair)), "offload_folder": str(tmp_path)}
    spread = pair.again(scoring=scoring, model_args=tuple(arguments.items()))
    assert placement.is_spread(spread._model)
    assert placement.entry(spread._model).type == "cpu"
    asked = [request for both in zip(about(WIDE), about(TALL), strict=True) for request in both]
    expected = of_labels(pair.full, asked)
    assert np.abs(of_labels(spread, asked) - expected).max() <= TOLERANCE


@pytest.mark.parametrize(("scoring", "path"), [("auto", FULL), ("shared", SHARED)])
def test_auto_does_not_share_over_several_devices(
    demo_folder: Path, tmp_path: Path, scoring: str, path: str
) -> None:
    """What cannot be tested here is done only where it is asked for."""
    asked = options(tmp_path, scoring=scoring, model_args=(("device_map", "auto"),))
    spec = registry.resolve(str(demo_folder))
    assert registry.identify(spec, asked, survey=None).scoring == path


@needs_accelerate
def test_whole_model_by_a_map_answers_as_without(pair: Pair) -> None:
    """A map with one device is a plain model."""
    mapped = pair.again(scoring="shared", model_args=(("device_map", '{"": "cpu"}'),))
    assert not placement.is_spread(mapped._model)
    difference = of_labels(mapped, about(WIDE)) - of_labels(pair.full, about(WIDE))
    assert np.abs(difference).max() <= TOLERANCE


def test_missing_accelerate_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the command that brings it."""
    monkeypatch.setattr(placement, "find_spec", lambda _: None)
    with pytest.raises(ModelProblem, match=r"pip install 'pytest-culture\[spread\]'"):
        placement.device_map("balanced", {})
    assert placement.device_map("cuda", {}) == {}


def test_balanced_is_over_all_visible_gpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The map is accelerate's, the kind of device the product's name, once."""
    monkeypatch.setattr(machine, "_torch_cannot_cuda", lambda: False)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    for slot in ("0", "1"):
        (tmp_path / slot).mkdir()
        (tmp_path / slot / "information").write_text("Model: \t NVIDIA H200\n")
    assert machine.device_kind("balanced", gpus=tmp_path) == "NVIDIA H200"
    if find_spec("accelerate"):
        assert placement.device_map("balanced", {}) == {"device_map": "balanced"}
