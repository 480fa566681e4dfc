"""Rows of docs/validity.md: generated stories.

Knows metrics of the suite stories; not how tables are made.
"""

from __future__ import annotations

from tests.validity.alignment_simulations import unrelated, unrelated_concepts
from tests.validity.figure import Figure
from tests.validity.setting import EVERYWHERE, where
from tests.validity.story_simulations import (
    mean_of_stories,
    nationalities_alike,
    nationalities_equally_varied,
    share_of_stories,
)
from tests.validity.values_simulated import flips_of_no_gain

STORIES: tuple[Figure, ...] = (
    Figure(
        names=("usable", "refusal", "empty", "truncated", "in_language"),
        estimates="shares of stories, with concepts as units",
        intervals=share_of_stories,
    ),
    Figure(
        names=(
            "n_words",
            "mtld",
            "hdd",
            "distinct_1",
            "distinct_2",
            "distinct_3",
            "self_similarity",
            "echo",
        ),
        estimates="length and variety of words, what is copied from the prompt: mean over concepts",
        intervals=mean_of_stories,
    ),
    Figure(
        names=("story_word_*", "story_marker_*", "story_group_word_*", "story_group_marker_*"),
        estimates="words that mark a nationality's stories",
    ),
    Figure(
        names=("story_variance_*", "story_f_published*"),
        estimates="the paper's variances and F",
    ),
    Figure(
        names=(
            "story_permanova_f",
            "story_omega2",
            "story_r2",
            "story_r2_null",
            "story_dispersion",
            "story_dispersion_f",
            "story_distinctness",
        ),
        estimates="how far stories of nationalities differ",
    ),
    Figure(
        names=("story_permanova_p", "story_permanova_p_holm"),
        estimates="whether nationalities could be told alike",
        p_values=nationalities_alike,
        repetitions=1_000,
    ),
    Figure(
        names=("story_dispersion_p", "story_group_dispersion_p"),
        estimates="whether nationalities, or groups, could be equally varied",
        p_values=nationalities_equally_varied,
        note="rejects .04 to .10 at 0.05, as the centre is that of the same stories and cells of "
        "fewer stories vary more; gates refuse it",
        except_for=EVERYWHERE,
        repetitions=300,
    ),
    Figure(
        names=(
            "story_alignment_tau",
            "story_similarity_tau",
            "story_alignment_tau_missing_as_zero",
        ),
        estimates="rank correlation of stories' distances with cultural distances",
    ),
    Figure(
        names=("story_alignment_tau_p",),
        estimates="whether it could be chance, by relabelling nationalities",
        p_values=unrelated,
        repetitions=300,
        sample=25,
    ),
    Figure(
        names=("story_alignment_tau_q_bh",),
        estimates="whether any of a proxy's concepts could be more than chance",
        p_values=unrelated_concepts,
        repetitions=200,
        sample=20,
        note="three concepts without a relation",
    ),
    Figure(
        names=(
            "story_group_permanova_f",
            "story_group_omega2",
            "story_group_r2",
            "story_group_r2_null",
            "story_group_dispersion",
            "story_group_dispersion_f",
            "story_group_distinctness",
            "story_group_distance",
            "story_group_apart",
        ),
        estimates="how far stories of groups of nationalities differ",
    ),
    Figure(
        names=(
            "story_group_permanova_p",
            "story_group_permanova_p_holm",
        ),
        estimates="whether groups could be told alike",
        p_values=nationalities_alike,
        repetitions=1_000,
    ),
    Figure(
        names=("story_recall",),
        estimates="share of stories whose own picture is nearest",
        intervals=share_of_stories,
    ),
    Figure(
        names=("story_recall_chance",),
        estimates="what guessing gives",
    ),
    Figure(
        names=("story_picture_similarity",),
        estimates="mean cosine of story and picture",
        note="its scale is the encoder's own; without an interval",
    ),
    Figure(
        names=("encoder_agreement", "encoder_tau"),
        estimates="whether encoders rank models alike",
        note="over the few models of a run; without an interval",
    ),
    Figure(
        names=("encoder_favour",),
        estimates="what an encoder gives a model beyond the others",
    ),
    Figure(
        names=("encoder_favour_p", "encoder_favour_p_holm"),
        estimates="whether that could be chance, by flipping signs of whole concepts",
        p_values=flips_of_no_gain,
        except_for=where(skewed=True),
        note="flips ask whether favours lie symmetrically around 0, and reject too often if skewed",
    ),
)
