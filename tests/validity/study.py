"""Rows of docs/validity.md: ratings by people.

Knows figures of `python -m leaderboard study` and `transfer`; not how tables are made.
"""

from __future__ import annotations

from tests.validity.figure import Figure

STUDY: tuple[Figure, ...] = (
    Figure(
        names=("alpha",),
        estimates="Krippendorff's ordinal alpha: how far raters agree",
        pending=True,
    ),
    Figure(names=("mean_rating",), estimates="mean rating over cells and raters", pending=True),
    Figure(
        names=("mean_difference",), estimates="one model's mean rating less another's", pending=True
    ),
    Figure(
        names=("spearman", "spearman_within_models", "kendall_tau_b"),
        estimates="rank correlation of a metric with people's ratings",
        pending=True,
    ),
    Figure(
        names=("spearman_p", "spearman_p_holm"),
        estimates="whether it could be chance",
        pending=True,
    ),
    Figure(
        names=("transfer rho",),
        estimates="rank correlation of two runs' scores over countries",
        pending=True,
    ),
    Figure(
        names=("transfer signal", "transfer without noise"),
        estimates="share of variance that is not noise, and the correlation without it",
    ),
)
