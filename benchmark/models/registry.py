"""From the name a user types to a model: resolve it, identify it, load it; in that order.

Identifying needs neither torch nor transformers and reads no weights into memory, so a run whose
answers are all stored never starts a model. Knows no suite and no pytest.
"""

from __future__ import annotations

import importlib.resources
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, assert_never

from benchmark.errors import UsageProblem, unknown
from benchmark.models import demo, machine
from benchmark.models.commits import hub_commit
from benchmark.models.loading import load_transformers, model_arguments
from benchmark.models.local import check_folder, processor_digest, weights_digest
from benchmark.models.random_answers import RandomAnswers
from benchmark.models.reference import RULES, ReferenceModel, UniformModel
from benchmark.records import Model, ModelIdentity
from benchmark.settings import Settings, default_cache
from benchmark.survey import Survey

Kind = Literal["hub", "folder", "demo", "reference"]
DEMO = "demo"
REFERENCE = "reference:"
BLIND = ("uniform", "random")  # need no survey and do not read a request's subject
REFERENCE_BACKEND = "reference 1"  # raise when a rule changes what it answers


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelSpec:
    """What a name means; ``model_id`` enters the store's key, ``name`` is what was typed."""

    kind: Kind
    name: str
    model_id: str
    revision: str | None = None
    path: Path | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelOptions:
    """How a model is run. ``threads`` None leaves torch's own choice."""

    device: str = "auto"
    dtype: str = "auto"
    model_args: tuple[tuple[str, str], ...] = ()
    seed: int = 0
    threads: int | None = None
    cache: Path = field(default_factory=default_cache)


def options_of(settings: Settings) -> ModelOptions:
    """The part of the settings that models know."""
    return ModelOptions(
        device=settings.device,
        dtype=settings.dtype,
        model_args=settings.model_args,
        seed=settings.seed,
        threads=settings.threads,
        cache=settings.cache,
    )


def aliases() -> Mapping[str, str]:
    """Short name to Hub id."""
    text = importlib.resources.files("benchmark.models").joinpath("aliases.toml").read_text("utf-8")
    return {alias: str(repo_id) for alias, repo_id in tomllib.loads(text).items()}


def references() -> tuple[str, ...]:
    """Names of the reference models."""
    return tuple(f"{REFERENCE}{rule}" for rule in (*BLIND, *RULES))


# --- what a name means ------------------------------------------------------------------------


def resolve(name: str, *, revision: str | None = None) -> ModelSpec:
    """The model that ``--model`` and ``--revision`` name.

    Raises
    ------
    UsageProblem
        No such name (near ones are suggested), or a revision of what has none.
    ModelProblem
        A folder that holds no model.
    """
    spec = _spec(name, revision)
    if revision is not None and spec.kind != "hub":
        raise UsageProblem(
            f"--revision {revision} is given but {name} is not on the Hub and has no commits; "
            "leave it out"
        )
    return spec


def _spec(name: str, revision: str | None) -> ModelSpec:
    known = aliases()
    if name == DEMO:
        return ModelSpec(kind="demo", name=name, model_id="demo (random weights)")
    if name in references():
        return ModelSpec(kind="reference", name=name, model_id=name)
    if name in known:
        return ModelSpec(kind="hub", name=name, model_id=known[name], revision=revision)
    path = Path(name).expanduser()
    if name and not name.startswith(REFERENCE) and path.is_dir():
        check_folder(path)
        return ModelSpec(
            kind="folder", name=name, model_id=path.resolve().name, path=path.resolve()
        )
    if re.match(r"[./~]", name):
        raise UsageProblem(f"--model {name}: there is no such folder")
    if re.fullmatch(r"[A-Za-z0-9][\w.-]*/[\w.-]+", name):
        return ModelSpec(kind="hub", name=name, model_id=name, revision=revision)
    everything = (DEMO, *references(), *known)
    note = "--model; besides these, an org/name on the Hub or a folder"
    raise UsageProblem(unknown("model", name, everything, source=note))


# --- what identifies its answers --------------------------------------------------------------


def identify(spec: ModelSpec, options: ModelOptions, *, survey: Survey | None) -> ModelIdentity:
    """Everything that can change the model's answers, without loading it.

    The demo is the exception: where it was never built, it is built now.
    """
    match spec.kind:
        case "reference":
            return _reference_identity(spec, options, survey)
        case "hub":
            commit = hub_commit(spec.model_id, spec.revision)
            return _weights_identity(spec, options, revision=commit, processor="commit")
        case "folder" | "demo":
            folder = _folder(spec, options)
            digest = weights_digest(folder, cache=options.cache)
            files = processor_digest(folder)
            return _weights_identity(spec, options, revision=digest, processor=files)
        case _:
            assert_never(spec.kind)


def _weights_identity(
    spec: ModelSpec, options: ModelOptions, *, revision: str, processor: str
) -> ModelIdentity:
    for_model, _ = model_arguments(dict(options.model_args))  # refuses what cannot be set
    device = machine.device_kind(options.device)
    return ModelIdentity(
        name=spec.name,
        model_id=spec.model_id,
        revision=revision,
        backend=machine.backend(),
        dtype=machine.dtype(options.dtype, device),
        attention=str(for_model.get("attn_implementation", "sdpa")),
        scoring="full",
        device_kind=device,
        processor=processor,
        resize=machine.resize(),
        model_args=tuple(sorted(options.model_args)),
    )


def _reference_identity(
    spec: ModelSpec, options: ModelOptions, survey: Survey | None
) -> ModelIdentity:
    rule = spec.model_id.removeprefix(REFERENCE)
    if options.model_args:
        raise UsageProblem(f"--model-args has no meaning for {spec.name}; leave it out")
    return ModelIdentity(
        name=spec.name,
        model_id=spec.model_id,
        revision="1" if rule in BLIND else _needed(spec, survey).digest,
        backend=REFERENCE_BACKEND,
        model_args=(("seed", str(options.seed)),) if rule == "resample" else (),
        reads_subject=rule not in BLIND,
    )


# --- the model itself -------------------------------------------------------------------------


def load(
    spec: ModelSpec, identity: ModelIdentity, options: ModelOptions, *, survey: Survey | None
) -> Model:
    """The model of this identity, ready to answer.

    Raises
    ------
    ModelProblem
        It cannot be loaded: files, architecture, device or torch are missing.
    """
    match spec.kind:
        case "reference":
            return _reference(spec, identity, options, survey)
        case "hub":
            source: str | Path = spec.model_id
        case "folder" | "demo":
            source = _folder(spec, options)
        case _:
            assert_never(spec.kind)
    return load_transformers(identity, source, device=options.device, threads=options.threads)


def open_model(settings: Settings, identity: ModelIdentity, *, survey: Survey | None) -> Model:
    """`load` for the model that the settings name."""
    spec = resolve(settings.model, revision=settings.revision)
    return load(spec, identity, options_of(settings), survey=survey)


def default_batch_size(identity: ModelIdentity) -> int:
    """What ``--batch-size auto`` means: measured on a CPU, cautious on a GPU."""
    if identity.backend == REFERENCE_BACKEND:
        return 4096
    return 8 if identity.device_kind == "cpu" else 16


def _reference(
    spec: ModelSpec, identity: ModelIdentity, options: ModelOptions, survey: Survey | None
) -> Model:
    match spec.model_id.removeprefix(REFERENCE):
        case "uniform":
            return UniformModel(identity)
        case "random":
            return RandomAnswers(identity)
        case rule:
            people = _needed(spec, survey)
            return ReferenceModel(identity, people, RULES[rule](people, options.seed))


def _needed(spec: ModelSpec, survey: Survey | None) -> Survey:
    if survey is None:
        raise UsageProblem(
            f"{spec.name} answers from a survey and this suite has none; use "
            f"{REFERENCE}random instead"
        )
    return survey


def _folder(spec: ModelSpec, options: ModelOptions) -> Path:
    return spec.path if spec.path is not None else demo.ready_demo(options.cache)
