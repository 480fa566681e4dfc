"""Rows of docs/validity.md: multiple-choice questions about cultures.

Knows metrics of the suite cultureverse; not how tables are made.
"""

from __future__ import annotations

from tests.validity.figure import Figure
from tests.validity.group_simulations import (
    all_groups_at_once,
    any_equal_pair,
    equal_pair,
    error_of_confidences,
    named_pair,
    passes_worst_group,
    truly_worst_group,
)
from tests.validity.question_simulations import (
    accuracy_of_pictures,
    gain_of_pictures,
    gap_of_countries,
    gap_of_equal_countries,
    gap_p_of_equal_countries,
    gini_p_of_equal_countries,
    skill_of_pictures,
)
from tests.validity.setting import where

QUESTIONS: tuple[Figure, ...] = (
    Figure(
        names=("accuracy", "accuracy_unscored_wrong", "unscored", "answerable_blind"),
        estimates="share of right answers, of questions without an answer, and of those right "
        "without their picture: all by one function",
        intervals=accuracy_of_pictures,
        note="mean over shares; at one share, six pictures cover .93 to .96. One country of forty: "
        "a run of few pictures in all covers .91 to .95, as it cannot tell how alike a picture's "
        "questions are",
    ),
    Figure(
        names=("accuracy_shrunk",),
        estimates="a group's accuracy drawn towards the mean of all: for maps",
    ),
    Figure(
        names=("accuracy_simultaneous",),
        estimates="accuracies of groups with bounds that hold for all of them at once",
        intervals=all_groups_at_once,
        repetitions=1_000,
        except_for=where(units=(40,), skewed=True),
        note="counted as covering only where every group's does; all equal in every other run; of "
        "forty near the ceiling an upper end is too low, and regions, continents and income "
        "groups, which have these bounds, are six at most",
    ),
    Figure(
        names=("worst_*",),
        estimates="accuracy of the truly worst group, whichever looks worst",
        intervals=truly_worst_group,
        wrong=passes_worst_group,
        at_most=0.025,
        repetitions=1_000,
        note="wrong: a gate passes whose min is exactly what the truly worst group has",
    ),
    Figure(
        names=("floor_chance", "blind_accuracy"),
        estimates="what guessing, and what the model without picture scores",
    ),
    Figure(
        names=("skill_chance",),
        estimates="share of the way from chance to all right",
        intervals=skill_of_pictures,
    ),
    Figure(
        names=("p_right", "confidence", "brier"),
        estimates="mean probability of the right answer and of the one given; squared error of all",
    ),
    Figure(
        names=(
            "accuracy_gap_country",
            "accuracy_gap_region",
            "accuracy_gap_continent",
            "accuracy_gap_income_group",
        ),
        estimates="best less worst group at the same mix of questions, beyond noise",
        intervals=gap_of_countries,
        repetitions=400,
    ),
    Figure(
        names=("gini",),
        estimates="inequality of countries at the same mix of questions, beyond noise",
    ),
    Figure(
        names=("accuracy_gap_*_p",),
        estimates="whether groups could be equal",
        intervals=gap_of_equal_countries,
        p_values=gap_p_of_equal_countries,
        repetitions=400,
    ),
    Figure(
        names=("gini_p",),
        estimates="whether countries could be equal",
        p_values=gini_p_of_equal_countries,
        repetitions=400,
    ),
    Figure(
        names=("accuracy_gap_*_plain", "accuracy_gap_*_null", "gini_plain", "gini_null"),
        estimates="the same without correction, and what equal groups give",
    ),
    Figure(
        names=("accuracy_difference_*_p",),
        estimates="whether two groups named in advance could be equal",
        p_values=equal_pair,
        repetitions=600,
    ),
    Figure(
        names=("accuracy_difference_*_p_holm",),
        estimates="whether any of the pairs of six groups could be more than chance",
        p_values=any_equal_pair,
        repetitions=200,
        sample=20,
    ),
    Figure(
        names=("accuracy_difference_*",),
        estimates="accuracy of a group less that of another at the same mix of questions",
        intervals=named_pair,
        repetitions=600,
        note="a pair named in advance",
    ),
    Figure(
        names=("ece",),
        estimates="how far confidence and accuracy lie apart",
        intervals=error_of_confidences,
        repetitions=1_000,
        note="a unit is a dozen pictures; normal: a tenth too sure; skewed: mostly near 1, and "
        "right to be, so that the truth is 0 and the lower end decides; the upper end is "
        "that of the plain error, on the safe side",
    ),
    Figure(
        names=("ece_plain", "ece_perfect", "brier_*"),
        estimates="parts of that error, and what noise alone gives",
    ),
    Figure(
        names=("image_gain", "image_gain_accuracy"),
        estimates="with the picture less without it",
        intervals=gain_of_pictures,
        note="units are pictures; no interval where they are worth fewer than six with equally "
        "many questions",
    ),
    Figure(
        names=("answerable_blind_chance", "questions_answerable_blind"),
        estimates="how many questions are right without their picture, and by guessing alike",
    ),
)
