"""Opens a model with transformers and turns what can go wrong into one sentence.

Knows no suite and no store; imports torch and transformers when it is called.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmark.errors import ModelProblem, UsageProblem, excerpt
from benchmark.models import template_arguments
from benchmark.models.weights.adapters import Adapter, add_adapter
from benchmark.models.weights.budget import TokenBudget, token_budget
from benchmark.models.weights.own_code import family_of, model_class
from benchmark.models.weights.placement import device_map, memory_bytes
from benchmark.models.weights.processor_arguments import open_with
from benchmark.models.weights.processors import open_processor, why_not_pillow
from benchmark.models.weights.transformers import TransformersModel
from benchmark.records import ModelIdentity

# What decides which weights and code are read is not a model argument: it is part of the identity.
FIXED = {
    "dtype": "--dtype",
    "torch_dtype": "--dtype",
    "revision": "--revision",
    "trust_remote_code": "--trust-remote-code",
    "use_safetensors": "no option: only safetensors weights are read",
    "local_files_only": "HF_HUB_OFFLINE=1",
    "token": "HF_TOKEN",
}
PROCESSOR = "processor."
TRUSTED = (
    "trust_remote_code",
    "true",
)  # a model argument that only the option sets


def model_arguments(pairs: Mapping[str, str]) -> tuple[dict[str, object], dict[str, object]]:
    """``--model-args`` for the model and, named ``processor.…``, for its processor.

    >>> model_arguments({"attn_implementation": "eager", "processor.max_pixels": "50176"})
    ({'attn_implementation': 'eager'}, {'max_pixels': 50176})
    """
    model: dict[str, object] = {}
    processor: dict[str, object] = {}
    for name, text in pairs.items():
        bare = name.removeprefix(PROCESSOR)
        if name.startswith(template_arguments.PREFIX):
            raise UsageProblem(
                f"--model-args {name}={text} cannot be set here; use {template_arguments.OPTION}"
            )
        if bare in FIXED:
            raise UsageProblem(f"--model-args {name}={text} cannot be set here; use {FIXED[bare]}")
        (processor if name.startswith(PROCESSOR) else model)[bare] = _value(text)
    return model, processor


def _value(text: str) -> object:
    """The value of a JSON literal, else the text itself."""
    try:
        value: object = json.loads(text)
    except json.JSONDecodeError:
        return text
    return value


@dataclass(frozen=True, kw_only=True, slots=True)
class Weights:
    """Where a model's files are: a Hub id at a commit, or a folder; and an adapter, if any."""

    source: str | Path
    commit: str = ""
    adapter: Adapter | None = None


def load_transformers(
    identity: ModelIdentity, weights: Weights, *, device: str, threads: int | None
) -> TransformersModel:
    """The model and processor, ready to answer."""
    model, processor = open_weights(identity, weights, device=device, threads=threads)
    torch, _ = backend_modules()
    budget = TokenBudget(token_budget(memory_bytes(torch, model)))
    return TransformersModel(identity, model, processor, budget=budget)


def open_weights(
    identity: ModelIdentity, weights: Weights, *, device: str, threads: int | None
) -> tuple[Any, Any]:
    """Model, on its device and in evaluation mode, and processor, as transformers has them."""
    torch, transformers = backend_modules()
    if threads is not None:
        torch.set_num_threads(threads)
    target = device_for(torch, identity, device)
    given = [
        pair
        for pair in identity.model_args
        if pair != TRUSTED and not pair[0].startswith(template_arguments.PREFIX)
    ]
    for_model, for_processor = model_arguments(dict(given))
    spread = device_map(device, for_model)
    if spread and weights.adapter is not None:
        raise ModelProblem(
            f"{identity.name} is an adapter, which cannot be added to a model on several devices; "
            "train it with --merge and pass that folder"
        )
    source = weights.source
    revision = {"revision": weights.commit} if weights.commit else {}
    common = {**revision, "trust_remote_code": TRUSTED in identity.model_args}
    transformers.utils.logging.disable_progress_bar()
    failures = (OSError, ValueError, TypeError, KeyError, ImportError, AttributeError, RuntimeError)
    try:
        kind = model_class(transformers, source, common)
        processor, _ = _processor(transformers, identity, source, common, for_processor)
        model, report = getattr(transformers, kind).from_pretrained(
            source,
            **common,
            **{"attn_implementation": identity.attention, **for_model, **spread},
            dtype=getattr(torch, identity.dtype),
            use_safetensors=True,
            output_loading_info=True,
        )
    except (*failures, _safetensors_error()) as error:
        needs = why_not_pillow(transformers, source, error, common)
        why = f"{identity.name} cannot be loaded: {needs}" if needs else ""
        raise ModelProblem(why or _why(identity, source, error)) from error
    if report["missing_keys"]:
        missing = sorted(report["missing_keys"])
        raise ModelProblem(
            f"{identity.name}: {len(missing)} weights are missing from {source} and would be "
            f"random (first: {missing[0]}); the checkpoint is incomplete"
        )
    if getattr(model, "_hf_peft_config_loaded", False):  # a Hub repository may have both too
        raise ModelProblem(
            f"{identity.name}: transformers found an adapter among the weights in {source} and "
            "added it, which it does only if peft is installed; name a model without one"
        )
    if weights.adapter is not None:
        model = add_adapter(model, weights.adapter)
    placed = model if spread else model.to(target)
    return placed.eval(), processor


def read_processor(identity: ModelIdentity, weights: Weights) -> tuple[Any, str]:
    """The processor alone, and its model's family; raises whatever the library does."""
    _, transformers = backend_modules()
    given = [pair for pair in identity.model_args if pair != TRUSTED]
    _, arguments = model_arguments(dict(given))
    revision = {"revision": weights.commit} if weights.commit else {}
    common = {**revision, "trust_remote_code": TRUSTED in identity.model_args}
    transformers.utils.logging.disable_progress_bar()
    return _processor(transformers, identity, weights.source, common, arguments)


def _processor(
    transformers: Any,  # noqa: ANN401 - transformers ships no usable types
    identity: ModelIdentity,
    source: str | Path,
    common: Mapping[str, object],
    arguments: Mapping[str, object],
) -> tuple[Any, str]:
    family = family_of(transformers, source, common)
    opened = partial(open_processor, transformers, source, **common)
    return open_with(opened, arguments, name=identity.name, family=family), family


def backend_modules() -> tuple[Any, Any]:
    """The two libraries, or how to get them."""
    try:
        import torch
        import transformers
    except ImportError as error:
        raise ModelProblem(
            f"running a model's weights needs torch and transformers ({error}); install them with "
            "pip install 'pytest-culture[models]', or use --model reference:uniform"
        ) from error
    return torch, transformers


def _safetensors_error() -> type[Exception]:
    from safetensors import SafetensorError

    kind: type[Exception] = SafetensorError
    return kind


def device_for(torch: Any, identity: ModelIdentity, asked: str) -> Any:  # noqa: ANN401 - torch is imported when first asked
    """The device of the identity's kind; ``--device cuda:1`` says which GPU."""
    return torch_device(torch, identity.device_kind, asked)


def torch_device(torch: Any, kind: str, asked: str) -> Any:  # noqa: ANN401
    """The device of a kind (`weights.machine.device_kind`), if this torch can use it."""
    name = kind if kind in ("cpu", "mps") else asked if asked.startswith("cuda") else "cuda"
    ready = {"cpu": True, "mps": torch.backends.mps.is_available()}
    if not ready.get(name, torch.cuda.is_available()):
        raise ModelProblem(
            f"--device {asked} means {name} on this machine ({kind}), which this torch "
            f"({torch.__version__}) cannot use; use --device cpu or a torch built for it"
        )
    return torch.device(name)


def _why(identity: ModelIdentity, source: str | Path, error: Exception) -> str:
    if "trust_remote_code=True" in str(error):
        return (
            f"{identity.name} needs Python code that comes with its weights in {source}, and "
            "such code can do anything on this machine; read it, then use --trust-remote-code"
        )
    return (
        f"{identity.name} cannot be loaded from {source} as an image-text-to-text model "
        f"({type(error).__name__}: {excerpt(error)}); check the files, --model-args and the "
        "transformers version"
    )
