"""LoRA adapter folders, which name their base model: reading, identity, adding to the base.

Knows no data and no training. An adapter is added to its base's weights when they are loaded, so
the result is an ordinary model of the base's family, and the paths tested for that hold for it.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmark import jsonio
from benchmark.errors import ModelProblem, excerpt
from benchmark.models.weights.local import ADAPTER as CONFIG
from benchmark.models.weights.local import json_object, weights_digest

WEIGHTS = "adapter_model.safetensors"
RECORD = "finetune.json"  # written by benchmark.finetune; other adapters have none
KIND = "LORA"  # the one peft_type that is tested here
EXTRA = "pip install 'pytest-culture[finetune]'"


@dataclass(frozen=True, kw_only=True, slots=True)
class Adapter:
    """An adapter and its base: a name as ``--model`` takes it, and a commit where it is on the Hub.

    ``trained_on`` is the base's revision (commit or digest) at training; empty if not recorded.
    """

    folder: Path
    base: str
    revision: str | None
    trained_on: str = ""

    def digest(self, *, cache: Path) -> str:
        """SHA-256 over the weights' bytes and the config."""
        config = hashlib.sha256((self.folder / CONFIG).read_bytes()).hexdigest()
        return jsonio.digest([weights_digest(self.folder, cache=cache), config])


def is_adapter(folder: Path) -> bool:
    """Whether a folder holds an adapter and no whole model."""
    return (folder / CONFIG).is_file() and not (folder / "config.json").is_file()


def read_adapter(folder: Path) -> Adapter:
    """The adapter in a folder.

    Raises
    ------
    ModelProblem
        Weights are missing, it is another kind of adapter, or the config names no base.
    """
    if not (folder / WEIGHTS).is_file():
        raise ModelProblem(
            f"the folder {folder} has an {CONFIG} but no {WEIGHTS}, and adapters in other formats "
            "are not read; save it again with save_pretrained"
        )
    config = json_object(folder / CONFIG, "an adapter's config")
    base = config.get("base_model_name_or_path")
    if not isinstance(base, str) or not base:
        raise ModelProblem(
            f"{folder / CONFIG} names no base model; write it there as base_model_name_or_path"
        )
    if (kind := config.get("peft_type")) != KIND:
        raise ModelProblem(
            f"{folder / CONFIG} has the peft_type {kind!r}, and only {KIND} adapters are added to "
            "their base; add it with peft, save the whole model and pass that folder"
        )
    revision = config.get("revision")
    record = (
        json_object(folder / RECORD, "a record of a tuning") if (folder / RECORD).is_file() else {}
    )
    about = record.get("base")
    return Adapter(
        folder=folder,
        base=base,
        revision=revision if isinstance(revision, str) and revision else None,
        trained_on=str(about.get("revision", "")) if isinstance(about, dict) else "",
    )


def check_base(adapter: Adapter, revision: str) -> None:
    """Raise if the base is not the one that the adapter was trained on."""
    if adapter.trained_on and adapter.trained_on != revision:
        raise ModelProblem(
            f"the adapter {adapter.folder} was trained on {adapter.base} @ "
            f"{adapter.trained_on[:19]}, but that is now {revision[:19]}; restore the old one, or "
            "train again"
        )


def add_adapter(model: Any, adapter: Adapter) -> Any:  # noqa: ANN401 - transformers' own, any family
    """The base with the adapter added to its weights, as an object of the base's own class.

    It is added before the model is moved to its device, so that the sum is the same everywhere.

    Raises
    ------
    ModelProblem
        peft is not installed, the weights cannot be read, or they do not match this model's one
        for one.
    """
    try:
        from peft import PeftModel
    except ImportError as error:
        raise ModelProblem(
            f"{adapter.folder} is an adapter, and adding it to its base needs peft ({error}); "
            f"install it with {EXTRA}, or train with --merge"
        ) from error
    from safetensors import SafetensorError

    renamed = getattr(model, "_checkpoint_conversion_mapping", {})  # as from_pretrained has it
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # what peft asks of transformers
            warnings.filterwarnings("ignore", "Found missing adapter keys")  # raised below
            tuned = PeftModel.from_pretrained(model, str(adapter.folder), torch_device="cpu")
            # Load again: the first time, peft does not report what it found and what it did not.
            report = tuned.load_adapter(
                str(adapter.folder), "default", torch_device="cpu", key_mapping=renamed
            )
            _check_all_used(adapter, missing=report.missing_keys, unknown=report.unexpected_keys)
            return tuned.merge_and_unload(safe_merge=True)
    except (RuntimeError, ValueError, KeyError, TypeError, SafetensorError) as error:
        raise ModelProblem(
            f"the adapter {adapter.folder} does not fit {adapter.base} ({type(error).__name__}: "
            f"{excerpt(error)}); was it trained on this model, and is {WEIGHTS} whole?"
        ) from error


def _check_all_used(adapter: Adapter, *, missing: Sequence[str], unknown: Sequence[str]) -> None:
    """Raise if peft would leave weights out, or replace them by zeros or random numbers."""
    for names, what in (
        (missing, "lacks {n} weights that an adapter has in this model"),
        (unknown, "has {n} weights that have no place in this model"),
    ):
        if names:
            raise ModelProblem(
                f"the adapter {adapter.folder} does not fit {adapter.base}: {WEIGHTS} "
                f"{what.format(n=len(names))} (first: {min(names)}); was it trained on this model?"
            )
