"""What a run was asked to do, checked once; knows no pytest and loads nothing.

Options are passed on only as `Settings`; each process makes its own from the same command line.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

from benchmark.engine.sampled import Sampled
from benchmark.engine.shards import Shard
from benchmark.vocabulary import DEMO, REFERENCE

EMBEDDED_MODELS = (DEMO, REFERENCE)


def default_cache() -> Path:
    """The folder of downloads, demo model and response store; ``CULTURE_CACHE`` moves it."""
    return Path(os.environ.get("CULTURE_CACHE") or user_cache_path("pytest-culture"))


@dataclass(frozen=True, kw_only=True, slots=True)
class EncoderChoice:
    """An encoder that ``--encoder`` names: ``name`` is part of each of its figures.

    ``source`` is a Hub id, a folder or an embedded encoder; ``revision`` pins a Hub id.
    """

    name: str
    source: str
    revision: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """The options of one run.

    ``survey`` and each of ``images`` (at least one) are ``sample``, ``hub`` or a path, never
    ``auto``. An empty ``countries``, ``topics`` or ``proxies`` means all that the suite offers.
    ``limit`` is the number of questions per topic. ``batch_size`` None means automatic,
    ``permutations`` None all cyclic orders. With a ``shard``, ``store`` is the shard's own.
    ``encoders`` make vectors of stories and pictures. With ``sampled``, choices are asked for by
    written answers. ``max_requests`` and ``max_tokens`` bound what one process may spend at a
    server in this session. ``own`` has the values of a suite's own options by name, and of no
    other suite's.
    """

    model: str
    revision: str | None
    device: str
    dtype: str
    scoring: str
    batch_size: int | None
    threads: int
    model_args: tuple[tuple[str, str], ...]
    seed: int
    survey: str
    images: tuple[str, ...]
    prompts: Path | None
    countries: tuple[str, ...]
    topics: tuple[str, ...]
    proxies: tuple[str, ...]
    limit: int | None
    store: Path
    cache: Path
    runs: Path
    leaderboard: Path
    gates: tuple[Path, ...]
    baselines: tuple[str, ...] = ()
    gate_report: Path | None = None
    permutations: int | None = 1
    templates: tuple[str, ...] = ()
    language: str = "en"
    translations: Path | None = None
    shard: Shard | None = None
    template_args: tuple[tuple[str, str], ...] = ()
    trust_remote_code: bool = False
    encoders: tuple[EncoderChoice, ...] = ()
    sampled: Sampled | None = None
    max_requests: int | None = None
    max_tokens: int | None = None
    own: Mapping[str, Any] = field(default_factory=dict)


def data_source(choice: str, *, model: str) -> str:
    """Resolve ``auto``: embedded data for embedded models, the Hub's for all others.

    >>> data_source("auto", model="demo"), data_source("auto", model="qwen2.5-vl")
    ('sample', 'hub')
    """
    if choice != "auto":
        return choice
    return "sample" if model.startswith(EMBEDDED_MODELS) else "hub"
