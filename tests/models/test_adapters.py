"""Folders with an adapter: what they must say of their base, and what identifies them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmark.errors import CultureError
from benchmark.models import registry
from benchmark.models.adapters import is_adapter, put_in, read_adapter
from benchmark.records import ModelIdentity
from tests.models.asking import options

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def adapter(folder: Path, weights: bytes = b"adapter", **config: Any) -> Path:
    """A folder with an adapter's files; the weights are never read here."""
    folder.mkdir()
    (folder / "adapter_config.json").write_text(json.dumps(config), encoding="utf-8")
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


def test_a_folder_with_both_is_a_whole_model(tmp_path: Path) -> None:
    """Whole weights need no base."""
    folder = whole(tmp_path / "both")
    (folder / "adapter_config.json").write_text("{}", encoding="utf-8")
    assert not is_adapter(folder)


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ({}, "names no base model"),
        ({"base_model_name_or_path": "org/name"}, "names no commit of org/name"),
        ({"base_model_name_or_path": "reference:uniform"}, "not a whole model with weights"),
        ({"base_model_name_or_path": "/nowhere/at/all"}, "is not to be had; put it back there"),
    ],
)
def test_a_base_that_is_none_is_a_sentence(
    config: dict[str, Any], sentence: str, tmp_path: Path
) -> None:
    """Before anything is loaded."""
    with pytest.raises(CultureError, match=sentence):
        identity(adapter(tmp_path / "tuned", **config), tmp_path)


def test_adapters_are_not_stacked(tmp_path: Path) -> None:
    """The base of an adapter is no adapter."""
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
        put_in(object(), found)


def test_weights_in_another_format_are_not_read(tmp_path: Path) -> None:
    """An adapter saved as a pickle is refused by name."""
    folder = adapter(tmp_path / "tuned", base_model_name_or_path="demo")
    (folder / "adapter_model.safetensors").rename(folder / "adapter_model.bin")
    with pytest.raises(CultureError, match=r"and no adapter_model\.safetensors"):
        registry.resolve(str(folder))
