"""The runs of a study: run files and bundles, with the way to their stories' texts.

Knows files and the response store; not which stories are chosen. A run that cannot be rated beside
the others is refused.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmark.analyses.story_table import counts
from benchmark.engine.store import StoredAnswers
from benchmark.errors import BoardProblem, StoreProblem, UsageProblem, unknown
from benchmark.jsonio import canonical
from benchmark.records import Answer, AnswerReader
from leaderboard.replay import bundle
from leaderboard.runs import Run, read_run

# What may differ between runs without a word: the model itself, and which stories were asked for.
OWN = frozenset({"model", "countries", "topics", "proxies", "responses", "seed"})
PROXIES = ("shared-image", "own-image", "other-country", "blank", "none")


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A run with the way to its answers; ``label`` tells it from the study's other runs."""

    path: str
    label: str
    run: Run
    answers: AnswerReader


def sources(
    paths: Sequence[Path], stores: Sequence[Path]
) -> tuple[list[Source], Callable[[], None]]:
    """The runs in the files and bundles that were named, and what closes their stores.

    Raises
    ------
    BoardProblem
        A file is no run or bundle, or its run is no complete measurement of stories.
    """
    stored = StoredAnswers(*stores)
    found: list[tuple[str, Run, AnswerReader]] = []
    for path in dict.fromkeys(paths):
        if zipfile.is_zipfile(path):
            held = bundle.read(path)
            reader = _reader(held.answers, path)
            found += [(f"{path}:{entry.file}", entry.run, reader) for entry in held.entries]
        else:
            found.append((str(path), read_run(path), stored))
    for path_text, run, _ in found:
        _check(path_text, run)
    labels = _labels([run for _, run, _ in found])
    _check_alike(found)
    every = [
        Source(path=path_text, label=label, run=run, answers=answers)
        for label, (path_text, run, answers) in zip(labels, found, strict=True)
    ]
    return sorted(every, key=lambda source: source.label), stored.close


def proxy_of(found: Sequence[Source], wanted: str | None) -> str:
    """The proxy whose stories are rated: as asked, else the first that all runs have."""
    held = [{record.case.proxy for record in source.run.rows} for source in found]
    common = set.intersection(*held)
    if wanted is not None and wanted not in common:
        raise UsageProblem(unknown("proxy of all runs", wanted, common, source="--proxy"))
    first = [proxy for proxy in (*PROXIES, *sorted(common)) if proxy in common]
    if not first:
        raise UsageProblem("the runs have no proxy in common; name runs of the same cases")
    return wanted or first[0]


def unlike(found: Sequence[Source]) -> list[str]:
    """In what the runs' configurations differ, beside which stories were written."""
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


def _check(path: str, run: Run) -> None:
    if not any(counts(record) and record.case.proxy in PROXIES for record in run.rows):
        raise BoardProblem(
            f"{path} is a run of {run.suite!r} without stories for a nationality; name runs of "
            "`pytest suites/stories`"
        )
    if run.shard is not None:
        raise BoardProblem(f"{path} is {run.shard}; merge the shards first, then name the run")


def _check_alike(found: Sequence[tuple[str, Run, AnswerReader]]) -> None:
    """One page shows one picture to every model's story, so the runs must have had the same."""
    (first_path, first, _), *others = found
    for path, run, _ in others:
        if run.config.get("images") != first.config.get("images"):
            raise BoardProblem(
                f"{first_path} and {path} were measured on different pictures, so their stories "
                "cannot be rated side by side; name runs on the same --images"
            )


def _labels(runs: Sequence[Run]) -> list[str]:
    """The models' names, with revision and configuration where a name alone is not enough."""
    for label in (
        lambda run: run.model.name,
        lambda run: f"{run.model.name} @ {run.model.revision[:19]}",
        lambda run: f"{run.model.name} @ {run.model.revision[:19]} ({run.config_digest})",
    ):
        labels = [label(run) for run in runs]
        if len(set(labels)) == len(labels):
            return labels
    raise UsageProblem("two of the runs are one measurement; name each run once")
