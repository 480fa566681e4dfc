"""Rows of docs/validity.md: the values of the World Values Survey.

Knows metrics of the suite wvs but those over countries; not how tables are made.
"""

from __future__ import annotations

from tests.validity.figure import Figure

VALUES: tuple[Figure, ...] = (
    Figure(
        names=("js_similarity",),
        estimates="mean over question stems of 1 less the Jensen-Shannon distance to the people",
        pending=True,
    ),
    Figure(
        names=("js_similarity_pooled",),
        estimates="the same of the mean answer over pictures and orders",
        pending=True,
    ),
    Figure(
        names=("js_similarity_all_asked",),
        estimates="the same over all questions asked; an unanswered one counts as its worst answer",
        pending=True,
    ),
    Figure(
        names=("js_similarity_items",),
        estimates="the mean over items, as the paper has it",
    ),
    Figure(
        names=("js_similarity_shown",),
        estimates="similarity to the people of the picture's own country",
        pending=True,
    ),
    Figure(
        names=("w1_similarity",),
        estimates="mean over stems of ordered scales of 1 less the Wasserstein-1 distance",
        pending=True,
    ),
    Figure(
        names=("js_distance", "js_divergence"),
        estimates="mean over stems of distance and divergence",
        pending=True,
    ),
    Figure(
        names=("skill_uniform", "skill_world_average", "skill_best_blind"),
        estimates="share of the way from floor to ceiling: a ratio of means over the same stems",
        pending=True,
    ),
    Figure(names=("w1_skill_*",), estimates="the same of w1_similarity", pending=True),
    Figure(
        names=("floor_uniform", "floor_world_average", "floor_best_blind", "w1_floor_*"),
        estimates="what an answer that knows nothing, or no country, scores on these questions",
    ),
    Figure(
        names=("ceiling_*", "w1_ceiling_*"),
        estimates="what a fresh sample of people scores on these questions",
    ),
    Figure(
        names=("option_mass",),
        estimates="mean probability that the model gives to the offered options",
        pending=True,
    ),
    Figure(
        names=("order_sensitivity",),
        estimates="mean total variation between orders of the options",
        pending=True,
    ),
    Figure(
        names=("template_spread", "template_sd"),
        estimates="range and standard deviation of the similarity over wordings of the prompt",
        pending=True,
    ),
    Figure(
        names=("js_similarity_gain", "relative_gain", "relative_gain_of_image"),
        estimates="similarity of one condition less that of another, over the same stems",
        pending=True,
    ),
    Figure(
        names=("js_similarity_gain_p", "js_similarity_gain_p_holm", "js_similarity_gain_q_bh"),
        estimates="whether a gain could be chance, by flipping signs of stems",
        pending=True,
    ),
    Figure(
        names=("js_similarity_gain_p_published",),
        estimates="the paper's test, of items as if they were independent",
    ),
    Figure(
        names=(
            "recognition_*",
            "top1",
            "top2",
            "top5",
            "reciprocal_rank",
            "p_country",
            "answer_mass",
            "chance",
        ),
        estimates="whether the model names the picture's country",
        pending=True,
    ),
    Figure(
        names=("rationale_*",),
        estimates="shares and lengths of the reasons that a model gives",
    ),
    Figure(
        names=("answers", "pictures", "stems_effective"),
        estimates="counts of a case; how many equal stems the stems are worth",
    ),
)
