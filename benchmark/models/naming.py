"""What a model's name means: an alias, a Hub id, a folder, a server, the demo or a reference.

Also the base that a folder with an adapter names. Looks at names and folders only; uses no network
and imports no framework.
"""

from __future__ import annotations

import importlib.resources
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from benchmark.errors import ModelProblem, UsageProblem, unknown
from benchmark.hub.asking import is_repo_id
from benchmark.models.endpoint import address
from benchmark.models.rules.reference import RULES
from benchmark.models.weights.adapters import Adapter, is_adapter, read_adapter
from benchmark.models.weights.local import check_folder, folder_named
from benchmark.vocabulary import DEMO, ENDPOINT, REFERENCE

Kind = Literal["hub", "folder", "demo", "reference", "endpoint"]
BLIND = ("uniform", "random")  # need no survey and do not read a request's subject
ORACLE = "oracle"  # needs no survey either


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelSpec:
    """What a name means; ``model_id`` enters the store's key, ``name`` is what was typed."""

    kind: Kind
    name: str
    model_id: str
    revision: str | None = None
    path: Path | None = None


def aliases() -> Mapping[str, str]:
    """Short name to Hub id."""
    text = importlib.resources.files("benchmark.models").joinpath("aliases.toml").read_text("utf-8")
    return {alias: str(repo_id) for alias, repo_id in tomllib.loads(text).items()}


def references() -> tuple[str, ...]:
    """Names of the reference models."""
    return tuple(f"{REFERENCE}{rule}" for rule in (*BLIND, ORACLE, *RULES))


def resolve(name: str, *, revision: str | None = None) -> ModelSpec:
    """The model that ``--model`` and ``--revision`` name; an existing folder wins over the Hub.

    Raises
    ------
    UsageProblem
        The name is unknown (near ones are suggested), or has no revisions.
    ModelProblem
        The folder does not hold a model.
    """
    spec = _spec(name, revision)
    if revision is not None and spec.kind != "hub":
        raise UsageProblem(
            f"--revision {revision} is given but {name} is not on the Hub and has no commits; "
            "leave it out"
        )
    return spec


def folder_meant(name: str) -> Path | None:
    """The folder that a name means; None if it means something that wins over folders."""
    if name.startswith(ENDPOINT) or name in (DEMO, *references(), *aliases()):
        return None
    return folder_named(name)


def _spec(name: str, revision: str | None) -> ModelSpec:
    known = aliases()
    if name.startswith(ENDPOINT):
        return ModelSpec(kind="endpoint", name=name, model_id=address.parse_address(name).model_id)
    if name == DEMO:
        return ModelSpec(kind="demo", name=name, model_id="demo (random weights)")
    if name in references():
        return ModelSpec(kind="reference", name=name, model_id=name)
    if name in known:
        return ModelSpec(kind="hub", name=name, model_id=known[name], revision=revision)
    if (path := folder_named(name)) is not None:
        if is_adapter(path):
            read_adapter(path)
        else:
            check_folder(path)
        path = path.resolve()
        return ModelSpec(kind="folder", name=name, model_id=path.name, path=path)
    if re.match(r"\.{0,2}/|~|\.$|\.\.$", name):
        raise UsageProblem(f"--model {name}: there is no such folder")
    if is_repo_id(name):
        return ModelSpec(kind="hub", name=name, model_id=name, revision=revision)
    everything = (DEMO, *references(), *known)
    note = "--model takes these, an org/name on the Hub, a folder, or endpoint:URL#model"
    raise UsageProblem(unknown("model", name, everything, source=note))


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
