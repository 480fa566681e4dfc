"""How a run's figures changed since a baseline, for the gates that compare.

Knows runs and baselines; decides nothing. A baseline that is incomplete, or whose data, templates
or selection differ from the run's, is a problem that the gates report, never compared silently.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from benchmark import jsonio
from benchmark.analyses.change import paired_changes
from benchmark.analyses.questions.question_change import paired_accuracy_changes
from benchmark.analyses.unit_changes import unit_changes
from benchmark.engine.noise_floor import Determinism
from benchmark.gates import Gate
from benchmark.gates.gaps import difference
from benchmark.gates.rules import Against, Cell, UnitChanges
from benchmark.jsonio import Json
from benchmark.records import CaseRecord, Score
from benchmark.runs.run import Run, what_was_asked

UNPAIRED = "from the two intervals, not paired"


@dataclass(frozen=True, kw_only=True, slots=True)
class Baseline:
    """One suite's figures of another model or revision; ``rows`` empty if from a board.

    ``config`` holds what must be equal in both configurations: named parts, or the board's digest.
    """

    name: str
    suite: str
    version: str
    config: Mapping[str, str]
    measured_on: str
    incomplete: tuple[str, ...]
    scores: tuple[Score, ...]
    rows: tuple[CaseRecord, ...] = ()
    determinism: Determinism | None = None


def against(run: Run, baselines: Sequence[Baseline], gates: Sequence[Gate]) -> Against | None:
    """What the comparing gates need of the baselines; None without baselines or such gates."""
    mine = [baseline for baseline in baselines if baseline.suite == run.suite]
    if not baselines or not any(gate.compare for gate in gates):
        return None
    if not mine:
        return Against(name="the baseline", problem=f"no baseline is of suite {run.suite!r}")
    fitting = [baseline for baseline in mine if not why_not(run, baseline)]
    if len(fitting) > 1:
        names = sorted({one.name for one in fitting})
        how = "its model" if len(names) > 1 else "its config digest"
        problem = f"{len(fitting)} baselines fit ({', '.join(names)}); name one row by {how}"
        return Against(name=fitting[0].name, problem=problem)
    if not fitting:
        return Against(name=mine[0].name, problem=why_not(run, mine[0]))
    asked = {(gate.metric, gate.reading) for gate in gates if gate.compare}
    wanted = [score for score in run.scores if (score.metric, score.reading) in asked]
    old = {_key(score) for score in fitting[0].scores}
    wanted = [score for score in wanted if _key(score) in old]
    found = changes(run, fitting[0], wanted)
    units = _units(run, fitting[0], wanted)
    return Against(
        name=fitting[0].name,
        changes=found,
        units={k: v for k, v in units.items() if not found[k].method.startswith(UNPAIRED)},
        determinism=fitting[0].determinism,
    )


def _units(run: Run, baseline: Baseline, wanted: Sequence[Score]) -> dict[int, UnitChanges]:
    """The stems or pictures behind each change that was found question by question."""
    if not baseline.rows:
        return {}
    found = unit_changes(run.rows, baseline.rows, wanted)
    return {
        place: UnitChanges(values=units.values, weights=units.weights)
        for place, units in found.items()
    }


def changes(run: Run, baseline: Baseline, wanted: Sequence[Score]) -> list[Score]:
    """The change of each of the run's scores that the baseline has too, run minus baseline.

    ``method`` says how it was found: paired by question, or from the two intervals.
    """
    paired: dict[int, Score] = {}
    if baseline.rows:
        paired = paired_changes(run.rows, baseline.rows, wanted)
        paired |= paired_accuracy_changes(run.rows, baseline.rows, wanted)
    old = {_key(score): score for score in baseline.scores}
    return [
        _paired(paired[place], score, old[_key(score)])
        if place in paired
        else _unpaired(score, old[_key(score)])
        for place, score in enumerate(wanted)
        if _key(score) in old
    ]


def parts_of(config: Mapping[str, Json]) -> Mapping[str, str]:
    """What was asked and about whom, part by part."""
    return {key: jsonio.canonical(part) for key, part in what_was_asked(config).items()}


def digest_of(config: Mapping[str, Json]) -> Mapping[str, str]:
    """The same, in the form that a board's row holds."""
    return {"digest": jsonio.digest(what_was_asked(config))[:12]}


def _unpaired(now: Score, before: Score) -> Score:
    """The change from the two intervals: too wide if anything, as the questions are the same."""
    new, old = (Cell(label="", value=s.value, low=s.low, high=s.high) for s in (now, before))
    low, high = difference(new, old)
    return Score(
        metric=now.metric,
        reading=now.reading,
        scope=now.scope,
        value=now.value - before.value,
        low=low,
        high=high,
        n=min(now.n, before.n),
        n_missing=max(now.n_missing, before.n_missing),
        n_unanswered=_more_unanswered(now, before),
        n_clusters=min(now.n_clusters, before.n_clusters),
        method=", ".join([UNPAIRED, *_too_few(now, before)]),
        higher_is_better=now.higher_is_better,
    )


def _paired(change: Score, now: Score, before: Score) -> Score:
    """The change, knowing what was left open: by both, or by one, which leaves no pair."""
    left = _more_unanswered(now, before)
    return replace(change, n_unanswered=max(change.n_missing, left or 0))


def _more_unanswered(now: Score, before: Score) -> int | None:
    """Of the run that left more open; None where either does not say."""
    counts = now.n_unanswered, before.n_unanswered
    return None if None in counts else max(count for count in counts if count is not None)


def _too_few(*scores: Score) -> list[str]:
    """Why one of these has no interval, if it rests on too few."""
    return [s.method for s in scores if math.isnan(s.low) and s.method.startswith("too few")][:1]


def why_not(run: Run, baseline: Baseline) -> str:
    """The first reason found why the two cannot be compared; empty if they can."""
    if baseline.incomplete:
        return f"the baseline is incomplete ({'; '.join(baseline.incomplete)})"
    if baseline.version != run.suite_version:
        return (
            f"the baseline is of version {baseline.version} of the suite, the run of "
            f"{run.suite_version}; `python -m leaderboard rescore` computes an old run's "
            "figures anew"
        )
    own = parts_of(run.config) if "digest" not in baseline.config else digest_of(run.config)
    theirs = baseline.config
    other = sorted(k for k in own.keys() | theirs.keys() if own.get(k) != theirs.get(k))
    if not other:
        return ""
    if "digest" in baseline.config:
        return (
            "the baseline has other data, templates or selection than the run "
            f"({baseline.measured_on})"
        )
    return f"the baseline has other {', '.join(other)} than the run"


def _key(score: Score) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    return score.metric, score.reading, tuple(sorted(score.scope.items()))
