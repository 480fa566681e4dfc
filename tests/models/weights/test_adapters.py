"""Folders with an adapter: what they must say of their base, and what identifies them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmark.errors import CultureError
from benchmark.models import registry
from benchmark.models.weights.adapters import add_adapter, read_adapter
from benchmark.records import ModelIdentity
from tests.models.asking import options

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def adapter(folder: Path, weights: bytes = b"adapter", **config: Any) -> Path:
    """A folder with an adapter's files; the weights are never read here."""
    folder.mkdir()
    whole_config = {"peft_type": "LORA", **config}
    (folder / "adapter_config.json").write_text(json.dumps(whole_config), encoding="utf-8")
    (folder / "adapter_model.safetensors").write_bytes(weights)
    return folder


def whole(folder: Path, weights: bytes = b"base") -> Path:
    """A folder with a whole model's files."""
    folder.mkdir()
    (folder / "config.json").write_text('{"model_type": "llava"}', encoding="utf-8")
    (folder / "model.safetensors").write_bytes(weights)
    return folder


def identity(folder: Path, cache: Path) -> ModelIdentity:
    """As a run has it; no framework is needed."""
    return registry.identify(registry.resolve(str(folder)), options(cache), survey=None)


def test_the_revision_covers_base_and_adapter(tmp_path: Path) -> None:
    """One changed byte in either is another model; prompts are scored as the base's are."""
    base = whole(tmp_path / "base")
    tuned = adapter(tmp_path / "tuned", base_model_name_or_path=str(base))
    found, own = identity(tuned, tmp_path), identity(base, tmp_path)
    assert found.model_id == "tuned"
    assert found.revision.startswith("sha256:")
    assert (found.scoring, found.processor) == (own.scoring, own.processor)
    assert "peft" in found.backend
    assert "peft" not in own.backend
    other = adapter(tmp_path / "other", b"adaptor", base_model_name_or_path=str(base))
    changed = adapter(tmp_path / "n", base_model_name_or_path=str(whole(tmp_path / "b", b"bose")))
    revisions = {identity(one, tmp_path).revision for one in (tuned, other, changed)}
    assert len({*revisions, own.revision}) == 4


def test_a_base_on_the_hub_is_taken_at_its_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commit in the adapter's config is what is loaded, whatever the main branch is now."""
    monkeypatch.setattr(registry, "hub_config", lambda *_: {"model_type": "llava"})
    named: dict[str, Any] = {"base_model_name_or_path": "org/name", "revision": COMMIT}
    spec = registry.resolve(str(adapter(tmp_path / "tuned", **named)))
    found = registry.identify(spec, options(tmp_path), survey=None)
    weights = registry.weights_at(spec, found, options(tmp_path))
    assert (weights.source, weights.commit) == ("org/name", COMMIT)
    assert weights.adapter == read_adapter(tmp_path / "tuned")
    assert found.processor == "commit"
    assert found.revision != COMMIT


def test_a_folder_with_both_is_refused(tmp_path: Path) -> None:
    """The adapter would be added where peft is installed, and nowhere else."""
    folder = whole(tmp_path / "both")
    (folder / "adapter_config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(CultureError, match=r"has a config\.json and an adapter_config"):
        registry.resolve(str(folder))


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ({}, "names no base model"),
        ({"base_model_name_or_path": "org/name"}, "names no commit of org/name"),
        ({"base_model_name_or_path": "reference:uniform"}, "not a whole model with weights"),
        ({"base_model_name_or_path": "/nowhere/at/all"}, "cannot be found; restore it"),
        (
            {"base_model_name_or_path": "demo", "peft_type": "PROMPT_TUNING"},
            "has the peft_type 'PROMPT_TUNING', and only LORA",
        ),
    ],
)
def test_a_base_that_is_none_is_a_sentence(
    config: dict[str, Any], sentence: str, tmp_path: Path
) -> None:
    """Before anything is loaded."""
    with pytest.raises(CultureError, match=sentence):
        identity(adapter(tmp_path / "tuned", **config), tmp_path)


def test_adapters_are_not_stacked(tmp_path: Path) -> None:
    """The base of an adapter is not an adapter."""
    base = whole(tmp_path / "base")
    first = adapter(tmp_path / "first", base_model_name_or_path=str(base))
    second = adapter(tmp_path / "second", base_model_name_or_path=str(first))
    with pytest.raises(CultureError, match="not a whole model with weights"):
        identity(second, tmp_path)


def test_without_peft_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the way to do without."""
    monkeypatch.setitem(sys.modules, "peft", None)
    found = read_adapter(adapter(tmp_path / "tuned", base_model_name_or_path="demo"))
    with pytest.raises(CultureError, match=r"pytest-culture\[finetune\]', or train with --merge"):
        add_adapter(object(), found)


def test_weights_in_another_format_are_not_read(tmp_path: Path) -> None:
    """An adapter saved as a pickle is refused by name."""
    folder = adapter(tmp_path / "tuned", base_model_name_or_path="demo")
    (folder / "adapter_model.safetensors").rename(folder / "adapter_model.bin")
    with pytest.raises(CultureError, match=r"but no adapter_model\.safetensors"):
        registry.resolve(str(folder))


def layers() -> Any:
    """Two linear layers; the first has an adapter in what follows."""
    torch = pytest.importorskip("torch", reason="adapters need the extra 'models'")
    pytest.importorskip("peft", reason="adapters need the extra 'finetune'")

    class Layers(torch.nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.first = torch.nn.Linear(4, 4, bias=False)
            self.other = torch.nn.Linear(4, 4, bias=False)

    return Layers()


def saved(folder: Path) -> Path:
    """An adapter that adds 16 to each weight of the first layer: 2 x 2, over rank 2, x 4 / 2."""
    model = layers()
    import torch
    from peft import LoraConfig, get_peft_model

    tuned = get_peft_model(model, LoraConfig(r=2, lora_alpha=4, target_modules=["first"]))
    tuned.peft_config["default"].base_model_name_or_path = "demo"
    for name, weight in tuned.named_parameters():
        if "lora_" in name:
            torch.nn.init.constant_(weight, 2.0)
    tuned.save_pretrained(str(folder), save_embedding_layers=False)
    return folder


@pytest.mark.models
def test_an_adapter_is_added_once(tmp_path: Path) -> None:
    """The sum, by hand, and nothing to the layer beside it."""
    folder = saved(tmp_path / "tuned")
    model = layers()
    first, other = model.first.weight.detach().clone(), model.other.weight.detach().clone()
    found = add_adapter(model, read_adapter(folder))
    assert type(found) is type(model)
    assert float((found.first.weight - first - 16).abs().max()) < 1e-5
    assert bool((found.other.weight == other).all())


@pytest.mark.models
@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("lora_A", None, "lacks 1 weights that an adapter has in this model .first: .*lora_A"),
        ("", "elsewhere.", "lacks 2 weights that an adapter has in this model"),
        ("lora", "more.", "has 2 weights that have no place in this model .first: more"),
    ],
)
def test_weights_that_do_not_match_are_not_passed_over(
    old: str, new: str | None, sentence: str, tmp_path: Path
) -> None:
    """One that is gone would be random, others would be left out; the base would answer alone."""
    folder = saved(tmp_path / "tuned")
    from safetensors.torch import load_file, save_file

    file = folder / "adapter_model.safetensors"
    there = load_file(file)
    if new is None:
        kept = {name: one for name, one in there.items() if old not in name}
    else:
        kept = {f"{new}{name}": one for name, one in there.items()}
        kept |= there if old else {}
    save_file({name: one.clone() for name, one in kept.items()}, file)
    with pytest.raises(CultureError, match=sentence):
        add_adapter(layers(), read_adapter(folder))


@pytest.mark.models
def test_damaged_weights_are_a_sentence(tmp_path: Path) -> None:
    """Half a file is not an adapter."""
    folder = saved(tmp_path / "tuned")
    file = folder / "adapter_model.safetensors"
    file.write_bytes(file.read_bytes()[:60])
    with pytest.raises(CultureError, match=r"SafetensorError.*adapter_model\.safetensors whole"):
        add_adapter(layers(), read_adapter(folder))
