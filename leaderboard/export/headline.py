"""Which of a run's scores are exported: its headline, overall and by proxy.

Knows runs and scores; no format.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from benchmark.errors import BoardProblem
from benchmark.records import Score
from benchmark.runs.run import Run
from benchmark.vocabulary import MARKS


@dataclass(frozen=True, kw_only=True, slots=True)
class Attribution:
    """What the exporter says of who measured and of where the data are."""

    dataset: str | None = None
    source_url: str | None = None
    organisation: str = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """A score with a name of its own: ``wvs`` overall, ``wvs_food`` under one proxy."""

    name: str
    score: Score
    floors: Mapping[str, float] = field(default_factory=dict)


def check(path: Path, run: Run) -> None:
    """Raise unless the run is complete and has a headline."""
    if not run.complete:
        why = ", ".join(run.partial_because) or "not all cases were measured"
        raise BoardProblem(f"{path} is a partial run ({why}); only complete ones are exported")
    if not any(task.name == run.suite for task in tasks(run)):
        raise BoardProblem(f"{path} has no overall {run.headline}, so there is nothing to export")


def tasks(run: Run) -> tuple[Task, ...]:
    """The headline where it was scored, overall first, then by proxy."""
    found = [
        Task(name=task_id(run.suite, score), score=score, floors=_floors(run, score))
        for score in run.scores
        if score.name == run.headline and score.scope.keys() <= {"proxy"}
        if not math.isnan(score.value)
    ]
    return tuple(sorted(found, key=lambda task: (len(task.score.scope), task.name)))


def task_id(suite: str, score: Score) -> str:
    """``wvs`` overall, ``wvs_food`` under one proxy."""
    proxy = score.scope.get("proxy")
    return suite if proxy is None else f"{suite}_{proxy.replace('+', '_and_')}"


def in_words(task: Task) -> str:
    """Interval and floors, without which a similarity says little."""
    score = task.score
    words = [f"{score.name}, n={score.n}, {score.n_missing} missing"]
    if not math.isnan(score.low + score.high):
        words.append(f"95 % interval {score.low:.3f} to {score.high:.3f}")
    words += [f"{name.replace('_', ' ')} {value:.3f}" for name, value in task.floors.items()]
    return "; ".join(words)


def end_time(run: Run) -> datetime:
    """When the run ended; the Unix epoch if it does not say."""
    text = run.provenance.get("finished_at") or run.provenance.get("started_at")
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def harness(run: Run) -> str:
    """The version of this package that measured."""
    return str(run.provenance.get("harness_version") or "unknown")


def _floors(run: Run, score: Score) -> dict[str, float]:
    def found(name: str) -> Sequence[float]:
        return [
            other.value
            for other in run.scores
            if other.metric == name and other.reading == score.reading
            if dict(other.scope) == dict(score.scope) and not math.isnan(other.value)
        ]

    return {name: values[0] for name in MARKS if (values := found(name))}
