"""Writes what was trained: an adapter that names its base, or the base's weights with it added.

Safetensors and text only. Knows no data.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmark.models import registry
from benchmark.models.naming import ModelSpec
from benchmark.models.registry import ModelOptions
from benchmark.models.weights.local import SIDE_FILES
from benchmark.records import ModelIdentity

ADAPTER_FOLDER = "adapter"  # where the adapter is if whole weights were asked for
NOT_COPIED = ("config.json", "generation_config.json", "model.safetensors.index.json")


@dataclass(frozen=True, kw_only=True, slots=True)
class Base:
    """The model that is tuned."""

    spec: ModelSpec
    identity: ModelIdentity
    options: ModelOptions


def save(model: Any, base: Base, folder: Path, *, merge: bool) -> None:  # noqa: ANN401 - peft's own
    """Into the folder; with ``merge`` the whole model, and the adapter in a folder of its own."""
    _save_adapter(model, base, folder / ADAPTER_FOLDER if merge else folder)
    if merge:
        model.merge_and_unload(safe_merge=True).save_pretrained(folder)
        source = _files(base)
        for path in sorted(source.rglob("*")):
            if path.is_file() and path.suffix in SIDE_FILES and path.name not in NOT_COPIED:
                target = folder / path.relative_to(source)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)


def _save_adapter(model: Any, base: Base, folder: Path) -> None:  # noqa: ANN401
    """Its config names the base as ``--model`` takes it, a Hub model with its commit."""
    config = model.peft_config["default"]
    spec = base.spec
    there = spec.model_id if spec.kind == "hub" else str(spec.path or spec.name)
    config.base_model_name_or_path = there
    config.revision = base.identity.revision if spec.kind == "hub" else None
    model.save_pretrained(folder, save_embedding_layers=False)
    (folder / "README.md").unlink(missing_ok=True)  # peft's own card; ours comes at the end


def _files(base: Base) -> Path:
    """The folder with the base's processor, tokenizer and template."""
    weights = registry.weights_at(base.spec, base.identity, base.options)
    if isinstance(weights.source, Path):
        return weights.source
    from huggingface_hub import snapshot_download

    patterns = [f"*{suffix}" for suffix in sorted(SIDE_FILES)]
    return Path(snapshot_download(weights.source, revision=weights.commit, allow_patterns=patterns))
