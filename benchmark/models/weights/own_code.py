"""A repository's own Python code: which of its classes can answer, read without running it.

Knows config files and the text of the code; nobody is asked to trust what cannot work anyway.
"""

from __future__ import annotations

import ast
import importlib.resources
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmark.errors import ModelProblem
from benchmark.models.weights.families import AUTO_MAP
from benchmark.models.weights.processors import documents, processor_class

USUAL = "AutoModelForImageTextToText"
# In order of preference; which of them a repository names depends on its age.
CLASSES = (
    USUAL,
    "AutoModelForMultimodalLM",
    "AutoModelForVision2Seq",
    "AutoModelForCausalLM",
    "AutoModel",
)


def model_class(
    transformers: Any,  # noqa: ANN401 - transformers ships no usable types
    source: str | Path,
    where: Mapping[str, object],
) -> str:
    """The Auto class that loads a model: the usual one where transformers knows its family.

    Raises
    ------
    ModelProblem
        The family is unknown, and the repository's code does not work like other models.
    """
    unrun = {**{k: v for k, v in where.items() if k == "revision"}, "trust_remote_code": False}
    config = _document(transformers, source, unrun)
    family = config.get("model_type")
    if family in transformers.CONFIG_MAPPING:
        return USUAL
    named = config.get(AUTO_MAP)
    if not isinstance(named, dict) or not any(name in named for name in CLASSES):
        raise ModelProblem(
            f"{source} cannot be loaded: this transformers ({transformers.__version__}) does not "
            f"know its family {family!r}, and its config.json names no class of its own for a "
            f"model{_twin(family)}"
        )
    chosen = _chosen(named, config.get("architectures"))
    if why := _unusable(transformers, source, named, chosen, unrun):
        raise ModelProblem(
            f"{source} cannot be loaded: this transformers ({transformers.__version__}) does not "
            f"know its family {family!r}, and the code that it brings does not work like other "
            f"models: {why}{_twin(family)}"
        )
    return chosen


def family_of(transformers: Any, source: str | Path, where: Mapping[str, object]) -> str:  # noqa: ANN401
    """The `model_type` of the model's config.json."""
    return str(_document(transformers, source, where).get("model_type", ""))


def _document(transformers: Any, source: str | Path, where: Mapping[str, object]) -> dict[str, Any]:  # noqa: ANN401
    revision = {name: value for name, value in where.items() if name == "revision"}
    config: dict[str, Any]
    config, _ = transformers.PreTrainedConfig.get_config_dict(source, **revision)
    return config


def _chosen(named: Mapping[str, object], architectures: object) -> str:
    """The entry for the class that the weights were saved from; else the first by preference."""
    saved = {str(name) for name in architectures} if isinstance(architectures, list) else set()
    known = [name for name in CLASSES if name in named]
    fitting = [name for name in known if _class_of(named[name]) in saved]
    return (fitting or known)[0]


def _class_of(reference: object) -> str:
    """``modeling_x.XModel`` names a class in a file."""
    return str(reference).rpartition(".")[2]


def _unusable(
    transformers: Any,  # noqa: ANN401
    source: str | Path,
    named: Mapping[str, object],
    chosen: str,
    where: Mapping[str, object],
) -> str:
    """Why the class cannot be used; empty if it can."""
    if not hasattr(transformers, chosen):
        return f"it is made for {chosen}, which transformers no longer has"
    own = any("AutoProcessor" in (doc.get(AUTO_MAP) or {}) for doc in documents(source, where))
    if not own and "AutoProcessor" not in named and not _is_processor(transformers, source, where):
        return "it has no processor that takes text and pictures together"
    arguments = _forward(source, str(named[chosen]), where)
    if arguments is not None and "input_ids" not in arguments:
        first = next((name for name in arguments if name != "self"), "nothing")
        return f"its {_class_of(named[chosen])}.forward takes {first} and no input_ids"
    return ""


def _is_processor(transformers: Any, source: str | Path, where: Mapping[str, object]) -> bool:  # noqa: ANN401
    return processor_class(transformers, source, where) is not None


def _forward(
    source: str | Path, reference: str, where: Mapping[str, object]
) -> tuple[str, ...] | None:
    """Names of the arguments of a class's ``forward``, by its text; None where it inherits one."""
    from transformers.utils.hub import cached_file

    module, _, kind = reference.rpartition(".")
    path = cached_file(
        source,
        f"{module}.py",
        revision=where.get("revision"),
        _raise_exceptions_for_missing_entries=False,
    )
    if path is None:
        return None
    tree = ast.parse(Path(path).read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name == kind:
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef) and inner.name == "forward":
                    given = (*inner.args.posonlyargs, *inner.args.args, *inner.args.kwonlyargs)
                    return tuple(argument.arg for argument in given)
    return None


def _twin(family: object) -> str:
    """Where to find the same weights for transformers' own classes, if known."""
    file = importlib.resources.files("benchmark.models.weights").joinpath("twins.toml")
    known = tomllib.loads(file.read_text("utf-8"))
    found = known.get(str(family))
    return f"; transformers' own classes read {found}" if found else ""
