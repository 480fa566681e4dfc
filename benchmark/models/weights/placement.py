"""Where a model's modules lie: on one device, or spread over several by accelerate.

Knows no family and no GPU by name. accelerate's hooks move a module's inputs to its device, except
cached keys and values, which a layer reads and writes in place.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from benchmark.errors import ModelProblem

BALANCED = "balanced"  # of --device, and accelerate's word for filling all GPUs evenly
MAP = "device_map"


def device_map(device: str, for_model: Mapping[str, object]) -> dict[str, object]:
    """The argument that spreads a model; empty if it is not to be spread.

    Raises
    ------
    ModelProblem
        accelerate is not installed.
    """
    wanted = for_model.get(MAP, BALANCED if device == BALANCED else None)
    if wanted is None:
        return {}
    if find_spec("accelerate") is None:
        raise ModelProblem(
            "a model is spread over several devices by accelerate, which is not installed; "
            "install it with pip install 'pytest-culture[spread]', or use --device cuda"
        )
    return {MAP: wanted}


def is_spread(model: Any) -> bool:  # noqa: ANN401 - transformers' own, any family
    """Whether modules lie on more than one device, or on disk until they run."""
    return len(set((getattr(model, "hf_device_map", None) or {}).values())) > 1


def entry(model: Any) -> Any:  # noqa: ANN401
    """The device that inputs go to; a module that is loaded only when it runs has none itself."""
    embedding = model.get_input_embeddings()
    device = embedding.weight.device
    if device.type == "meta":
        import torch

        return torch.device(embedding._hf_hook.execution_device)  # noqa: SLF001
    return device


def memory_bytes(torch: Any, model: Any) -> int | None:  # noqa: ANN401
    """Total memory of the smallest GPU that holds a part; None for CPUs and other devices."""
    devices = {weight.device for weight in model.parameters()}
    return min(
        (
            int(torch.cuda.get_device_properties(device).total_memory)
            for device in devices
            if device.type == "cuda"
        ),
        default=None,
    )
