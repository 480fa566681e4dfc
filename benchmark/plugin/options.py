"""The command line as `Settings`: reads and checks what `declared` declares; starts nothing."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from benchmark.engine.shards import of_shard, parse_shard
from benchmark.errors import UsageProblem
from benchmark.models.encoders.naming import chunking_rules, encoders_named
from benchmark.plugin.budgets import budget_of
from benchmark.plugin.numbers import count
from benchmark.plugin.providers import Provider
from benchmark.settings import EMBEDDED_MODELS, Settings, data_source, default_cache, names, pairs
from benchmark.suite.sources import FIGURES, PICTURES, is_hub_id

HOTTEST = 2.0  # as servers have it
PATHS = ("auto", "shared", "full")  # or sampled, which `sampled_options` reads


def settings_from(config: pytest.Config, provider: Provider) -> Settings:
    """The options as one checked record; paths are relative to where pytest was called."""
    get = config.getoption
    cache = default_cache()
    board = config.rootpath / provider.outputs
    here = config.invocation_params.dir
    model, sampled = provider.model, provider.sampled
    shard = parse_shard(get("--shard")) if get("--shard") is not None else None
    sets = _question_sets(get("--questions"), get("--question-columns"), here)
    if len(sets) > 1 and get("--gate"):
        raise UsageProblem(
            "--gate judges one run of a suite, and each --questions has one of its own; gate each "
            "set by itself"
        )
    return Settings(
        model=model,
        revision=get("--revision"),
        device=get("--device"),
        dtype=_one_of(get("--dtype"), ("auto", "float32", "bfloat16", "float16"), "--dtype"),
        scoring="auto" if sampled else _one_of(get("--scoring"), PATHS, "--scoring"),
        batch_size=None
        if get("--batch-size") == "auto"
        else count(get("--batch-size"), "--batch-size"),
        threads=count(get("--threads"), "--threads") if get("--threads") else _threads(model),
        model_args=pairs(get("--model-args"), option="--model-args"),
        template_args=pairs(get("--template-args"), option="--template-args"),
        trust_remote_code=get("--trust-remote-code"),
        seed=count(get("--seed"), "--seed", least=0),
        survey=_located(data_source(get("--survey"), model=model), here),
        images=_each_once(
            _located(data_source(choice, model=model), here)
            for choice in get("--images") or ["auto"]
        ),
        prompts=_path(get("--prompts"), here),
        topic_labels=_path(get("--topic-labels"), here),
        countries=names(get("--countries"), option="--countries"),
        topics=names(get("--topics"), option="--topics"),
        proxies=names(get("--proxies"), option="--proxies"),
        limit=count(get("--limit"), "--limit") if get("--limit") else None,
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
        permutations=None
        if get("--permutations") == "all"
        else count(get("--permutations"), "--permutations"),
        templates=_all_or_names(get("--templates"), "--templates"),
        vetted=_one_of(get("--vetted"), ("off", "top1", "top2"), "--vetted"),
        recognition=_one_of(get("--recognition"), ("auto", "likelihood", "json"), "--recognition"),
        rationales=None
        if get("--rationales") == "auto"
        else count(get("--rationales"), "--rationales", least=0),
        min_images=count(get("--min-images"), "--min-images") if get("--min-images") else None,
        income_cut=_amount(get("--income-cut"), "--income-cut") if get("--income-cut") else None,
        language=get("--language"),
        translations=_path(get("--translations"), here),
        responses=_count_or_auto(get("--responses"), "--responses"),
        temperatures=_temperatures(get("--temperatures"), "--temperatures"),
        story_tokens=_count_or_auto(get("--story-tokens"), "--story-tokens"),
        groups=_path(get("--groups"), here),
        shard=shard,
        questions=sets[0][0],
        question_columns=sets[0][1],
        more_questions=sets[1:],
        split=get("--split"),
        answering=_one_of(get("--answering"), ("probability", "generated"), "--answering"),
        controls=_controls(get("--controls")),
        encoders=encoders_named(get("--encoder"), here=here),
        chunking=chunking_rules(get("--chunking")),
        sampled=sampled,
        max_requests=budget_of(config, "--max-requests", model),
        max_tokens=budget_of(config, "--max-tokens", model),
    )


def _each_once(sources: Iterable[str]) -> tuple[str, ...]:
    """Sources in the order given; a folder named twice would show each picture twice."""
    first: dict[Path, str] = {}
    for source in sources:
        first.setdefault(Path(source).resolve(), source)
    return tuple(first.values())


def _threads(model: str) -> int:
    """All cores, whatever ``-n`` says: more workers must not change a rounding.

    The demo takes one: it is too small to gain, and loses much where workers share the cores.
    """
    if model.startswith(EMBEDDED_MODELS):
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _count_or_auto(text: str, option: str) -> int | None:
    return None if text == "auto" else count(text, option)


def _temperatures(text: str, option: str) -> tuple[float, ...]:
    """Each once, from cold to hot; two that print alike would be one to a case."""
    found = {}
    for part in names(text, option=option):
        try:
            temperature = float(part)
        except ValueError:
            temperature = -1.0
        if not 0 <= temperature <= HOTTEST:
            raise UsageProblem(f"{option} {part!r} is not a number from 0 to {HOTTEST:g}")
        found[f"{temperature:g}"] = temperature
    if not found:
        raise UsageProblem(f"{option} {text!r} names nothing; give numbers such as 0.3,0.7")
    return tuple(sorted(found.values()))


def _amount(text: str, option: str) -> float:
    try:
        amount = float(text)
    except ValueError:
        amount = math.nan
    if not 0 < amount < math.inf:
        raise UsageProblem(f"{option} {text!r} is not a number above 0")
    return amount


def _all_or_names(text: str, option: str) -> tuple[str, ...]:
    found = names(text, option=option)
    if "all" in found and len(found) > 1:
        raise UsageProblem(f"{option} {text!r}: give either all or names")
    return found


def _one_of(text: str, known: Sequence[str], option: str) -> str:
    if text not in known:
        raise UsageProblem(f"{option} {text!r} is not one of {', '.join(known)}")
    return text


def _controls(text: str) -> tuple[str, ...]:
    if text == "off":
        return ()
    found = names(text, option="--controls")
    return tuple(_one_of(name, ("none", "blank", "off"), "--controls") for name in found)


def _question_sets(
    sources: Sequence[str], columns: Sequence[str], here: Path
) -> tuple[tuple[str, str], ...]:
    """Each set with what its columns are; one mapping, or none, serves all of them."""
    named = list(sources) or ["sample"]
    if len(columns) > 1 and len(columns) != len(named):
        raise UsageProblem(
            f"{len(columns)} --question-columns for {len(named)} --questions; give one for each, "
            "in their order, or one for all"
        )
    mappings = [_mapping(text, here) for text in columns] or [""]
    mappings *= len(named) // len(mappings)
    found = list(zip([_questions(source, here) for source in named], mappings, strict=True))
    if len(set(found)) < len(found):
        twice = next(pair[0] for pair in found if found.count(pair) > 1)
        raise UsageProblem(f"--questions {twice} is named twice; each set is asked once")
    return tuple(found)


def _questions(source: str, here: Path) -> str:
    """A path stays one only where it exists: anything else may be a data set's name."""
    path = here / Path(source).expanduser()
    named = source == "sample" or (is_hub_id(source) and not path.exists())
    return source if named else str(path)


def _mapping(text: str, here: Path) -> str:
    return str(here / Path(text).expanduser()) if text.endswith(".toml") else text


def _path(text: str | None, here: Path) -> Path | None:
    return here / Path(text).expanduser() if text else None


def _located(source: str, here: Path) -> str:
    if source.endswith((FIGURES, PICTURES)):
        raise UsageProblem(
            f"{source} is a bundle's list of figures without wording and pixels, which no model "
            "can be asked; name a survey and pictures"
        )
    return source if source in ("sample", "hub") else str(here / Path(source).expanduser())
