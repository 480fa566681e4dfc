"""Compares answers to the same questions, asked twice; knows no model, store or suite.

Pairs of answers in, one `Determinism` out. Only probabilities over labels are compared.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.engine.noise_floor import (
    DISTANCE,
    DISTANCE_SUBSTANTIVE,
    LEADER,
    LOGIT_STEPS,
    OPTION_MASS,
    PROBABILITY,
    UNKNOWN_STEP,
    VARIATION_SUBSTANTIVE,
    Determinism,
    Movement,
    unmeasured,
)
from benchmark.metrics.divergence import restrict
from benchmark.metrics.nearness import js_distance_near, kept_variation
from benchmark.records import Answer, Choice, Probabilities, Request
from benchmark.scoring.option_orders import as_printed

Mask = tuple[bool, ...]
KINDS = (
    *(PROBABILITY, OPTION_MASS, LEADER),
    *(DISTANCE, DISTANCE_SUBSTANTIVE, VARIATION_SUBSTANTIVE),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """The stored answer to a request, and the answer when it was asked again."""

    request: Request
    stored: Answer
    again: Answer


def compare(
    pairs: Sequence[Pair],
    *,
    dtype: str,
    asked_again: str,
    substantive: Callable[[Choice], Mask | None],
) -> Determinism:
    """How far answers moved; ``substantive`` gives a question's mask, if it has one.

    A question asked again in several ways counts once, with the way that moved it furthest.
    """
    changes = [
        _change(pair.request, pair, substantive(pair.request))
        for pair in pairs
        if isinstance(pair.request, Choice)
    ]
    if not changes:
        return unmeasured("no multiple-choice question was computed that could be asked again")
    questions: dict[int, list[_Change]] = {}
    for change in changes:
        questions.setdefault(id(change.request), []).append(change)
    furthest = [_furthest(ways) for ways in questions.values()]
    return Determinism(
        n=len(questions),
        n_missing=sum(any(way.lost for way in ways) for ways in questions.values()),
        logit_step=LOGIT_STEPS.get(dtype, UNKNOWN_STEP),
        movements={kind: Movement.of([one[kind] for one in furthest]) for kind in sorted(KINDS)},
        asked_again=asked_again,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Change:
    """One pair's change by what was compared; NaN if either answer is."""

    request: Choice
    by: Mapping[str, float]
    lost: bool


def _furthest(ways: Sequence[_Change]) -> dict[str, float]:
    return {kind: _largest([way.by[kind] for way in ways]) for kind in KINDS}


def _change(request: Choice, pair: Pair, mask: Mask | None) -> _Change:
    before, after = _probabilities(pair.stored), _probabilities(pair.again)
    order = request.subject.order or tuple(range(len(before.p)))
    p, q = (np.asarray(as_printed(one.p, order)) for one in (before, after))  # as the mask is
    known = not np.isnan(p + q).any()
    restricted = known and mask is not None and len(mask) == len(p)
    by = {
        PROBABILITY: float(np.max(np.abs(p - q))),
        OPTION_MASS: abs(before.option_mass - after.option_mass),
        LEADER: float(p.argmax() != q.argmax()) if known else math.nan,
        DISTANCE: float(js_distance_near(p, q)),
        DISTANCE_SUBSTANTIVE: math.nan,
        VARIATION_SUBSTANTIVE: math.nan,
    }
    if restricted:
        kept = restrict(p, mask or ()), restrict(q, mask or ())
        by[DISTANCE_SUBSTANTIVE] = float(js_distance_near(*kept))
        by[VARIATION_SUBSTANTIVE] = float(kept_variation(p, q, mask or ()))
    return _Change(request=request, by=by, lost=bool(np.isnan(p).any() != np.isnan(q).any()))


def _probabilities(answer: Answer) -> Probabilities:
    if not isinstance(answer, Probabilities):
        raise TypeError(f"a choice is answered by probabilities, not by {answer!r}")
    return answer


def _largest(values: Sequence[float]) -> float:
    return max((value for value in values if not math.isnan(value)), default=math.nan)
