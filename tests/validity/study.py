"""Rows of docs/validity.md: ratings by people.

Knows figures of `python -m leaderboard study` and `transfer`; not how tables are made.
"""

from __future__ import annotations

from tests.validity.figure import Figure
from tests.validity.rating_simulations import difference_of_models, mean_of_ratings
from tests.validity.study_simulations import alpha_of_raters, rho_of_stories, unrelated_cells

STUDY: tuple[Figure, ...] = (
    Figure(
        names=("alpha",),
        estimates="Krippendorff's ordinal alpha: how far raters agree",
        intervals=alpha_of_raters,
        repetitions=400,
    ),
    Figure(
        names=("mean_rating",),
        estimates="mean rating over cells and raters",
        intervals=mean_of_ratings,
        repetitions=300,
        sample=20,
        note="twelve raters; below six they count as all there are",
    ),
    Figure(
        names=("mean_difference",),
        estimates="one model's mean rating less another's",
        intervals=difference_of_models,
        repetitions=300,
        sample=20,
    ),
    Figure(
        names=("spearman", "spearman_within_models", "kendall_tau_b"),
        estimates="rank correlation of a metric with people's ratings",
        intervals=rho_of_stories,
        repetitions=1_000,
    ),
    Figure(
        names=("spearman_p", "spearman_p_holm"),
        estimates="whether it could be chance",
        p_values=unrelated_cells,
        repetitions=1_000,
    ),
    Figure(
        names=("transfer rho",),
        estimates="rank correlation of two runs' scores over countries",
        intervals=rho_of_stories,
        repetitions=1_000,
    ),
    Figure(
        names=("transfer signal", "transfer without noise"),
        estimates="share of variance that is not noise, and the correlation without it",
    ),
)
