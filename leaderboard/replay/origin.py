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
from benchmark.hub.data_sets import SURVEY
from benchmark.runs.run import Run
from benchmark.settings import EncoderChoice, Settings, default_cache
from benchmark.suite.protocol import SUITE_FILE, Suite, load_suite
from leaderboard.board.paths import DEFAULT_BOARD, DEFAULT_RUNS

SAMPLE = "sample"
OF_THE_WORDING = frozenset({"templates", "translation"})  # no number of a row depends on them


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """What the command line names; None and () where it does not say."""

    survey: str | None = None
    images: tuple[str, ...] = ()
    prompts: Path | None = None
    translations: Path | None = None
    groups: Path | None = None
    topic_labels: Path | None = None
    questions: str | None = None
    question_columns: str = ""
    suite: Path | None = None
    cache: Path = field(default_factory=default_cache)


def survey_named(run: Run, origin: Origin) -> str | None:
    """The source of the survey's wording: as named, else where everybody has it; None if neither.

    The Hub's survey counts as had where somebody names it: nothing is fetched unasked.
    """
    if origin.survey is not None or "survey" not in run.config:
        return origin.survey or SAMPLE
    return SAMPLE if _name(run, "survey") == SAMPLE else None


def images_named(run: Run, origin: Origin) -> tuple[str, ...] | None:
    """The same for the pictures."""
    if origin.images or "images" not in run.config:
        return origin.images or (SAMPLE,)
    return (SAMPLE,) if _name(run, "images") == SAMPLE else None


def questions_named(run: Run, origin: Origin) -> str:
    """The source of questions about pictures, which no bundle has; a UsageProblem without one."""
    if origin.questions is not None or "questions" not in run.config:
        return origin.questions or SAMPLE
    if _name(run, "questions") != SAMPLE:
        raise needed(run, "questions")
    return SAMPLE


def _groups_named(run: Run, origin: Origin) -> Path | None:
    """The file of ethnic groups, which no bundle has; a UsageProblem where a run had one."""
    if origin.groups is None and "groups" in run.config:
        raise needed(run, "groups")
    return origin.groups


def needed(run: Run, what: str) -> UsageProblem:
    """The sentence for data that a run was measured on and that nobody named."""
    option = f"--{what}"
    hint = f" ({option} hub)" if _name(run, what) == SURVEY else ""
    return UsageProblem(
        f"the run was measured on the {what} {_name(run, what)!r}; name it with {option}{hint}"
    )


def open_suite(run: Run, origin: Origin, *, survey: str, images: Sequence[str]) -> Suite:
    """The suite of a run, as it was configured, over the data named here."""
    folder = folder_of(run, origin)
    suite = load_suite(folder, settings_of(run, origin, survey=survey, images=tuple(images)))
    if suite.meta.name != run.suite or suite.meta.version != run.suite_version:
        raise DataProblem(
            f"{folder} holds suite {suite.meta.name!r} version {suite.meta.version}, the run is of "
            f"{run.suite!r} version {run.suite_version}; name the right folder with --suite"
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
    """Keys in which the suite, opened here, is configured otherwise than it was in the run."""
    here = suite.config()
    ignored = frozenset() if wording else OF_THE_WORDING
    keys = sorted(key for key in here if key not in ignored)
    return tuple(key for key in keys if _plain(here[key]) != _plain(run.config.get(key)))


def settings_of(run: Run, origin: Origin, *, survey: str, images: tuple[str, ...]) -> Settings:
    """The settings that give a run's configuration; a suite finds its own by their names."""
    config = cast("Mapping[str, Any]", run.config)
    templates = tuple(config.get("templates", ()))
    permutations, rationales = config.get("permutations", 1), config.get("rationales")
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
        topic_labels=origin.topic_labels,
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
        vetted=config.get("vetted", "off"),
        recognition=config.get("recognition", "likelihood"),
        # A word stands for the suite's own choice, which it then makes again.
        rationales=rationales if isinstance(rationales, int) else None,
        min_images=config.get("min_images"),
        income_cut=config.get("income_cut_usd_month"),
        language=config.get("language", "en"),
        translations=origin.translations,
        responses=config.get("responses"),
        temperatures=tuple(config.get("temperatures", (0.3, 0.7))),
        story_tokens=config.get("story_tokens"),
        groups=_groups_named(run, origin),
        questions=questions_named(run, origin),
        question_columns=origin.question_columns,
        split=config.get("split", "test"),
        answering=config.get("answering", "probability"),
        controls=tuple(config.get("controls", ())),
        # By name alone: their identities are in the run, and nothing is opened.
        encoders=tuple(EncoderChoice(name=n, source=n) for n in config.get("encoders", ())),
        chunking=tuple(config.get("chunking", ())),
        sampled=sampled_by(run.model),
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
