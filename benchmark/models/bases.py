"""The model that an adapter belongs to; looks at names and folders only."""

from __future__ import annotations

from pathlib import Path

from benchmark.errors import ModelProblem, UsageProblem
from benchmark.models.naming import ModelSpec, resolve
from benchmark.models.weights.adapters import Adapter, is_adapter, read_adapter


def with_base(folder: Path) -> tuple[Adapter, ModelSpec]:
    """The adapter in a folder and its base, which must be a whole model at a pinned commit.

    Raises
    ------
    ModelProblem
        The adapter cannot be read, or its base is not there, not a whole model, or not pinned.
    """
    adapter = read_adapter(folder)
    try:
        base = resolve(adapter.base, revision=adapter.revision)
    except UsageProblem as problem:
        raise ModelProblem(
            f"the adapter {adapter.folder} was trained on {adapter.base!r}, which cannot be found; "
            "restore it, or correct base_model_name_or_path in its adapter_config.json"
        ) from problem
    if base.kind not in ("hub", "folder", "demo") or (base.path and is_adapter(base.path)):
        raise ModelProblem(
            f"the adapter {adapter.folder} was trained on {adapter.base}, which is not a whole "
            "model with weights"
        )
    if base.kind == "hub" and base.revision is None:
        raise ModelProblem(
            f"the adapter {adapter.folder} names no commit of {adapter.base}, so its base is not "
            "pinned; write one as revision in its adapter_config.json"
        )
    return adapter, base
