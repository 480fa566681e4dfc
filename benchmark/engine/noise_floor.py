"""How much answers move when the same questions are asked again: the noise floor of a run.

Knows no model and no arithmetic on distributions: it is the record of what was found, what follows
for one answer and for a mean, and how several findings make one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import stdev

from benchmark.metrics.prediction import FEW, moved_limit, share_limit

# Distance between two neighbouring numbers in [16, 32), where a model's logits of likely tokens
# lie. Coarse types mostly give the very same answer and now and then (under 1 % in bfloat16 on a
# CPU) one that is a step away: a sample that saw none does not show that there is none.
LOGIT_STEPS: Mapping[str, float] = {"float32": 2**-19, "float16": 2**-6, "bfloat16": 2**-3}
UNKNOWN_STEP = LOGIT_STEPS["bfloat16"]  # of a server, which does not say

# What of an answer is compared, and how far it moves at most where one label's logit moves by one,
# to first order (an even split). The label that leads either changes or does not.
DISTANCE, DISTANCE_SUBSTANTIVE = "js_distance", "js_distance_substantive"
VARIATION_SUBSTANTIVE = "total_variation_substantive"
PROBABILITY, OPTION_MASS, LEADER = "max_abs_p", "option_mass", "leading_option"
STEPS: Mapping[str, float] = {
    DISTANCE: 1 / (4 * math.sqrt(2)),
    DISTANCE_SUBSTANTIVE: 1 / (4 * math.sqrt(2)),
    VARIATION_SUBSTANTIVE: 1 / 4,
    PROBABILITY: 1 / 4,
    OPTION_MASS: 1 / 4,
}

FACTOR = 4.0  # for normal noise the largest of a million is 2.4 times the largest of 16
TYPICAL = 50  # stems of a survey in one run
OF_MANY = 100  # answers in the mean whose noise floor people are told
EARLIER = (
    "an earlier version kept only the largest change, which bounds no mean; measure again with a "
    "new --store"
)
METHOD = (
    "noise of a mean of n answers: the upper 97.5 % prediction limit of the mean of n further "
    "changes, from the mean and standard deviation of those seen; where fewer than six moved, one "
    "logit_step of one label times the prediction limit of the share that moves. noise_floor is of "
    f"one answer: {FACTOR:g} times the largest change seen, and at least one logit_step"
)
EXACT = "a rule computes each answer by itself, so no batch can change it"
DRAWN = "shares are those of drawn answers; the intervals cover what other draws would change"


@dataclass(frozen=True, kw_only=True, slots=True)
class Movement:
    """How far ``m`` answers moved in one respect: ``moved`` of them at all, the others by 0."""

    m: int
    moved: int
    mean: float
    sd: float
    largest: float

    @classmethod
    def of(cls, changes: Sequence[float]) -> Movement:
        """The changes that are not NaN."""
        seen = [change for change in changes if not math.isnan(change)]
        if not seen:
            return cls(m=0, moved=0, mean=math.nan, sd=math.nan, largest=math.nan)
        return cls(
            m=len(seen),
            moved=sum(change > 0 for change in seen),
            mean=math.fsum(seen) / len(seen),
            sd=stdev(seen) if len(seen) > 1 else 0.0,
            largest=max(seen),
        )

    def limit(self, n: float, step: float) -> float:
        """How far the mean of n further answers may move; ``step`` is what one moves by if any."""
        return moved_limit(
            m=self.m,
            moved=self.moved,
            mean=self.mean,
            sd=self.sd,
            largest=self.largest,
            step=step,
            n=n,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Determinism:
    """The changes of ``n`` questions' answers; nothing, with a ``reason``, if not measured.

    ``asked_again`` says how; ``n_missing`` of the ``n`` had an answer one time only.
    ``logit_step`` is that of the model's number type; ``movements`` are by what was compared.
    ``exact`` answers cannot change, and what ``drawn`` ones change the intervals cover.
    """

    n: int = 0
    n_missing: int = 0
    logit_step: float = math.nan
    movements: Mapping[str, Movement] = field(default_factory=dict)
    asked_again: str = ""
    reason: str = ""
    exact: bool = False
    drawn: bool = False

    @property
    def is_known(self) -> bool:
        """Whether it says how far a mean may move."""
        return self.exact or self.drawn or any(one.m for one in self.movements.values())

    def of_mean(self, of: str, n: float) -> float:
        """How far the mean of n answers may lie off in what is compared; NaN if not measured."""
        if self.exact or self.drawn:
            return 0.0
        found = self.movements.get(of)
        return math.nan if found is None else found.limit(n, self.step(of))

    def of_one(self, of: str) -> float:
        """How far a single answer may; NaN if not measured."""
        if self.exact:
            return 0.0
        largest = self.largest(of)
        return largest if math.isnan(largest) else max(FACTOR * largest, self.step(of))

    def largest(self, of: str) -> float:
        """The largest change seen; NaN if there is none."""
        if self.exact:
            return 0.0
        return self.movements[of].largest if of in self.movements else math.nan

    def step(self, of: str) -> float:
        """What one step of one label's logit does."""
        return STEPS[of] * self.logit_step if of in STEPS else 1.0


def exact() -> Determinism:
    """Answers that are exact by construction."""
    return Determinism(logit_step=0.0, asked_again="not needed", exact=True)


def drawn() -> Determinism:
    """Answers that are draws: asking again draws again, and the intervals allow for that."""
    return Determinism(reason=DRAWN, drawn=True)


def unmeasured(reason: str) -> Determinism:
    """No finding, and why."""
    return Determinism(reason=reason)


def pooled(found: Iterable[Determinism]) -> Determinism:
    """One finding of several (workers, shards, runs over one store), as if compared at once.

    >>> a, b = (Determinism(n=m, movements={DISTANCE: Movement.of([1e-7] * m)}) for m in (3, 2))
    >>> both = pooled([a, b, unmeasured("no answer was computed")])
    >>> both.n, both.movements[DISTANCE].m
    (5, 5)
    """
    several = list(found)
    measured = [one for one in several if not one.reason]
    if not measured:
        return several[0] if several else unmeasured("nothing was asked again")
    kinds = dict.fromkeys(kind for one in measured for kind in one.movements)
    return Determinism(
        n=sum(one.n for one in measured),
        n_missing=sum(one.n_missing for one in measured),
        logit_step=_largest(one.logit_step for one in measured),
        movements={
            kind: _together([one.movements[kind] for one in measured if kind in one.movements])
            for kind in kinds
        },
        asked_again="; ".join(dict.fromkeys(one.asked_again for one in measured)),
        exact=all(one.exact for one in measured),
    )


def _together(parts: Sequence[Movement]) -> Movement:
    """Count, mean and deviation of all the changes, from those of the parts."""
    some = [part for part in parts if part.m]
    if not some:
        return Movement.of([])
    m = sum(part.m for part in some)
    mean = math.fsum(part.m * part.mean for part in some) / m
    squares = math.fsum(
        (part.m - 1) * part.sd**2 + part.m * (part.mean - mean) ** 2 for part in some
    )
    return Movement(
        m=m,
        moved=sum(part.moved for part in some),
        mean=mean,
        sd=math.sqrt(squares / (m - 1)) if m > 1 else 0.0,
        largest=max(part.largest for part in some),
    )


def enough(step: float, margin: float, *, most: int, n: float = TYPICAL) -> int:
    """How many answers must be asked again for a gate on so small a margin to be decidable.

    So many that the noise of two runs of n stems is below it with as many moved answers as say the
    least of how far answers move. At most ``most``: some noise is never below.

    >>> enough(0.0221, 0.01, most=256), enough(3.4e-7, 0.01, most=256)
    (59, 6)
    """
    for m in range(FEW, most):
        if 2 * step * share_limit(FEW - 1, m, n) < margin:
            return m
    return most


def _largest(values: Iterable[float]) -> float:
    return max((value for value in values if not math.isnan(value)), default=math.nan)
