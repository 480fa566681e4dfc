"""A gate applied to the scores of a run: which numbers it looks at, and when it is closed.

Knows scores, and changes of scores since a baseline; no file. Anything missing fails the gate,
with the reason.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from benchmark.engine.noise_floor import Determinism, exact
from benchmark.errors import unknown
from benchmark.gates import wording
from benchmark.gates.deciding import Bounds, decide
from benchmark.gates.gaps import gap_of
from benchmark.gates.noise import UnknownNoise, noise_floor
from benchmark.gates.rules import ALPHA, Against, Cell, Gate, Status, UnitChanges, Verdict
from benchmark.metrics.above import p_above
from benchmark.metrics.ranges import fewest_units, is_p
from benchmark.records import Score
from benchmark.vocabulary import ALL_ASKED, W1

EXACT = exact()
SEED = 20261130  # of the sign flips of more units than can be enumerated: the same for every run

MOST_UNANSWERED = 0.05  # of the questions that were asked
UNSCORED_WRONG = "accuracy_unscored_wrong"  # over all questions asked, as `ALL_ASKED` is


class ClosedError(Exception):
    """Why a gate cannot be decided; it never leaves this module."""


def judge(
    gate: Gate,
    scores: Sequence[Score],
    *,
    incomplete: Sequence[str] = (),
    noise: Determinism = EXACT,
    against: Against | None = None,
) -> Verdict:
    """Decide one gate; ``incomplete`` holds the reasons why a run is partial, if it is.

    ``noise`` is how far answers move by themselves; ``against`` is the comparison of ``compare``.
    """
    try:
        _check_complete(incomplete)
        found = _compared(gate, against) if gate.compare else scores
        chosen = _chosen(gate, found, known=scores)
        floors = [noise, against.determinism or noise] if gate.compare and against else [noise]
        units = against.units if gate.compare and against else {}
        cells = [_cell(gate, found[place], scores, floors, units.get(place)) for place in chosen]
        if gate.gap:
            return _judge_gap(gate, cells)
        bounds = _bounds(gate, found[chosen[0]])
    except ClosedError as closed:
        return unjudged(gate, str(closed), against=against)
    decision = decide(cells, bounds, agrees=lambda cell: _agrees(cell, bounds))
    if gate.compare == "regression":  # of two equal models one lies a little lower
        decision = replace(decision, is_shut=False)
    return wording.verdict(gate, decision, bounds, against=against, looked_at=len(cells))


def _agrees(cell: Cell, bounds: Bounds) -> bool:
    """Whether a test of the units themselves finds a change inside, as its interval does.

    Intervals err under skew: a mean of few stems, most of which hardly change, looks more certain
    than it is. Without units (two intervals that were not paired) there is nothing to test.
    """
    if cell.units is None or not cell.decides:
        return True
    values, weights = np.array(cell.units.values), np.array(cell.units.weights)
    margins = []
    if bounds.min > -math.inf:
        margins.append(values - (bounds.min + cell.noise) * weights)
    if bounds.max < math.inf:
        margins.append((bounds.max - cell.noise) * weights - values)
    rng = np.random.default_rng(SEED)
    return all(p_above(inside, rng=rng) <= ALPHA for inside in margins)


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


def _chosen(gate: Gate, found: Sequence[Score], *, known: Sequence[Score]) -> list[int]:
    """The places of the scores that the gate looks at; closed if one is missing or not scored."""
    scopes = {**gate.scope}
    chosen = [
        place
        for place, s in enumerate(found)
        if (s.metric, s.reading) == (gate.metric, gate.reading)
        and s.scope.keys() == scopes.keys() | ({gate.by} - {""})
        and all(s.scope[key] == member for key, member in scopes.items())
    ]
    if gate.among:
        present = {found[place].scope[gate.by] for place in chosen}
        absent = [member for member in gate.among if member not in present]
        if absent:
            raise ClosedError(f"{_no_such_score(gate)} of {', '.join(absent)}")
        chosen = [place for place in chosen if found[place].scope[gate.by] in gate.among]
    if not chosen:
        raise ClosedError(f"{_no_such_score(gate)}{_hint(gate, known)}")
    scores = [found[place] for place in chosen]
    unscored = [s for s in scores if math.isnan(s.value)]
    if unscored:
        names = ", ".join(wording.scope_words(s.scope) for s in unscored if s.scope)
        raise ClosedError(
            f"not scored (0 of {unscored[0].n_missing} items)" + (f": {names}" if gate.by else "")
        )
    for score in scores:
        _check_answered(score, known)
    if gate.gap and len(chosen) < 2:
        raise ClosedError(f"a gap needs two of {gate.gap}, and the run has one")
    return sorted(chosen, key=lambda place: found[place].scope.get(gate.by, ""))


def _check_answered(score: Score, known: Sequence[Score]) -> None:
    """Close where too much was left unanswered: a model may not choose what it is judged on.

    A score that does not say what was asked (of an earlier version) counts all that is missing.
    """
    lost = score.n_missing if score.n_unanswered is None else score.n_unanswered
    asked = _asked(score, lost, known)
    if lost > MOST_UNANSWERED * asked:
        where = f" ({wording.scope_words(score.scope)})" if score.scope else ""
        unknown_why = "; nothing says which of them were asked"
        raise ClosedError(
            f"{lost} of {asked} questions asked were not answered, more than "
            f"{MOST_UNANSWERED:.0%}{where}{unknown_why if score.n_unanswered is None else ''}"
        )


def _asked(score: Score, lost: int, known: Sequence[Score]) -> int:
    """How many questions were asked in the scope in which those not answered were counted.

    Not every score's n counts these: a tau counts countries, a spread questions but not countries,
    the worst of many its own. So it is the n of the figure over all asked, where there is one. Of a
    figure on ordered scales only those are counted, in its n, too.
    """
    if score.n_unanswered is not None and not score.metric.startswith(W1):
        wanted = {ALL_ASKED: score.reading or "printed", UNSCORED_WRONG: ""}
        every = [s for s in known if s.metric in wanted and s.reading == wanted[s.metric]]
        keys = {key for s in every for key in s.scope} & score.scope.keys()
        scope = {key: score.scope[key] for key in keys}
        for whole in every:
            if dict(whole.scope) == scope:
                return whole.n
    return score.n if score.metric == ALL_ASKED else score.n + lost


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
    gate: Gate,
    score: Score,
    scores: Sequence[Score],
    floors: Sequence[Determinism],
    units: UnitChanges | None,
) -> Cell:
    noise, why = 0.0, ""
    try:
        noise = math.fsum(noise_floor(score, scores, floor) for floor in floors)
    except UnknownNoise as unknown_noise:
        why = str(unknown_noise)
    fewest = fewest_units(score.metric)
    if score.n_clusters < fewest:
        number = score.n_clusters or "an unknown number of"
        why = why or f"{number} units, of {fewest} that it needs"
    by_value = is_p(score.metric) and not gate.compare
    return Cell(
        label=wording.member(gate.by, score.scope[gate.by]) if gate.by else "",
        value=score.value,
        low=score.value if by_value else score.low,
        high=score.value if by_value else score.high,
        n=score.n,
        n_clusters=score.n_clusters,
        noise=noise,
        method=score.method,
        open=why,
        units=units,
    )


def _bounds(gate: Gate, score: Score) -> Bounds:
    if not gate.compare:
        return Bounds(min=gate.min, max=gate.max)
    if score.higher_is_better is None:
        raise ClosedError(f"{gate.metric} has no better or worse, so there can be no regression")
    margin = gate.margin
    return Bounds(min=0.0 - margin) if score.higher_is_better else Bounds(max=margin)


def _judge_gap(gate: Gate, cells: Sequence[Cell]) -> Verdict:
    bare = [cell for cell in cells if not cell.decides]
    if bare:
        values = [cell.value for cell in cells]
        return wording.no_interval(gate, bare, is_outside=max(values) - min(values) > gate.max)
    gap = gap_of(cells)
    bounds = Bounds(max=gate.max)
    return wording.gap_verdict(gate, gap, decide([gap.cell], bounds), bounds)
