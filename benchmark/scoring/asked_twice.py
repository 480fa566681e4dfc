"""Compares answers to the same questions, asked twice; knows no model, store or suite.

Pairs of answers in, one `Determinism` out. Only probabilities over labels are compared.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.engine.noise_floor import LOGIT_STEPS, UNKNOWN_STEP, Determinism, unmeasured
from benchmark.metrics.nearness import js_distance_near, widest_distance
from benchmark.records import Answer, Choice, Probabilities, Request

Mask = tuple[bool, ...]


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
    """The largest changes over all pairs; ``substantive`` gives a question's mask, if it has one.

    ``n`` counts distinct questions, in however many ways they were asked again.
    """
    changes = [
        _change(pair.request, pair, substantive(pair.request))
        for pair in pairs
        if isinstance(pair.request, Choice)
    ]
    if not changes:
        return unmeasured("no multiple-choice question was computed that could be asked again")
    return Determinism(
        n=len({id(change.request) for change in changes}),
        n_missing=len({id(change.request) for change in changes if change.lost}),
        max_abs_difference_p=_largest([change.p for change in changes]),
        max_abs_difference_option_mass=_largest([change.option_mass for change in changes]),
        max_js_distance=_largest([change.printed for change in changes]),
        max_js_distance_substantive=_largest([change.substantive for change in changes]),
        logit_step=LOGIT_STEPS.get(dtype, UNKNOWN_STEP),
        asked_again=asked_again,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Change:
    """One pair's change; NaN if either answer is."""

    request: Choice
    p: float
    option_mass: float
    printed: float
    substantive: float
    lost: bool


def _change(request: Choice, pair: Pair, mask: Mask | None) -> _Change:
    before, after = _probabilities(pair.stored), _probabilities(pair.again)
    p, q = np.asarray(before.p), np.asarray(after.p)  # (options,)
    known = not np.isnan(p + q).any()
    restricted = known and mask is not None and len(mask) == len(p)
    return _Change(
        request=request,
        p=float(np.max(np.abs(p - q))),
        option_mass=abs(before.option_mass - after.option_mass),
        printed=float(js_distance_near(p, q)),
        substantive=float(widest_distance(p, q, mask or ())) if restricted else math.nan,
        lost=bool(np.isnan(p).any() != np.isnan(q).any()),
    )


def _probabilities(answer: Answer) -> Probabilities:
    if not isinstance(answer, Probabilities):
        raise TypeError(f"a choice is answered by probabilities, not by {answer!r}")
    return answer


def _largest(values: Sequence[float]) -> float:
    return max((value for value in values if not math.isnan(value)), default=math.nan)
