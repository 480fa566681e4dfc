"""What each metric can be, and whether a gate can decide on it: said here, once.

Knows names of metrics; not how one is computed. A metric that does not stand here may be anything,
and is decided by its interval.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

INF = math.inf
FURTHEST = math.sqrt(math.log(2))  # a Jensen-Shannon distance in natural logarithms
NEAREST = 1 - FURTHEST

SIMILARITIES = (
    *("js_similarity", "js_similarity_*", "floor_uniform", "floor_world_average"),
    *("floor_best_blind", "ceiling_population", "ceiling_two_samples"),
)
CHANGES = ("js_similarity_gain",)
# Each with the reading that a gate must name.
IN_BOTH_READINGS = (
    *SIMILARITIES,
    *("js_distance", "js_divergence", "skill_uniform", "skill_world_average", "skill_best_blind"),
    *("skill_population", "stems_effective", "variance_*", "enough_*"),
    *("relative_gain", "relative_gain_of_image", "spread_ratio"),
    *("identification_*", "distance_tau_b", "distance_tau_b_*"),
)
SUBSTANTIVE_ONLY = ("w1_*",)
P_VALUES = ("*_p", "*_p_t", "*_p_holm", "*_q_bh", "*_p_permuted")
# The first pattern that fits a name counts.
RANGES: tuple[tuple[tuple[str, ...], tuple[float, float]], ...] = (
    ((*P_VALUES, "*_p_published"), (0.0, 1.0)),
    (CHANGES, (-FURTHEST, FURTHEST)),
    (SIMILARITIES, (NEAREST, 1.0)),
    (("js_distance", "order_sensitivity", "template_spread", "template_sd"), (0.0, FURTHEST)),
    (("js_divergence",), (0.0, math.log(2))),
    (("w1_similarity", "w1_floor_*", "w1_ceiling_*"), (0.0, 1.0)),
    (("skill_chance",), (-INF, 1.0)),
    (("answerable_blind_chance", "story_recall_chance"), (0.0, 1.0)),
    (("skill_*", "w1_skill_*", "relative_gain*"), (-INF, INF)),
    (("variance_*", "enough_*", "stems_effective"), (0.0, INF)),
    (("spread_ratio", "n_words", "pictures", "answers", "questions_*"), (0.0, INF)),
    (("accuracy_difference_*", "image_gain", "image_gain_accuracy"), (-1.0, 1.0)),
    (("distance_tau_b*", "story_*tau*", "encoder_tau", "kendall_tau_b"), (-1.0, 1.0)),
    (("spearman*", "alpha", "story_omega2"), (-1.0, 1.0)),
    (("brier", "brier_*"), (0.0, 2.0)),
    (("label_bias", "position_bias", "content_free_js", "written_*"), (0.0, 1.0)),
    (("option_mass", "answer_mass", "identification_*", "recognition_*"), (0.0, 1.0)),
    (("accuracy", "accuracy_*", "worst_*", "p_right", "unscored", "floor_chance"), (0.0, 1.0)),
    (("blind_accuracy", "answerable_blind", "confidence", "ece", "ece_*"), (0.0, 1.0)),
    (("gini", "gini_*", "usable", "refusal", "empty", "truncated", "echo"), (0.0, 1.0)),
    (("in_language", "distinct_*", "story_recall", "story_r2"), (0.0, 1.0)),
)
# Printed as information: a gate on one of these is refused when it is read.
WITHOUT_INTERVAL: Mapping[str, str] = {
    "js_similarity_items": "a mean over questions of which most share a stem; use js_similarity",
    "js_similarity_gain_p_published": "no test of anything; use js_similarity_gain_p_holm",
    "js_similarity_gain_p": "rejects too often if gains are skewed; use js_similarity_gain",
    "story_f_published*": "no test of anything; use story_permanova_p",
    "floor_*": "the same for every model",
    "w1_floor_*": "the same for every model",
    "ceiling_*": "the same for every model",
    "w1_ceiling_*": "the same for every model",
    **dict.fromkeys(
        ("identification_*_chance", "recognition_*_chance", "answerable_blind_chance"),
        "what guessing gives",
    ),
    "story_recall_chance": "what guessing gives",
    "distance_tau_b_people": "of the people, not of the model",
    "chance": "what guessing gives",
    "*_plain": "not corrected for noise; leave out _plain",
    "*_null": "what equal members would show",
    "relative_gain*": "use js_similarity_gain",
    "template_*": "over two or three wordings; gate the score itself",
    **dict.fromkeys(("variance_*", "enough_*", "stems_effective"), "of the questions asked"),
    **dict.fromkeys(
        ("recognition_mrr", "recognition_p_country", "recognition_answer_mass"),
        "a mean without an interval; use recognition_top1",
    ),
    **dict.fromkeys(("brier", "confidence", "p_right"), "a mean without an interval"),
    "gini": "without an interval; use gini_p, or worst_country",
    **dict.fromkeys(
        ("story_variance_*", "story_omega2", "story_permanova_f", "story_r2", "story_distinctness"),
        "a description; use story_permanova_p",
    ),
    **dict.fromkeys(
        (
            *("story_group_omega2", "story_group_permanova_f", "story_group_r2"),
            *("story_group_dispersion", "story_group_dispersion_f", "story_group_distinctness"),
            *("story_group_distance", "story_group_apart"),
        ),
        "a description; use story_group_permanova_p",
    ),
    **dict.fromkeys(
        ("story_dispersion", "story_dispersion_f"), "a description; use story_permanova_p"
    ),
    **dict.fromkeys(
        ("story_dispersion_p", "story_group_dispersion_p"),
        "rejects too often if numbers of stories differ; use story_permanova_p",
    ),
    "encoder_favour_p*": "rejects too often if favours are skewed",
    "accuracy_shrunk": "drawn towards the other members, which hides the one that differs; use "
    "accuracy or accuracy_simultaneous",
    **dict.fromkeys(
        ("story_alignment_tau", "story_alignment_tau_missing_as_zero", "story_similarity_tau"),
        "without an interval; use story_alignment_tau_p",
    ),
    **dict.fromkeys(("story_word_*", "story_group_word_*"), "of single words"),
    **dict.fromkeys(
        ("story_picture_similarity", "encoder_agreement", "encoder_tau"),
        "a description of encoders",
    ),
    "option_bias_noise": "what noise alone would show; use label_bias or position_bias",
    "written_tv_expected": "what as many draws would show; use written_tv",
    "ece_perfect": "what a calibrated model would show; use ece",
    "blind_accuracy": "of the questions' wording; use image_gain_accuracy",
    **dict.fromkeys(("story_marker_*", "story_group_marker_*"), "a description of words"),
    "answers": "a count",
    "pictures": "a count",
    "questions_answerable_blind": "a count; use answerable_blind",
    "brier_*": "a part of brier",
    "rationale_*": "of single texts",
}
# Units below which a figure does not hold if they are skewed (docs/validity.md), nor decides.
FEWEST: Mapping[str, int] = {
    "recognition_top*": 12,
    "js_similarity_gain_p_t": 12,
    "js_similarity_gain_p_holm": 20,
    "js_similarity_gain_q_bh": 20,
}
# Shares with Wilson's interval over units, and the factor of a case that names the unit.
UNITS: Mapping[str, str] = {
    **dict.fromkeys(("usable", "refusal", "empty", "truncated", "in_language"), "topic"),
    "story_recall": "topic",
    "identification_top1": "country",
}
WILSON = 1.959963984540054**2


@dataclass(frozen=True, kw_only=True, slots=True)
class Range:
    """The least and the largest value that a metric can have; infinite where nothing says."""

    low: float = -INF
    high: float = INF

    @property
    def width(self) -> float:
        """By how much two values can differ."""
        return self.high - self.low


def range_of(metric: str) -> Range:
    """What a metric can be.

    >>> range_of("option_mass"), range_of("of_my_suite").width
    (Range(low=0.0, high=1.0), inf)
    >>> round(range_of("js_similarity_all_asked").low, 3), range_of("js_similarity_gain_p").low
    (0.167, 0.0)
    """
    for names, (low, high) in RANGES:
        if fits(metric, names):
            return Range(low=low, high=high)
    return Range()


def is_p(metric: str) -> bool:
    """Whether it is a p or q, which is decided as it is: it has no interval.

    >>> is_p("gini_p"), is_p("js_similarity_gain_q_bh"), is_p("p_right")
    (True, True, False)
    """
    return fits(metric, P_VALUES)


def why_no_interval(metric: str) -> str:
    """Why no gate can be put on a metric; empty if one can.

    >>> why_no_interval("floor_chance"), why_no_interval("skill_chance")
    ('the same for every model', '')
    """
    return next((why for name, why in WITHOUT_INTERVAL.items() if fnmatchcase(metric, name)), "")


def fewest_units(metric: str) -> int:
    """How many units a metric needs before anything may be decided by it; 0 if it needs no more.

    Beyond what it takes to have an interval at all.

    >>> fewest_units("recognition_top1"), fewest_units("js_similarity")
    (12, 0)
    """
    return next((units for name, units in FEWEST.items() if fnmatchcase(metric, name)), 0)


def readings_of(metric: str) -> tuple[str, ...]:
    """The readings in which a metric is given; () if in none.

    >>> readings_of("js_similarity"), readings_of("w1_similarity"), readings_of("option_mass")
    (('printed', 'substantive'), ('substantive',), ())
    """
    if fits(metric, SUBSTANTIVE_ONLY):
        return ("substantive",)
    return ("printed", "substantive") if fits(metric, IN_BOTH_READINGS) else ()


def units_needed(*, low: float = -INF, high: float = INF) -> int:
    """How many units a share needs so that it can be shown to be above ``low`` or below ``high``.

    Wilson's interval of n successes of n begins at n / (n + 1.96²).

    >>> units_needed(low=0.9), units_needed(high=0.05), units_needed(low=0.0)
    (35, 73, 1)
    """
    worst = max(low, 1 - high, 0.0)
    if worst >= 1:
        return 10**9
    return max(1, math.ceil(WILSON * worst / (1 - worst) - 1e-9))


def fits(metric: str, names: tuple[str, ...]) -> bool:
    """Whether one of the patterns fits."""
    return any(fnmatchcase(metric, name) for name in names)
