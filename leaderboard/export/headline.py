"""Which of a run's scores are exported: its headline and what stands beside it, also by proxy.

Knows runs and scores; no format.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from benchmark.errors import BoardProblem
from benchmark.records import Score
from benchmark.runs.run import Run
from benchmark.vocabulary import ITEMS, MARKS, ORDERED, POOLED, SIMILARITY, SKILL, TWO_SAMPLES, W1
from leaderboard.board.standing import (
    ANSWERS_OTHERWISE,
    OPTION_MASS,
    OVER_ANSWERS,
    answers_otherwise,
    counts,
    option_mass,
)

BESIDE = (
    *(SIMILARITY, ITEMS, POOLED, ORDERED, OPTION_MASS),
    *(f"{prefix}{SKILL}world_average" for prefix in ("", W1)),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Attribution:
    """What the exporter says of who measured and of where the data are."""

    dataset: str | None = None
    source_url: str | None = None
    organisation: str = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """A score with a name of its own: ``wvs`` overall, ``wvs_food`` under one proxy.

    ``beside`` are other similarities of the same answers, and the probability on the options;
    ``floors`` are by metric.
    """

    name: str
    score: Score
    beside: tuple[Score, ...] = ()
    floors: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    @property
    def answered(self) -> Score:
        """The headline over the answers alone, where it counts what was not answered too."""
        wanted = OVER_ANSWERS.get(self.score.metric)
        return next((score for score in self.beside if score.metric == wanted), self.score)

    @property
    def otherwise(self) -> bool:
        """Whether the model answers something else than the options."""
        return answers_otherwise(option_mass(self.beside, self.score.scope))


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
        Task(
            name=task_id(run.suite, score),
            score=score,
            beside=tuple(_beside(run, score)),
            floors={name: _floors(run, score, name) for name in ("", W1)},
        )
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
    words = [f"{score.name}, {_counts(task.answered)}"]
    if not math.isnan(score.low + score.high):
        words.append(f"95 % interval {score.low:z.3f} to {score.high:z.3f}")
    if task.answered is not score:
        words.append(f"over the answers alone {task.answered.value:z.3f}")
    floors = task.floors.get("", {})
    words += [f"{name.replace('_', ' ')} {value:z.3f}" for name, value in floors.items()]
    if task.otherwise:
        words.append(ANSWERS_OTHERWISE)
    return "; ".join(words)


def _counts(score: Score) -> str:
    n, unasked, unanswered = counts(score)
    if unasked is None:
        return f"n={n}, {score.n_missing} missing"
    return f"n={n}, {unasked} not asked, {unanswered} not answered"


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


def _beside(run: Run, headline: Score) -> Iterator[Score]:
    for score in run.scores:
        mine = score.reading in (headline.reading, "") and score.metric in BESIDE
        if mine and dict(score.scope) == dict(headline.scope) and not math.isnan(score.value):
            yield score


def _floors(run: Run, score: Score, prefix: str) -> dict[str, float]:
    def found(name: str) -> Sequence[float]:
        return [
            other.value
            for other in run.scores
            if other.metric == name and other.reading == score.reading
            if dict(other.scope) == dict(score.scope) and not math.isnan(other.value)
        ]

    marks = [prefix + name for name in (*MARKS, TWO_SAMPLES)]
    return {name: values[0] for name in marks if (values := found(name))}
