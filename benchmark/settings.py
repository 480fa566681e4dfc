"""What a run was asked to do, checked once; knows no pytest and loads nothing.

`Settings` is the only form in which options travel: the plugin makes it, workers get it whole.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_cache_path

from benchmark.engine.sampled import Sampled
from benchmark.engine.shards import Shard
from benchmark.errors import UsageProblem
from benchmark.vocabulary import BLANK, DEMO, NONE, REFERENCE

EMBEDDED_MODELS = (DEMO, REFERENCE)


def default_cache() -> Path:
    """Where downloads, the demo model and the response store live; ``CULTURE_CACHE`` moves it."""
    return Path(os.environ.get("CULTURE_CACHE") or user_cache_path("pytest-culture"))


@dataclass(frozen=True, kw_only=True, slots=True)
class EncoderChoice:
    """An encoder that ``--encoder`` names: ``name`` stands in every figure that it makes.

    ``source`` is a Hub id, a folder or one of the embedded encoders; ``revision`` pins a Hub id.
    """

    name: str
    source: str
    revision: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """The options of one run.

    ``survey`` and each of ``images``, of which there is one at least, are ``sample``, ``hub`` or a
    path, never ``auto``. An empty ``countries``, ``topics`` or ``proxies`` means all that the
    suite offers. ``limit`` is the number of questions per topic, ``batch_size`` None means
    automatic. ``permutations`` None means all cyclic orders; ``rationales``, ``min_images``,
    ``income_cut``, ``responses`` and ``story_tokens`` None the suite's own. ``store`` is the
    shard's own where there is a ``shard``. ``questions`` is ``sample``, a path or a Hub id, of the
    suites that ask about pictures; ``more_questions`` are further sets of the same session, each
    with what its columns are. ``encoders`` make vectors of stories and pictures, and ``chunking``
    names the rules by which they are given texts that are longer than their windows. With
    ``sampled`` choices are asked for by written answers. ``max_requests`` and ``max_tokens`` bound
    what one process may spend at a server in this session.
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
    topic_labels: Path | None
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
    vetted: str = "off"
    recognition: str = "auto"
    rationales: int | None = None
    min_images: int | None = None
    income_cut: float | None = None
    language: str = "en"
    translations: Path | None = None
    responses: int | None = None
    temperatures: tuple[float, ...] = (0.3, 0.7)
    story_tokens: int | None = None
    groups: Path | None = None
    shard: Shard | None = None
    template_args: tuple[tuple[str, str], ...] = ()
    trust_remote_code: bool = False
    questions: str = "sample"
    question_columns: str = ""
    more_questions: tuple[tuple[str, str], ...] = ()
    split: str = "test"
    answering: str = "probability"
    controls: tuple[str, ...] = (NONE, BLANK)
    encoders: tuple[EncoderChoice, ...] = ()
    chunking: tuple[str, ...] = ("mean-of-chunks",)
    sampled: Sampled | None = None
    max_requests: int | None = None
    max_tokens: int | None = None


def data_source(choice: str, *, model: str) -> str:
    """Resolve ``auto``: embedded data for embedded models, the Hub's for all others.

    >>> data_source("auto", model="demo"), data_source("auto", model="qwen2.5-vl")
    ('sample', 'hub')
    """
    if choice != "auto":
        return choice
    return "sample" if model.startswith(EMBEDDED_MODELS) else "hub"


def names(text: str, *, option: str) -> tuple[str, ...]:
    """A comma-separated list without blanks or repeats, in the order given.

    >>> names("NGA, FRA,NGA", option="--countries")
    ('NGA', 'FRA')
    """
    found = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    if text and not found:
        raise UsageProblem(f"{option} {text!r} names nothing; give a comma-separated list")
    return found


def pairs(texts: list[str], *, option: str) -> tuple[tuple[str, str], ...]:
    """``k=v`` options, sorted by key; a later value of a key replaces an earlier one.

    >>> pairs(["b=2,a=1"], option="--model-args")
    (('a', '1'), ('b', '2'))
    """
    found: dict[str, str] = {}
    for part in (part for text in texts for part in text.split(",")):
        key, equals, value = part.partition("=")
        if not equals or not key.strip():
            raise UsageProblem(f"{option} {part!r} is not of the form key=value")
        found[key.strip()] = value.strip()
    return tuple(sorted(found.items()))
