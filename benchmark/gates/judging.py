"""A gate applied to the scores of a run: which numbers it looks at, and when it is closed.

Knows scores, and changes of scores since a baseline; no file. Anything missing fails the gate,
with the reason.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from benchmark.engine.noise_floor import Determinism
from benchmark.errors import unknown
from benchmark.gates import wording
from benchmark.gates.deciding import Bounds, decide
from benchmark.gates.gaps import gap_of
from benchmark.gates.rules import Against, Cell, Gate, Status, Verdict
from benchmark.records import Score
from benchmark.vocabulary import CEILING, FLOOR, SKILL

DIVERGENCE = 1.67  # a divergence moves so much further than a distance (determinism.METHOD)
OF_SIMILARITY = {"js_similarity": 1.0, "js_distance": 1.0, "js_divergence": DIVERGENCE}


class ClosedError(Exception):
    """Why a gate cannot be decided; it never leaves this module."""


def judge(
    gate: Gate,
    scores: Sequence[Score],
    *,
    incomplete: Sequence[str] = (),
    noise: Determinism | None = None,
    against: Against | None = None,
) -> Verdict:
    """Decide one gate; ``incomplete`` holds the reasons why a run is partial, if it is.

    ``noise`` is how far answers move by themselves; ``against`` is the comparison of ``compare``.
    """
    try:
        _check_complete(incomplete)
        found = _compared(gate, against) if gate.compare else scores
        chosen = _chosen(gate, found, known=scores)
        floors = [noise, against.determinism] if gate.compare and against else [noise]
        cells = [_cell(gate, score, scores, floors) for score in chosen]
        if gate.gap:
            return _judge_gap(gate, cells)
        bounds = _bounds(gate, chosen[0])
    except ClosedError as closed:
        return unjudged(gate, str(closed), against=against)
    return wording.verdict(
        gate, decide(cells, bounds), bounds, against=against, looked_at=len(cells)
    )


def unjudged(gate: Gate, reason: str, *, against: Against | None = None) -> Verdict:
    """A gate that fails because there is nothing to decide it on."""
    name = wording.name_of(gate, against)
    return Verdict(
        gate=gate,
        status=Status.FAIL,
        sentence=f"{name}: {reason}: FAIL",
        name=name,
        reason=reason,
        against=against.name if gate.compare and against else "",
    )


def _check_complete(incomplete: Sequence[str]) -> None:
    if incomplete:
        raise ClosedError(f"the run is incomplete ({'; '.join(incomplete)})")


def _compared(gate: Gate, against: Against | None) -> Sequence[Score]:
    if against is None:
        raise ClosedError(
            f"compare = {gate.compare!r} needs a baseline, and none was given (--baseline)"
        )
    if against.problem:
        raise ClosedError(against.problem)
    return against.changes


def _chosen(gate: Gate, found: Sequence[Score], *, known: Sequence[Score]) -> list[Score]:
    """The scores that the gate looks at; closed if one is missing or not scored."""
    mine = [s for s in found if s.metric == gate.metric and s.reading == gate.reading]
    scopes = {**gate.scope}
    chosen = [
        s
        for s in mine
        if s.scope.keys() == scopes.keys() | ({gate.by} - {""})
        and all(s.scope[key] == member for key, member in scopes.items())
    ]
    if gate.among:
        present = {s.scope[gate.by] for s in chosen}
        absent = [member for member in gate.among if member not in present]
        if absent:
            raise ClosedError(f"{_no_such_score(gate)} of {', '.join(absent)}")
        chosen = [s for s in chosen if s.scope[gate.by] in gate.among]
    if not chosen:
        raise ClosedError(f"{_no_such_score(gate)}{_hint(gate, known)}")
    unscored = [s for s in chosen if math.isnan(s.value)]
    if unscored:
        names = ", ".join(wording.scope_words(s.scope) for s in unscored if s.scope)
        raise ClosedError(
            f"not scored (0 of {unscored[0].n_missing} items)" + (f": {names}" if gate.by else "")
        )
    if gate.gap and len(chosen) < 2:
        raise ClosedError(f"a gap needs two of {gate.gap}, and the run has one")
    return sorted(chosen, key=lambda s: s.scope.get(gate.by, ""))


def _no_such_score(gate: Gate) -> str:
    side = "the baseline and the run have" if gate.compare else "the run has"
    return f"{side} no such score"


def _hint(gate: Gate, scores: Sequence[Score]) -> str:
    """What may be wrong: the metric, its reading, or the scope."""
    metrics = {s.metric for s in scores}
    if not metrics:
        return ""
    if gate.metric not in metrics:
        return f", {unknown('metric', gate.metric, metrics, source='gate')}"
    mine = [s for s in scores if s.metric == gate.metric]
    readings = {s.reading for s in mine}
    if gate.reading not in readings:
        return f", {unknown('reading', gate.reading, readings, source='gate')}"
    keys = {key for s in mine for key in s.scope}
    for key in (*gate.scope, *([gate.by] if gate.by else [])):
        if key not in keys:
            return f", {unknown('grouping', key, keys, source='gate')}"
    for key, member in gate.scope.items():
        members = {s.scope[key] for s in mine if key in s.scope}
        if member not in members:
            return f", {unknown(key, member, members, source='gate')}"
    if gate.compare:
        return " in common; a board's row holds overall figures and those by proxy, a run file all"
    return ", not for all of these at once"


def _cell(
    gate: Gate, score: Score, scores: Sequence[Score], floors: Sequence[Determinism | None]
) -> Cell:
    return Cell(
        label=wording.member(gate.by, score.scope[gate.by]) if gate.by else "",
        value=score.value,
        low=score.low,
        high=score.high,
        n=score.n,
        noise=math.fsum(noise_floor(score, scores, floor) for floor in floors),
        method=score.method,
    )


def _bounds(gate: Gate, score: Score) -> Bounds:
    if not gate.compare:
        return Bounds(min=gate.min, max=gate.max)
    if score.higher_is_better is None:
        raise ClosedError(f"{gate.metric} has no better or worse, so there can be no regression")
    margin = gate.margin
    return Bounds(min=0.0 - margin) if score.higher_is_better else Bounds(max=margin)


def _judge_gap(gate: Gate, cells: Sequence[Cell]) -> Verdict:
    bare = [cell for cell in cells if not cell.has_interval]
    if bare:
        return wording.no_interval(gate, bare)
    gap = gap_of(cells)
    bounds = Bounds(max=gate.max)
    return wording.gap_verdict(gate, gap, decide([gap.cell], bounds), bounds)


def noise_floor(score: Score, scores: Sequence[Score], found: Determinism | None) -> float:
    """By how much the score's interval is widened on either side; 0 where nothing is known.

    A skill is a similarity divided by ceiling less floor, so it moves by that much more; these
    two are looked up among ``scores``.
    """
    if found is None:
        return 0.0
    similarity = (
        found.js_similarity_substantive if score.reading == "substantive" else found.js_similarity
    )
    moved = math.nan
    if score.metric in OF_SIMILARITY:
        moved = similarity * OF_SIMILARITY[score.metric]
    elif score.metric == "option_mass":
        moved = found.option_mass
    elif score.metric.startswith(SKILL):
        width = _of_same_scope(CEILING, score, scores) - _of_same_scope(
            score.metric.replace(SKILL, FLOOR), score, scores
        )
        moved = similarity / width if width > 0 else math.nan
    return moved if math.isfinite(moved) else 0.0


def _of_same_scope(metric: str, score: Score, scores: Sequence[Score]) -> float:
    """The value of another metric in the same scope and reading."""
    for other in scores:
        alike = (other.metric, other.reading) == (metric, score.reading)
        if alike and dict(other.scope) == dict(score.scope):
            return other.value
    return math.nan
