"""A noise floor as the object ``determinism`` of run.json, and as a line for people.

Knows the record and JSON; measures nothing and opens no file.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import cast

from benchmark.engine.noise_floor import (
    DISTANCE,
    DISTANCE_SUBSTANTIVE,
    DRAWN,
    EARLIER,
    EXACT,
    METHOD,
    OF_MANY,
    OPTION_MASS,
    PROBABILITY,
    Determinism,
    Movement,
    unmeasured,
)
from benchmark.errors import BoardProblem
from benchmark.jsonio import Json, number


def document(found: Determinism) -> dict[str, Json]:
    """The object ``determinism`` of run.json; null for what was not measured."""
    return {
        "n": found.n,
        "n_missing": found.n_missing,
        "max_abs_difference_p": _json(found.largest(PROBABILITY)),
        "max_abs_difference_option_mass": _json(found.largest(OPTION_MASS)),
        "max_js_distance": _json(found.largest(DISTANCE)),
        "max_js_distance_substantive": _json(found.largest(DISTANCE_SUBSTANTIVE)),
        "logit_step": _json(found.logit_step),
        "asked_again": found.asked_again,
        "reason": found.reason,
        "exact": found.exact,
        "drawn": found.drawn,
        "movements": {
            kind: {
                "m": one.m,
                "moved": one.moved,
                "mean": _json(one.mean),
                "sd": _json(one.sd),
                "largest": _json(one.largest),
            }
            for kind, one in sorted(found.movements.items())
        },
        "noise_floor": {
            "js_similarity": _json(found.of_one(DISTANCE)),
            "js_similarity_substantive": _json(found.of_one(DISTANCE_SUBSTANTIVE)),
            "option_mass": _json(found.of_one(OPTION_MASS)),
        },
        "method": EXACT if found.exact else METHOD,
    }


def parsed(content: Mapping[str, object]) -> Determinism:
    """The finding that `document` wrote; anything else is a BoardProblem.

    What an earlier version wrote holds the largest changes alone. They bound no mean, so it counts
    as not measured, unless the answers are exact.
    """
    try:
        is_exact = content["exact"] is True
        reason = str(content["reason"])
        if not is_exact and not reason and "movements" not in content:
            return unmeasured(EARLIER)
        return Determinism(
            n=_count(content["n"]),
            n_missing=_count(content["n_missing"]),
            logit_step=number(content["logit_step"]),
            movements=_movements(content.get("movements", {})),
            asked_again=str(content["asked_again"]),
            reason=reason,
            exact=is_exact,
            drawn=content.get("drawn") is True or reason == DRAWN,
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise BoardProblem(f"determinism cannot be read: {error}: {content!r}") from error


def _movements(content: object) -> dict[str, Movement]:
    entries = cast("Mapping[str, Mapping[str, object]]", content)
    return {
        kind: Movement(
            m=_count(one["m"]),
            moved=_count(one["moved"]),
            mean=number(one["mean"]),
            sd=number(one["sd"]),
            largest=number(one["largest"]),
        )
        for kind, one in entries.items()
    }


def sentence(found: Determinism) -> str:
    """One short line for people."""
    if found.reason:
        return f"not measured: {found.reason}"
    if found.exact:
        return f"exact: {EXACT}"
    if math.isnan(found.largest(DISTANCE)):
        return f"{found.n} questions asked again, none had an answer both times"
    moved = found.largest(PROBABILITY)
    by = f"up to {moved:.1e}" if moved else "nothing"
    return (
        f"{found.n} questions asked again: p moved by {by}, "
        f"noise floor of {OF_MANY} answers' similarity {found.of_mean(DISTANCE, OF_MANY):.1e}"
    )


def _json(value: Json) -> Json:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _count(value: object) -> int:
    if type(value) is not int or value < 0:
        raise TypeError(f"{value!r} is not a count")
    return value
