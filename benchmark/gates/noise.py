"""How far each score may have moved by itself: the noise floor of the very number a gate looks at.

Knows scores and what was found when answers were asked for again; decides nothing. Where nothing
says how a moved answer moves a metric, the gate stays open with the reason: the floor is never
silently 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from benchmark.engine.noise_floor import (
    DISTANCE,
    DISTANCE_SUBSTANTIVE,
    LEADER,
    OPTION_MASS,
    PROBABILITY,
    VARIATION_SUBSTANTIVE,
    Determinism,
)
from benchmark.records import Score
from benchmark.vocabulary import CEILING, FLOOR, SKILL, W1

DIVERGENCE = 1.67  # 2 √ln 2: a divergence is a squared distance
FINE = 1e-4  # what moves a mean by less moves no printed digit
RATIO = 100.0  # a ratio or a rank is taken to move so many times as far, where that is fine


class UnknownNoise(Exception):
    """Why nobody can say how far a score may have moved."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Moved:
    """A score, the other scores of its run, and what was found of its model's answers."""

    score: Score
    scores: Sequence[Score]
    found: Determinism

    def mean(self, of: str, n: float | None = None) -> float:
        """How far the mean of this score's answers may lie off."""
        return self.found.of_mean(of, max(1, self.score.n) if n is None else max(1, n))

    @property
    def distance(self) -> float:
        """The same in similarity: a stem has one vote, so as many answers count as stems."""
        kind = DISTANCE_SUBSTANTIVE if self.score.reading == "substantive" else DISTANCE
        return self.mean(kind, self.score.n_clusters or self.score.n)

    @property
    def variation(self) -> float:
        return self.mean(VARIATION_SUBSTANTIVE, self.score.n_clusters or self.score.n)

    def other(self, metric: str) -> float:
        """The value of another metric in the same scope and reading."""
        for one in self.scores:
            alike = (one.metric, one.reading) == (metric, self.score.reading)
            if alike and dict(one.scope) == dict(self.score.scope):
                return one.value
        return math.nan

    def fewest(self, factor: str) -> float:
        """The questions of the smallest member of a factor."""
        found = [s.n for s in self.scores if s.metric == "accuracy" and set(s.scope) == {factor}]
        return min(found, default=1)


Rule = Callable[[Moved], float]


def _skill(moved: Moved) -> float:
    """A similarity divided by ceiling less floor."""
    metric = moved.score.metric
    ordered = metric.startswith(W1)
    ceiling = f"{W1}{CEILING}" if ordered else CEILING
    width = moved.other(ceiling) - moved.other(metric.replace(SKILL, FLOOR))
    return _over(moved.variation if ordered else moved.distance, width)


def _skill_chance(moved: Moved) -> float:
    return _over(moved.mean(LEADER), 1 - moved.other("floor_chance"))


def _over(change: float, width: float) -> float:
    if not width > 0:
        raise UnknownNoise("the ceiling is not above the floor")
    return change / width


def _worst(moved: Moved) -> float:
    return moved.mean(LEADER, moved.fewest(moved.score.metric.removeprefix("worst_")))


def _gap(moved: Moved) -> float:
    """Both groups move, each the other way."""
    for start in ("accuracy_gap_", "accuracy_difference_"):
        if moved.score.metric.startswith(start):
            return 2 * moved.mean(LEADER, moved.fewest(moved.score.metric.removeprefix(start)))
    return 2 * moved.mean(LEADER, moved.fewest("country"))


def _ratio(moved: Moved) -> float:
    """Ranks, taus, ratios and p-values can jump, by how much only the answers could tell.

    Where a single answer moves by next to nothing, so do they.
    """
    one = moved.found.of_one(DISTANCE)
    if one > FINE:
        raise UnknownNoise(
            f"answers move by up to {one:.1e}, and nothing says how far {moved.score.metric} then "
            f"does; below {FINE:g} (float32, say) it can be decided"
        )
    return one * RATIO


# The first row that fits a metric's name counts.
RULES: tuple[tuple[tuple[str, ...], Rule], ...] = (
    (("skill_chance",), _skill_chance),
    # No answer of the model is in it.
    (("floor_*", "ceiling_*", "w1_floor_*", "w1_ceiling_*", "*_chance"), lambda _: 0.0),
    (("distance_tau_b_people", "pictures", "answers", "chance"), lambda _: 0.0),
    # Written texts are draws, and the interval over concepts covers what other draws change.
    (("usable", "refusal", "empty", "truncated", "echo", "in_language"), lambda _: 0.0),
    (("n_words", "mtld", "hdd", "distinct_*", "self_similarity"), lambda _: 0.0),
    (("story_*", "encoder_*", "rationale_*"), lambda _: 0.0),
    # What jumps.
    (("*_p", "*_p_t", "*_p_holm", "*_q_bh"), _ratio),
    (("identification_*", "distance_tau_b", "spread_ratio", "gini", "ece"), _ratio),
    (("relative_gain*",), _ratio),
    # A root near 0, where the least change of a divergence is a large one of the figure.
    (("js_similarity_population", "skill_population"), _ratio),
    # Means of similarities: the triangle inequality of the distance.
    (("js_similarity_gain",), lambda moved: 2 * moved.distance),
    (("js_similarity_pooled",), lambda moved: _root(moved)),
    (("js_similarity", "js_similarity_*", "js_distance"), lambda moved: moved.distance),
    (("js_divergence",), lambda moved: DIVERGENCE * moved.distance),
    # From an answer to the mean answer: either end moves.
    (("order_sensitivity", "template_*"), lambda moved: moved.distance + _root(moved)),
    (("w1_similarity",), lambda moved: moved.variation),
    (("skill_*", "w1_skill_*"), _skill),
    (("option_mass",), lambda moved: moved.mean(OPTION_MASS)),
    # Right answers: the share of which another option led.
    (("accuracy_gap_*", "accuracy_difference_*"), _gap),
    (("accuracy", "accuracy_*", "blind_accuracy", "answerable_blind"), lambda m: m.mean(LEADER)),
    (("unscored",), lambda m: m.mean(LEADER)),
    (("worst_*",), _worst),
    (("image_gain_accuracy",), lambda moved: 2 * moved.mean(LEADER)),
    (("image_gain", "brier"), lambda moved: 2 * moved.mean(PROBABILITY)),
    (("p_right", "confidence"), lambda moved: moved.mean(PROBABILITY)),
)


def _root(moved: Moved) -> float:
    """Of a mean answer: its distance is at most the root of the mean square of the distances."""
    kind = DISTANCE_SUBSTANTIVE if moved.score.reading == "substantive" else DISTANCE
    spread = moved.found.movements[kind].sd if kind in moved.found.movements else 0.0
    few = max(spread, moved.distance)
    return math.hypot(moved.distance, few)


def noise_floor(score: Score, scores: Sequence[Score], found: Determinism) -> float:
    """By how much the score's interval is widened on either side.

    Raises
    ------
    UnknownNoise
        Answers were not asked for again, or nothing says how they move this metric.
    """
    rule = next(
        (rule for names, rule in RULES if any(fnmatchcase(score.metric, name) for name in names)),
        None,
    )
    if found.exact or found.drawn:
        return 0.0
    if rule is None:
        raise UnknownNoise(f"nothing says how a moved answer moves {score.metric}")
    change = rule(Moved(score=score, scores=scores, found=found))
    if math.isnan(change):
        why = found.reason or "no answer was there both times"
        raise UnknownNoise(f"how far answers move by themselves was not measured: {why}")
    return change
