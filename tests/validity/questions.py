"""Rows of docs/validity.md: multiple-choice questions about cultures.

Knows metrics of the suite cultureverse; not how tables are made.
"""

from __future__ import annotations

from tests.validity.figure import Figure
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
        names=("accuracy", "accuracy_unscored_wrong", "p_right"),
        estimates="share of right answers, and mean probability of the right one",
        intervals=accuracy_of_pictures,
        note="a country among forty: a run of few pictures in all covers .91 to .95, as it cannot "
        "tell how alike a picture's questions are",
    ),
    Figure(
        names=("accuracy_shrunk",),
        estimates="a group's accuracy drawn towards the mean of all: for maps",
    ),
    Figure(
        names=("accuracy_simultaneous", "worst_*"),
        estimates="bounds that hold for all groups at once, so for the worst",
        pending=True,
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
        names=("unscored", "confidence"),
        estimates="share of questions without an answer; mean probability of the answer given",
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
        names=("accuracy_difference_*_p", "accuracy_difference_*_p_holm"),
        estimates="whether a group could be equal to the others",
        pending=True,
    ),
    Figure(
        names=("accuracy_difference_*",),
        estimates="accuracy of a group less that of the others",
        pending=True,
    ),
    Figure(
        names=("ece", "brier"),
        estimates="error of the probabilities given",
        pending=True,
    ),
    Figure(
        names=("ece_plain", "ece_perfect", "brier_*"),
        estimates="parts of that error, and what noise alone gives",
    ),
    Figure(
        names=("image_gain", "image_gain_accuracy"),
        estimates="with the picture less without it",
        intervals=gain_of_pictures,
        except_for=where(skewed=True) | {"6, normal, unequal"},
        note="units are pictures; Student's t over them knows no skew, and six of unlike sizes are "
        "too few",
    ),
    Figure(
        names=("answerable_blind", "answerable_blind_chance", "questions_answerable_blind"),
        estimates="share of questions right without their picture",
    ),
)
