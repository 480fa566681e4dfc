"""How much answers move when the same questions are asked again: the noise floor of a run.

Knows no model and no arithmetic on distributions: it is the record of what was found, how several
findings make one, and what is written into run.json.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

from benchmark.errors import BoardProblem
from benchmark.jsonio import Json, number

FACTOR = 4.0  # for normal noise the largest of a million is 2.4 times the largest of 16
# Distance between two neighbouring numbers in [16, 32), where a model's logits of likely tokens
# lie. Coarse types mostly give the very same answer and now and then (under 1 % in bfloat16 on a
# CPU) one that is a step away: a sample that saw none does not show that there is none.
LOGIT_STEPS: Mapping[str, float] = {"float32": 2**-19, "float16": 2**-6, "bfloat16": 2**-3}
# A label's logit that moves by s moves the answer by a distance of at most s / (4 √2), to first
# order (an even split), and the labels' mass by at most s / 4.
STEP_TO_DISTANCE, STEP_TO_MASS = 1 / (4 * math.sqrt(2)), 1 / 4
UNKNOWN_STEP = LOGIT_STEPS["bfloat16"]  # of a server, which does not say
METHOD = (
    f"noise_floor is {FACTOR:g} times the largest change seen, and at least what one logit_step of "
    "one label can do: by the triangle inequality of the Jensen-Shannon distance no similarity, "
    "and no mean of similarities, moves further than the answers behind it are apart; a "
    "js_divergence moves at most 1.67 times as far"
)
EXACT = "a rule computes each answer by itself, so no batch can change it"


@dataclass(frozen=True, kw_only=True, slots=True)
class Determinism:
    """The largest changes of ``n`` questions' answers; NaN with a ``reason`` if not measured.

    ``asked_again`` says how; ``n_missing`` of the ``n`` had an answer one time only.
    ``logit_step`` is that of the model's number type. ``exact`` answers cannot change.
    """

    n: int = 0
    n_missing: int = 0
    max_abs_difference_p: float = math.nan
    max_abs_difference_option_mass: float = math.nan
    max_js_distance: float = math.nan
    max_js_distance_substantive: float = math.nan
    logit_step: float = math.nan
    asked_again: str = ""
    reason: str = ""
    exact: bool = False

    @property
    def js_similarity(self) -> float:
        """What a similarity over printed options may differ by between two equal runs."""
        return self._floor(self.max_js_distance, STEP_TO_DISTANCE)

    @property
    def js_similarity_substantive(self) -> float:
        """The same over substantive options."""
        return self._floor(self.max_js_distance_substantive, STEP_TO_DISTANCE)

    @property
    def option_mass(self) -> float:
        """The same for the option mass."""
        return self._floor(self.max_abs_difference_option_mass, STEP_TO_MASS)

    def _floor(self, largest: float, of_a_step: float) -> float:
        if self.exact or math.isnan(largest):
            return largest
        return max(FACTOR * largest, of_a_step * self.logit_step)


def exact() -> Determinism:
    """Answers that are exact by construction."""
    return Determinism(
        max_abs_difference_p=0.0,
        max_abs_difference_option_mass=0.0,
        max_js_distance=0.0,
        max_js_distance_substantive=0.0,
        logit_step=0.0,
        asked_again="not needed",
        exact=True,
    )


def unmeasured(reason: str) -> Determinism:
    """No finding, and why."""
    return Determinism(reason=reason)


def worst(found: Iterable[Determinism]) -> Determinism:
    """One finding of several (workers, shards, runs over one store): the largest of each change.

    >>> a = Determinism(n=3, max_js_distance=1e-7, asked_again="alone")
    >>> b = Determinism(n=2, max_js_distance=3e-7, asked_again="alone")
    >>> worst([a, b, unmeasured("no answer was computed")]).max_js_distance
    3e-07
    """
    several = list(found)
    measured = [one for one in several if not one.reason]
    if not measured:
        return several[0] if several else unmeasured("nothing was asked again")
    return Determinism(
        n=sum(one.n for one in measured),
        n_missing=sum(one.n_missing for one in measured),
        max_abs_difference_p=_largest(one.max_abs_difference_p for one in measured),
        max_abs_difference_option_mass=_largest(
            one.max_abs_difference_option_mass for one in measured
        ),
        max_js_distance=_largest(one.max_js_distance for one in measured),
        max_js_distance_substantive=_largest(one.max_js_distance_substantive for one in measured),
        logit_step=_largest(one.logit_step for one in measured),
        asked_again="; ".join(dict.fromkeys(one.asked_again for one in measured)),
        exact=all(one.exact for one in measured),
    )


def document(found: Determinism) -> dict[str, Json]:
    """The object ``determinism`` of run.json; null for what was not measured."""
    plain: dict[str, Json] = {
        field.name: _json(getattr(found, field.name)) for field in fields(Determinism)
    }
    return plain | {
        "noise_floor": {
            "js_similarity": _json(found.js_similarity),
            "js_similarity_substantive": _json(found.js_similarity_substantive),
            "option_mass": _json(found.option_mass),
        },
        "method": EXACT if found.exact else METHOD,
    }


def parsed(content: Mapping[str, object]) -> Determinism:
    """The finding that `document` wrote; anything else is a BoardProblem."""
    try:
        return Determinism(
            n=_count(content["n"]),
            n_missing=_count(content["n_missing"]),
            max_abs_difference_p=number(content["max_abs_difference_p"]),
            max_abs_difference_option_mass=number(content["max_abs_difference_option_mass"]),
            max_js_distance=number(content["max_js_distance"]),
            max_js_distance_substantive=number(content["max_js_distance_substantive"]),
            logit_step=number(content["logit_step"]),
            asked_again=str(content["asked_again"]),
            reason=str(content["reason"]),
            exact=content["exact"] is True,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BoardProblem(f"determinism cannot be read: {error}: {content!r}") from error


def sentence(found: Determinism) -> str:
    """One short line for people."""
    if found.reason:
        return f"not measured: {found.reason}"
    if found.exact:
        return f"exact: {EXACT}"
    if math.isnan(found.max_js_distance):
        return f"{found.n} questions asked again, none had an answer both times"
    moved = found.max_abs_difference_p
    by = f"up to {moved:.1e}" if moved else "nothing"
    return (
        f"{found.n} questions asked again: p moved by {by}, "
        f"noise floor of a similarity {found.js_similarity:.1e}"
    )


def _largest(values: Iterable[float]) -> float:
    return max((value for value in values if not math.isnan(value)), default=math.nan)


def _json(value: Json) -> Json:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _count(value: object) -> int:
    if type(value) is not int or value < 0:
        raise TypeError(f"{value!r} is not a count")
    return value
