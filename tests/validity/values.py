"""Rows of docs/validity.md: the values of the World Values Survey.

Knows metrics of the suite wvs but those over countries; not how tables are made.
"""

from __future__ import annotations

from tests.validity.figure import Figure
from tests.validity.pictures import gain_for_other_pictures, p_for_other_pictures
from tests.validity.setting import where
from tests.validity.values_simulated import (
    deviation_of_templates,
    family_of_no_gains,
    flips_of_no_gain,
    gain_of_stems,
    mean_of_stems,
    share_of_pictures,
    skill_of_stems,
    spread_of_templates,
    tails_of_no_gain,
)

VALUES: tuple[Figure, ...] = (
    Figure(
        names=("js_similarity",),
        estimates="mean over question stems of 1 less the Jensen-Shannon distance to the people, "
        "each stem's mean being over its questions, pictures and orders",
        intervals=mean_of_stems,
        note="fewer than six stems: no interval",
    ),
    Figure(
        names=("js_similarity_pooled",),
        estimates="the same of the mean answer over pictures and orders, which is flatter",
        intervals=mean_of_stems,
    ),
    Figure(
        names=("js_similarity_all_asked",),
        estimates="the same over all questions asked; an unanswered one counts as its worst answer",
        intervals=mean_of_stems,
    ),
    Figure(
        names=("js_similarity_items",),
        estimates="the mean over questions, as the paper has it; one battery is a tenth of it",
    ),
    Figure(
        names=("js_similarity_shown",),
        estimates="similarity to the people of the picture's own country, mean over stems",
        intervals=mean_of_stems,
    ),
    Figure(
        names=("w1_similarity",),
        estimates="mean over stems of ordered scales of 1 less the Wasserstein-1 distance",
        intervals=mean_of_stems,
    ),
    Figure(
        names=("js_distance", "js_divergence"),
        estimates="mean over stems of distance and divergence",
        intervals=mean_of_stems,
    ),
    Figure(
        names=("skill_uniform", "skill_world_average", "skill_best_blind"),
        estimates="share of the way from floor to ceiling: a ratio of means over the same stems",
        intervals=skill_of_stems,
    ),
    Figure(
        names=("w1_skill_*",),
        estimates="the same of w1_similarity",
        intervals=skill_of_stems,
    ),
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
        estimates="mean over stems of the probability that the model gives to the offered options",
        intervals=mean_of_stems,
    ),
    Figure(
        names=("order_sensitivity",),
        estimates="mean over stems of the total variation between orders of the options",
        intervals=mean_of_stems,
    ),
    Figure(
        names=("template_spread",),
        estimates="highest less lowest similarity over wordings of the prompt, over the same stems",
        intervals=spread_of_templates,
        note="wordings that differ: where they do not, the range lies above 0 by noise",
    ),
    Figure(
        names=("template_sd",),
        estimates="standard deviation of the similarity over wordings of the prompt",
        intervals=deviation_of_templates,
        note="as template_spread",
    ),
    Figure(
        names=("variance_*", "enough_*"),
        estimates="what stems, pictures, wordings and orders add to the variance of a similarity, "
        "and how many of each are enough",
    ),
    Figure(
        names=("js_similarity_gain",),
        estimates="similarity of one condition less that of another, mean over the same stems",
        intervals=gain_of_stems,
        note="for these pictures",
    ),
    Figure(
        names=("js_similarity_gain, other pictures",),
        estimates="the same gain under other pictures of the same kind, with its p",
        intervals=gain_for_other_pictures,
        p_values=p_for_other_pictures,
        sample=20,
        note="units are pictures, shown with twelve stems; fewer than six: for these pictures only",
    ),
    Figure(
        names=("relative_gain", "relative_gain_of_image"),
        estimates="the gain over the mean of either condition: the paper's two percentages",
    ),
    Figure(
        names=("js_similarity_gain_p",),
        estimates="whether a gain could be chance, by flipping signs of stems",
        p_values=flips_of_no_gain,
        except_for=where(skewed=True),
        note="flips ask whether gains lie symmetrically around 0; of skewed ones they reject too "
        "often, so what decides is the larger of this p and that of t",
    ),
    Figure(
        names=("js_similarity_gain_p_t",),
        estimates="whether a gain could be chance: the p of its interval",
        p_values=tails_of_no_gain,
        except_for=where(units=(6,), skewed=True),
        note="at 0.01 six skewed stems reject too often; the least p of six stems' flips is 0.03, "
        "so the larger of both does not",
    ),
    Figure(
        names=("js_similarity_gain_p_holm", "js_similarity_gain_q_bh"),
        estimates="whether any of a family of gains is more than chance, by the larger p of each",
        p_values=family_of_no_gains,
        sample=20,
        except_for=where(units=(12,), skewed=True),
        note="a family of five groups without a gain; at 0.01 twelve skewed stems reject too often",
    ),
    Figure(
        names=("js_similarity_gain_p_published",),
        estimates="the paper's test, of questions as if they were independent: rejects too often",
    ),
    Figure(
        names=("recognition_top1", "recognition_top2", "recognition_top5"),
        estimates="share of pictures whose country the model names first, among two, among five",
        intervals=share_of_pictures,
        except_for=where(units=(6,), skewed=True),
        note="units are pictures; mean over models: of one share Wilson covers from 0.83 to 1, of "
        "six pictures and shares near 1 0.93",
    ),
    Figure(
        names=(
            *("recognition_mrr", "recognition_p_country", "recognition_answer_mass"),
            *("recognition_top1_chance", "top1", "top2", "top5", "reciprocal_rank", "p_country"),
            *("answer_mass", "chance"),
        ),
        estimates="how near a picture's answer is to its country, and what guessing gives",
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
