"""The runs of a study: run files and bundles, with access to their stories' texts.

Knows files and the response store; not which stories are chosen. A run that cannot be rated with
the others is refused; one without stories is skipped in folders and bundles.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmark.analyses.stories.table import counts, is_story
from benchmark.engine.store import StoredAnswers
from benchmark.errors import BoardProblem, StoreProblem, UsageProblem, unknown
from benchmark.jsonio import canonical
from benchmark.records import Answer, AnswerReader, Item
from benchmark.replay import bundle
from benchmark.runs.run import Run, read_run
from benchmark.vocabulary import STORY_PROXIES
from leaderboard.board.paths import files_in

# What may differ between runs without a note: the model itself, which stories were requested, and
# what else was measured, which changes no story.
MODEL = frozenset({"model", "seed"})
ASKED = frozenset({"countries", "topics", "proxies", "responses", "groups"})
BESIDE = frozenset({"encoders", "encoder_models", "chunking", "language_identifier"})
OWN = MODEL | ASKED | BESIDE
# What must not: raters would see it on the page or in the language of the stories.
ALIKE = {
    "images": "were measured on different pictures",
    "language": "are in different languages",
    "translation": "were asked in the words of different translations",
}
DEFAULTS = {"language": "en"}
_OPTION = {"translation": "translations"}
_PLACED = re.compile(r"[^/]+/[0-9.e+-]+/[0-9]+")  # as suites/stories names a story
FoundRun = tuple[str, Run, AnswerReader]


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A run with access to its answers; ``label`` is unique among the study's runs."""

    path: str
    label: str
    run: Run
    answers: AnswerReader


@dataclass(frozen=True, kw_only=True, slots=True)
class Sources:
    """A study's runs by label; ``passed_over`` runs of folders and bundles hold no stories."""

    runs: tuple[Source, ...]
    passed_over: int
    close: Callable[[], None]


def sources(paths: Sequence[Path], stores: Sequence[Path]) -> Sources:
    """The runs in the named files, folders and bundles, and what closes their stores.

    Partial runs are accepted, and `notes` says so.

    Raises
    ------
    BoardProblem
        A file is not a run or bundle; a named one, or every one, has no stories; a run is a shard;
        or two runs cannot be rated side by side.
    """
    stored = StoredAnswers(*stores)
    named = {path.resolve() for path in paths if not path.is_dir()}
    found: list[FoundRun] = []
    passed_over = 0
    for path in files_in(paths):
        held = _runs_in(path, stored)
        mine = [one for one in held if _has_stories(one[1])]
        if path.resolve() in named and not mine:
            raise BoardProblem(_without_stories(str(path), held))
        found += mine
        passed_over += len(held) - len(mine)
    if not found:
        raise BoardProblem(_without_stories(" and ".join(map(str, paths)), ()))
    for path_text, run, _ in found:
        _check(path_text, run)
    labels = _labels([run for _, run, _ in found])
    _check_alike(found)
    every = [
        Source(path=path_text, label=label, run=run, answers=answers)
        for label, (path_text, run, answers) in zip(labels, found, strict=True)
    ]
    runs = tuple(sorted(every, key=lambda source: source.label))
    return Sources(runs=runs, passed_over=passed_over, close=stored.close)


def notes(found: Sources) -> list[str]:
    """What to know about the runs before having their stories rated."""
    lines = []
    if found.passed_over:
        lines.append(f"{found.passed_over} of the runs found have no stories and were skipped")
    for source in found.runs:
        if not source.run.complete:
            why = ", ".join(source.run.partial_because) or "not all cases were measured"
            lines.append(f"the run of {source.label} is partial ({why}): stories may be missing")
    differ = differing_settings(found.runs)
    if differ:
        lines.append(f"the runs differ in {', '.join(differ)}, and so may their stories")
    return lines


def proxy_of(found: Sequence[Source], wanted: str | None) -> str:
    """The proxy whose stories are rated: the given one, else the first that all runs have."""
    held = [{record.case.proxy for record in source.run.rows} for source in found]
    common = set.intersection(*held)
    if wanted is not None and wanted not in common:
        raise UsageProblem(unknown("proxy of all runs", wanted, common, source="--proxy"))
    first = [proxy for proxy in (*STORY_PROXIES, *sorted(common)) if proxy in common]
    if not first:
        raise UsageProblem("the runs have no proxy in common; name runs of the same cases")
    return wanted or first[0]


def differing_settings(found: Sequence[Source]) -> list[str]:
    """How the runs' configurations differ, besides which stories were written."""
    configs = [source.run.config for source in found]
    keys = sorted({key for config in configs for key in config} - OWN)
    return [key for key in keys if len({canonical(config.get(key)) for config in configs}) > 1]


def _reader(held: Mapping[str, Answer], path: Path) -> AnswerReader:
    def read(keys: Sequence[str]) -> Mapping[str, Answer]:
        missing = [key for key in keys if key not in held]
        if missing:
            raise StoreProblem(f"bundle {path} lacks {len(missing)} answers; make it again")
        return {key: held[key] for key in keys}

    return read


def _runs_in(path: Path, stored: AnswerReader) -> list[FoundRun]:
    """The runs in a file, each with its path."""
    if not zipfile.is_zipfile(path):
        return [(str(path), read_run(path), stored)]
    held = bundle.read(path)
    reader = _reader(held.answers, path)
    return [(f"{path}:{entry.file}", entry.run, reader) for entry in held.entries]


def _has_stories(run: Run) -> bool:
    """Whether there is a story for a nationality; other suites have controls as well."""
    return any(
        counts(record) and record.case.proxy in STORY_PROXIES and any(map(_is_placed, record.items))
        for record in run.rows
    )


def _is_placed(item: Item) -> bool:
    return is_story(item) and _PLACED.fullmatch(item.item_id) is not None


def _without_stories(where: str, held: Sequence[FoundRun]) -> str:
    suites = " and ".join(sorted({repr(run.suite) for _, run, _ in held}))
    return (
        f"{where} is a run of {suites}" if held else f"{where} holds runs"
    ) + " without stories for a nationality; name runs of `pytest suites/stories`"


def _check(path: str, run: Run) -> None:
    if run.shard is not None:
        raise BoardProblem(f"{path} is {run.shard}; merge the shards first, then name the run")


def _check_alike(found: Sequence[FoundRun]) -> None:
    """Refuse runs with other pictures or language: a rater sees all models' stories in turn."""
    (first_path, first, _), *others = found
    for path, run, _ in others:
        for name, words in ALIKE.items():
            of_first, of_run = (one.config.get(name, DEFAULTS.get(name)) for one in (first, run))
            if of_first != of_run:
                raise BoardProblem(
                    f"{first_path} and {path} {words}, so their stories cannot be rated side by "
                    f"side; name runs of the same --{_OPTION.get(name, name)}"
                )


def _labels(runs: Sequence[Run]) -> list[str]:
    """The models' names, with revision and configuration if the name alone is not unique."""
    for label in (
        lambda run: run.model.name,
        lambda run: f"{run.model.name} @ {run.model.revision[:19]}",
        lambda run: f"{run.model.name} @ {run.model.revision[:19]} ({run.config_digest})",
    ):
        labels = [label(run) for run in runs]
        if len(set(labels)) == len(labels):
            return labels
    raise UsageProblem("two of the runs are the same measurement; name each run once")
