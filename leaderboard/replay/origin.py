"""Where a run's wording, figures and pictures come from when it is looked at a second time.

Knows settings and the configuration in a run file; opens a suite, asks nobody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from benchmark.data import SUITES
from benchmark.engine.sampled import sampled_by
from benchmark.errors import DataProblem, UsageProblem
from benchmark.jsonio import Json
from benchmark.runs.run import Run
from benchmark.settings import EncoderChoice, Settings, default_cache
from benchmark.suite import suite_options
from benchmark.suite.protocol import SUITE_FILE, Suite, load_suite
from benchmark.survey.survey import former_digest
from leaderboard.board.paths import DEFAULT_BOARD, DEFAULT_RUNS

SAMPLE = "sample"
OF_THE_WORDING = frozenset({"templates", "translation"})  # no number of a row depends on them


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """What the command line names; None and () where it does not say.

    ``own`` has the texts of options that one suite alone reads, by their names. With
    ``any_version`` the suite may be of another version than the run, whose figures then differ.
    """

    survey: str | None = None
    images: tuple[str, ...] = ()
    prompts: Path | None = None
    translations: Path | None = None
    own: Mapping[str, str] = field(default_factory=dict)
    suite: Path | None = None
    cache: Path = field(default_factory=default_cache)
    any_version: bool = False


def survey_named(run: Run, origin: Origin) -> str | None:
    """The source of the survey's wording: as named, else where everybody has it; None if neither.

    The Hub's survey counts only if it is named: nothing is fetched unasked.
    """
    if origin.survey is not None or "survey" not in run.config:
        return origin.survey or SAMPLE
    return SAMPLE if _name(run, "survey") == SAMPLE else None


def images_named(run: Run, origin: Origin) -> tuple[str, ...] | None:
    """The same for the pictures."""
    if origin.images or "images" not in run.config:
        return origin.images or (SAMPLE,)
    return (SAMPLE,) if _name(run, "images") == SAMPLE else None


def needed(run: Run, what: str) -> UsageProblem:
    """The sentence for data that a run was measured on and that nobody named."""
    return suite_options.needed(run.config, what)


def open_suite(run: Run, origin: Origin, *, survey: str, images: Sequence[str]) -> Suite:
    """The suite of a run, as it was configured, over the data named here."""
    folder = folder_of(run, origin)
    suite = load_suite(folder, settings_of(run, origin, survey=survey, images=tuple(images)))
    if suite.meta.name != run.suite:
        raise DataProblem(
            f"{folder} holds suite {suite.meta.name!r}, the run is of {run.suite!r}; name the "
            "right folder with --suite"
        )
    if suite.meta.version != run.suite_version and not origin.any_version:
        raise DataProblem(
            f"the run is of version {run.suite_version} of suite {run.suite!r}, here is version "
            f"{suite.meta.version}, whose figures mean something else; `python -m leaderboard "
            "rescore` computes them from the run's answers"
        )
    return suite


def folder_of(run: Run, origin: Origin) -> Path:
    """The suite's folder: as named, else among the shipped ones."""
    folder = origin.suite or SUITES / run.suite
    if not (folder / SUITE_FILE).is_file():
        raise UsageProblem(
            f"{folder} is not the folder of suite {run.suite!r}; name it with --suite"
        )
    return folder


def unlike(run: Run, suite: Suite, *, wording: bool) -> tuple[str, ...]:
    """Keys in which the suite, opened here, is configured differently from the run."""
    here = suite.config()
    ignored = frozenset() if wording else OF_THE_WORDING
    keys = sorted(key for key in here if key not in ignored)
    there = as_named_now(run, suite)
    return tuple(key for key in keys if _plain(here[key]) != _plain(there.get(key)))


def as_named_now(run: Run, suite: Suite) -> Mapping[str, Json]:
    """The run's configuration with the survey's digest of today, if it names the former one.

    The questions are the same: only what the digest covers has changed.
    """
    about, survey = run.config.get("survey"), suite.survey
    if not isinstance(about, Mapping) or survey is None:
        return run.config
    if about.get("digest") != former_digest(survey):
        return run.config
    return {**run.config, "survey": {**about, "digest": survey.digest}}


def settings_of(run: Run, origin: Origin, *, survey: str, images: tuple[str, ...]) -> Settings:
    """The settings that give a run's configuration; its suite says what its own options were."""
    config = cast("Mapping[str, Any]", run.config)
    templates = tuple(config.get("templates", ()))
    permutations = config.get("permutations", 1)
    return Settings(
        model=run.model.name,
        revision=None,
        device="cpu",
        dtype="auto",
        scoring="auto",
        batch_size=None,
        threads=1,
        model_args=run.model.model_args,
        seed=config.get("seed", 0),
        survey=survey,
        images=images,
        prompts=origin.prompts,
        countries=tuple(config.get("countries", ())),
        topics=tuple(config.get("topics", ())),
        proxies=tuple(config.get("proxies", ())),
        limit=run.limit,
        store=origin.cache / "responses.sqlite",
        cache=origin.cache,
        runs=DEFAULT_RUNS,
        leaderboard=DEFAULT_BOARD,
        gates=(),
        permutations=None if permutations == "all" else permutations,
        templates=() if origin.prompts or origin.translations else templates,
        language=config.get("language", "en"),
        translations=origin.translations,
        # By name alone: their identities are in the run, and nothing is opened.
        encoders=tuple(EncoderChoice(name=n, source=n) for n in config.get("encoders", ())),
        sampled=sampled_by(run.model),
        own=suite_options.replayed_values(folder_of(run, origin), config, origin.own),
    )


def _name(run: Run, what: str) -> str:
    about = run.config.get(what)
    return str(about.get("name", "")) if isinstance(about, Mapping) else ""


def _plain(value: object) -> object:
    """Tuples as the lists that a file gives back."""
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(inner) for inner in value]
    return value
