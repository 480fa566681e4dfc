"""Which end of each metric is the better one: said here, once, for rows, analyses and tables.

Knows names of metrics; not how one is computed. A similarity, a share of right answers or a skill
is better high; a p or a figure that only describes has no better end unless it stands below.
"""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase

HIGHER = (
    *("js_similarity", "js_similarity_pooled", "js_similarity_items", "js_similarity_all_asked"),
    *("w1_similarity", "w1_skill_uniform", "w1_skill_world_average", "w1_skill_best_blind"),
    *("skill_uniform", "skill_world_average", "skill_best_blind", "skill_chance"),
    *("js_similarity_gain", "relative_gain", "relative_gain_of_image"),
    *("identification_top1", "identification_mrr", "distance_tau_b"),
    *("top1", "top2", "top5", "reciprocal_rank", "p_country"),
    *("recognition_top1", "recognition_top2", "recognition_top5"),
    *("recognition_mrr", "recognition_p_country"),
    *("accuracy", "accuracy_shrunk", "accuracy_simultaneous", "accuracy_unscored_wrong"),
    *("worst_*", "p_right", "image_gain", "image_gain_accuracy", "brier_resolution"),
    *("usable", "in_language", "story_alignment_tau", "story_recall"),
    *("alpha", "mean_rating"),
    *("written_agreement", "written_kappa", "js_similarity_population", "skill_population"),
)
LOWER = (
    *("js_distance", "js_divergence", "order_sensitivity", "template_spread", "template_sd"),
    *("js_similarity_gain_p", "js_similarity_gain_p_t", "js_similarity_gain_p_holm"),
    *("js_similarity_gain_q_bh", "js_similarity_gain_p_published", "distance_tau_b_p"),
    *("identification_top1_p", "identification_mrr_p"),
    *("unscored", "answerable_blind", "questions_answerable_blind"),
    *("ece", "ece_plain", "brier", "brier_top", "brier_reliability", "gini", "gini_plain"),
    *(f"accuracy_gap_{name}" for name in ("country", "region", "continent", "income_group")),
    "accuracy_gap_*_plain",
    *("refusal", "empty", "truncated"),
    *("label_bias", "position_bias", "content_free_js", "written_tv", "written_unreadable"),
)
NEITHER = (
    *("floor_uniform", "floor_world_average", "floor_best_blind", "floor_chance"),
    *("w1_floor_uniform", "w1_floor_world_average", "w1_floor_best_blind"),
    *("ceiling_population", "ceiling_two_samples"),
    *("w1_ceiling_population", "w1_ceiling_two_samples"),
    *("option_mass", "answers", "js_similarity_shown", "spread_ratio", "distance_tau_b_people"),
    *("stems_effective", "variance_stem", "variance_picture", "variance_template"),
    *("variance_order", "enough_stem", "enough_picture", "enough_template", "enough_order"),
    *("identification_top1_chance", "identification_mrr_chance", "pictures", "rationale_*"),
    *("answer_mass", "chance", "recognition_answer_mass", "recognition_top1_chance"),
    *("blind_accuracy", "answerable_blind_chance", "confidence", "ece_perfect"),
    *("brier_uncertainty", "brier_within", "gini_null", "gini_p"),
    *("accuracy_gap_*_null", "accuracy_gap_*_p", "accuracy_difference_*"),
    *("n_words", "mtld", "hdd", "distinct_1", "distinct_2", "distinct_3", "echo"),
    *("self_similarity", "story_similarity_tau", "story_alignment_tau_*", "story_recall_chance"),
    *("story_variance_*", "story_f_published*", "story_permanova_*", "story_omega2"),
    *("story_r2", "story_r2_null", "story_dispersion*", "story_distinctness"),
    *("story_word_*", "story_marker_*", "story_group_*"),
    *("story_picture_similarity", "encoder_agreement", "encoder_tau", "encoder_favour*"),
    *("spearman", "spearman_p", "spearman_p_holm", "spearman_within_models", "kendall_tau_b"),
    *("mean_difference", "written_tv_expected", "option_bias_noise"),
)
DIRECTIONS: Mapping[str, bool | None] = {
    **dict.fromkeys(HIGHER, True),
    **dict.fromkeys(LOWER, False),
    **dict.fromkeys(NEITHER),
}


def direction(metric: str, own: Mapping[str, bool | None] | None = None) -> bool | None:
    """Whether higher is better, or None where neither end is; what its maker says in ``own`` first.

    A name with ``*`` in the table stands for all that fit it and do not stand there themselves.

    Raises
    ------
    ValueError
        Neither the table nor ``own`` has the metric.

    Examples
    --------
    >>> direction("js_distance"), direction("worst_region"), direction("mine", {"mine": None})
    (False, True, None)
    """
    for table in (own or {}, DIRECTIONS):
        if metric in table:
            return table[metric]
    for name, better in DIRECTIONS.items():
        if fnmatchcase(metric, name):
            return better
    raise ValueError(
        f"nothing says whether a higher {metric!r} is better; give it a place in "
        f"{__name__}, or let its maker say so"
    )


def is_known(metric: str) -> bool:
    """Whether the table has the metric; of a suite's own it need not.

    >>> is_known("worst_region"), is_known("of_my_suite")
    (True, False)
    """
    return any(fnmatchcase(metric, name) for name in DIRECTIONS)
