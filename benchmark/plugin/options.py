"""The command line as `Settings`: reads and checks what `declared` declares; starts nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from benchmark.engine.shards import of_shard, parse_shard
from benchmark.errors import UsageProblem
from benchmark.models.encoders.naming import encoders_named
from benchmark.option_values import count, one_of, pairs
from benchmark.plugin.budgets import budget_of
from benchmark.plugin.declared import options_of_suites
from benchmark.plugin.finding import folders_possible
from benchmark.plugin.providers import Provider
from benchmark.settings import EMBEDDED_MODELS, Settings, data_source, default_cache
from benchmark.suite.shared_options import SHARED
from benchmark.suite.suite_options import options_read

SCORINGS = ("auto", "shared", "full")  # or sampled, which `sampled_options` reads


def settings_from(config: pytest.Config, provider: Provider) -> Settings:
    """The options as one checked record; paths are relative to the folder pytest was called in."""
    get = config.getoption
    cache = default_cache()
    board = config.rootpath / provider.outputs
    here = config.invocation_params.dir
    model, sampled = provider.model, provider.sampled
    shard = parse_shard(get("--shard")) if get("--shard") is not None else None
    return Settings(
        model=model,
        revision=get("--revision"),
        device=get("--device"),
        dtype=one_of(get("--dtype"), "--dtype", known=("auto", "float32", "bfloat16", "float16")),
        scoring="auto" if sampled else one_of(get("--scoring"), "--scoring", known=SCORINGS),
        batch_size=None
        if get("--batch-size") == "auto"
        else count(get("--batch-size"), "--batch-size"),
        threads=count(get("--threads"), "--threads") if get("--threads") else _threads(model),
        model_args=pairs(get("--model-args"), "--model-args"),
        template_args=pairs(get("--template-args"), "--template-args"),
        trust_remote_code=bool(get("--trust-remote-code")),
        seed=count(get("--seed"), "--seed", least=0),
        store=of_shard(_path(get("--store"), here) or cache / provider.store_name, shard),
        cache=cache,
        runs=_path(get("--runs"), here) or board / "runs",
        leaderboard=_path(get("--leaderboard"), here) or board / "leaderboard.json",
        gates=tuple(here / gate for gate in get("--gate")),
        baselines=tuple(
            baseline if baseline.startswith("hf://") else str(here / baseline)
            for baseline in get("--baseline")
        ),
        gate_report=_path(get("--gate-report"), here),
        shard=shard,
        sampled=sampled,
        max_requests=budget_of(config, "--max-requests", model),
        max_tokens=budget_of(config, "--max-tokens", model),
        **_shared(get, model, here),
    )


def _shared(get: Callable[[str], Any], model: str, here: Path) -> dict[str, Any]:
    """The fields that suites have in common."""
    found: dict[str, Any] = {option.dest: option.value(get(option.name)) for option in SHARED}
    images = [data_source(one, model=model) for one in found["images"]]
    encoders = encoders_named(found.pop("encoder"), here=here)
    return {
        **found,
        "survey": data_source(found["survey"], model=model),
        "images": tuple(dict.fromkeys(images)),
        "encoders": encoders,
    }


def given_texts(config: pytest.Config) -> Mapping[str, object]:
    """The texts given for suites' options, by option name."""
    declared = options_of_suites(folders_possible(config))
    found = {option.name: config.getoption(option.name, None) for option in declared}
    return {name: text for name, text in found.items() if text is not None}


def check_read(config: pytest.Config, folders: Sequence[Path]) -> None:
    """Raise if an option was given that no suite of the command reads.

    Options in ``addopts`` count too: a run must be what its whole command says. Without a suite
    nothing is measured, and nothing is checked.
    """
    read = {option.name for folder in folders for option in options_read(folder)}
    unread = [name for name in given_texts(config) if folders and name not in read]
    for option, suites in options_of_suites(folders_possible(config)).items():
        if option.name in unread:
            ours = ", ".join(folder.name for folder in folders)
            raise UsageProblem(
                f"{option.name} is not an option of {ours}, but of {', '.join(suites)}"
                f"{_where(config, option.name)}; leave it out"
            )


def _where(config: pytest.Config, name: str) -> str:
    typed = any(str(word).split("=")[0] == name for word in config.invocation_params.args)
    return "" if typed else " (it is in addopts or PYTEST_ADDOPTS)"


def _threads(model: str) -> int:
    """All cores, whatever ``-n`` says: more workers must not change a rounding.

    The demo gets one: it is too small to gain, and loses much if workers share the cores.
    """
    if model.startswith(EMBEDDED_MODELS):
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _path(text: str | None, here: Path) -> Path | None:
    return here / Path(text).expanduser() if text else None
