"""From the name a user types to a model: resolve it, identify it, load it, in that order.

Identifying needs neither torch nor transformers and reads no weights into memory, so a run whose
answers are all stored never starts a model. Knows no suite and no pytest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, assert_never

from benchmark import jsonio
from benchmark.engine.sampled import answering
from benchmark.errors import UsageProblem
from benchmark.models.endpoint import adapter, address
from benchmark.models.endpoint.options import endpoint_options
from benchmark.models.endpoint.spending import Spending
from benchmark.models.naming import BLIND, ORACLE, ModelSpec, resolve, with_base
from benchmark.models.rules.random_answers import RandomAnswers
from benchmark.models.rules.reference import RULES, OracleModel, ReferenceModel, UniformModel
from benchmark.models.template_arguments import OPTION, for_identity
from benchmark.models.weights import demo, machine
from benchmark.models.weights.adapters import check_base, is_adapter
from benchmark.models.weights.commits import hub_commit, hub_config
from benchmark.models.weights.families import SHARED, check_own_code, folder_config, scoring_path
from benchmark.models.weights.loading import (
    TRUSTED,
    Weights,
    load_transformers,
    model_arguments,
    read_processor,
)
from benchmark.models.weights.local import processor_digest, weights_digest
from benchmark.models.weights.placement import BALANCED, MAP
from benchmark.records import Model, ModelIdentity
from benchmark.settings import Settings, default_cache
from benchmark.survey.survey import Survey
from benchmark.vocabulary import ENDPOINT, REFERENCE

__all__ = [
    "ModelOptions",
    "ModelSpec",
    "default_batch_size",
    "identify",
    "load",
    "open_model",
    "open_processor",
    "options_of",
    "resolve",
    "weights_at",
]

REFERENCE_BACKEND = "reference 1"  # raise when a rule changes what it answers


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelOptions:
    """How a model is run. ``threads`` None leaves torch's own choice."""

    device: str = "auto"
    dtype: str = "auto"
    scoring: str = "auto"
    model_args: tuple[tuple[str, str], ...] = ()
    template_args: tuple[tuple[str, str], ...] = ()
    trust_remote_code: bool = False
    seed: int = 0
    threads: int | None = None
    cache: Path = field(default_factory=default_cache)


def options_of(settings: Settings) -> ModelOptions:
    """The settings that concern models."""
    # --device means nothing to a server, but it says where the encoders run.
    elsewhere = bool(settings.encoders) and settings.model.startswith(ENDPOINT)
    return ModelOptions(
        device="auto" if elsewhere else settings.device,
        dtype=settings.dtype,
        scoring=settings.scoring,
        model_args=settings.model_args,
        template_args=settings.template_args,
        trust_remote_code=settings.trust_remote_code,
        seed=settings.seed,
        threads=settings.threads,
        cache=settings.cache,
    )


# --- what identifies its answers --------------------------------------------------------------


def identify(spec: ModelSpec, options: ModelOptions, *, survey: Survey | None) -> ModelIdentity:
    """Everything that can change the model's answers, without loading it.

    The demo is the exception: it is built here if it does not exist yet.
    """
    if options.trust_remote_code and spec.kind in ("reference", "endpoint"):
        raise UsageProblem(
            f"--trust-remote-code has no meaning for {spec.name}, which has no code; leave it out"
        )
    match spec.kind:
        case "reference":
            return _reference_identity(spec, options, survey)
        case "endpoint":
            return _endpoint_identity(spec, options)
        case "hub":
            commit = hub_commit(spec.model_id, spec.revision)
            return _weights_identity(
                spec,
                options,
                lambda: hub_config(spec.model_id, commit),
                revision=commit,
                processor="commit",
            )
        case "folder" if spec.path is not None and is_adapter(spec.path):
            return _adapter_identity(spec, spec.path, options)
        case "folder" | "demo":
            folder = _folder(spec, options)
            digest = weights_digest(folder, cache=options.cache)
            files = processor_digest(folder, code=options.trust_remote_code)
            return _weights_identity(
                spec, options, lambda: folder_config(folder), revision=digest, processor=files
            )
        case _:
            assert_never(spec.kind)


def _adapter_identity(spec: ModelSpec, folder: Path, options: ModelOptions) -> ModelIdentity:
    """The base's identity with what the adapter changes; the revision covers both."""
    adapter, base = with_base(folder)
    found = identify(base, options, survey=None)
    check_base(adapter, found.revision)
    digest = jsonio.digest([found.model_id, found.revision, adapter.digest(cache=options.cache)])
    return replace(
        found,
        name=spec.name,
        model_id=spec.model_id,
        revision=f"sha256:{digest}",
        backend=f"{found.backend} / peft {machine.dist_version('peft')}",
    )


def weights_at(spec: ModelSpec, identity: ModelIdentity, options: ModelOptions) -> Weights:
    """The weight files of the model with this identity."""
    match spec.kind:
        case "hub":
            return Weights(source=spec.model_id, commit=identity.revision)
        case "folder" if spec.path is not None and is_adapter(spec.path):
            adapter, base = with_base(spec.path)
            own = identify(base, options, survey=None)
            return replace(weights_at(base, own, options), adapter=adapter)
        case "folder" | "demo":
            return Weights(source=_folder(spec, options))
        case "reference" | "endpoint":
            raise UsageProblem(f"{spec.name} has no weights; name a model with weights")
        case _:
            assert_never(spec.kind)


def _weights_identity(
    spec: ModelSpec,
    options: ModelOptions,
    read_config: Callable[[], Mapping[str, object]],
    *,
    revision: str,
    processor: str,
) -> ModelIdentity:
    for_model, _ = model_arguments(dict(options.model_args))  # refuses what cannot be set
    device = machine.device_kind(options.device)
    attention = str(for_model.get("attn_implementation", "sdpa"))
    trusted = options.trust_remote_code
    config = {} if options.scoring == "full" and not trusted else read_config()
    if trusted:
        check_own_code(config, name=spec.name)
    return ModelIdentity(
        name=spec.name,
        model_id=spec.model_id,
        revision=revision,
        backend=machine.backend(),
        dtype=machine.dtype(options.dtype, device),
        attention=attention,
        scoring=scoring_path(
            options.scoring,
            config,
            name=spec.name,
            attention=attention,
            trusted=trusted,
            spread=options.device == BALANCED or MAP in for_model,
        ),
        device_kind=device,
        processor=processor,
        resize=machine.resize(),
        model_args=tuple(
            sorted(
                (
                    *options.model_args,
                    *for_identity(options.template_args),
                    *((TRUSTED,) if trusted else ()),
                )
            )
        ),
    )


def _reference_identity(
    spec: ModelSpec, options: ModelOptions, survey: Survey | None
) -> ModelIdentity:
    rule = spec.model_id.removeprefix(REFERENCE)
    for option, given in (("--model-args", options.model_args), (OPTION, options.template_args)):
        if given:
            raise UsageProblem(f"{option} has no meaning for {spec.name}; leave it out")
    return ModelIdentity(
        name=spec.name,
        model_id=spec.model_id,
        revision="1" if rule in (*BLIND, ORACLE) else f"sha256:{_survey(spec, survey).digest}",
        backend=REFERENCE_BACKEND,
        model_args=(("seed", str(options.seed)),) if rule == "resample" else (),
        reads_subject=rule not in BLIND,
    )


def _endpoint_identity(spec: ModelSpec, options: ModelOptions) -> ModelIdentity:
    """What is asked for; a server does not say which weights it runs, or how."""
    for option, value in (("--device", options.device), ("--dtype", options.dtype)):
        if value != "auto":
            raise UsageProblem(
                f"{option} {value} has no meaning for {spec.name}, the server decides it; leave "
                "it out"
            )
    return ModelIdentity(
        name=spec.name,
        model_id=spec.model_id,
        revision="unpinned",
        backend=adapter.BACKEND,
        model_args=(
            *endpoint_options(dict(options.model_args)).in_key(),
            *for_identity(options.template_args),
        ),
    )


# --- the model itself -------------------------------------------------------------------------


def load(
    spec: ModelSpec,
    identity: ModelIdentity,
    options: ModelOptions,
    *,
    survey: Survey | None,
    spending: Spending | None = None,
) -> Model:
    """The model of this identity, ready to answer; ``spending`` counts what a server is asked.

    Raises
    ------
    ModelProblem
        It cannot be loaded: files, architecture, device or torch are missing.
    """
    match spec.kind:
        case "reference":
            return _reference(spec, identity, options, survey)
        case "endpoint":
            asked = endpoint_options(dict(options.model_args))
            where = address.parse_address(spec.name)
            return adapter.EndpointModel(identity, where, asked, spending)
        case "hub" | "folder" | "demo":
            weights = weights_at(spec, identity, options)
        case _:
            assert_never(spec.kind)
    return load_transformers(identity, weights, device=options.device, threads=options.threads)


def open_model(
    settings: Settings,
    identity: ModelIdentity,
    *,
    survey: Survey | None,
    spending: Spending | None = None,
) -> Model:
    """`load` for the model that the settings name."""
    spec = resolve(settings.model, revision=settings.revision)
    return load(spec, identity, options_of(settings), survey=survey, spending=spending)


def open_processor(settings: Settings, identity: ModelIdentity) -> tuple[Any, str]:
    """The processor of the model that the settings name, without its weights, and its family."""
    spec = resolve(settings.model, revision=settings.revision)
    return read_processor(identity, weights_at(spec, identity, options_of(settings)))


def default_batch_size(identity: ModelIdentity) -> int:
    """What ``--batch-size auto`` means: measured on a CPU, cautious on a GPU.

    For a server it is only how many answers are stored at once.
    """
    identity = answering(identity)
    if identity.backend == REFERENCE_BACKEND:
        return 4096
    if identity.backend == adapter.BACKEND:
        return adapter.BATCH
    if identity.scoring == SHARED:  # a forward is bounded by the token budget
        return 64 if identity.device_kind == "cpu" else 256
    return 8 if identity.device_kind == "cpu" else 16


def _reference(
    spec: ModelSpec, identity: ModelIdentity, options: ModelOptions, survey: Survey | None
) -> Model:
    match spec.model_id.removeprefix(REFERENCE):
        case "uniform":
            return UniformModel(identity)
        case "random":
            return RandomAnswers(identity)
        case "oracle":
            return OracleModel(identity)
        case rule:
            people = _survey(spec, survey)
            return ReferenceModel(identity, people, RULES[rule](people, options.seed))


def _survey(spec: ModelSpec, survey: Survey | None) -> Survey:
    if survey is None:
        raise UsageProblem(
            f"{spec.name} answers from a survey and this suite has none; use "
            f"{REFERENCE}random instead"
        )
    return survey


def _folder(spec: ModelSpec, options: ModelOptions) -> Path:
    return spec.path if spec.path is not None else demo.ready_demo(options.cache)
