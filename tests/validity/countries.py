"""Rows of docs/validity.md: figures over countries.

Knows metrics whose unit is a country; not how tables are made.
"""

from __future__ import annotations

from tests.validity.countries_simulated import (
    identification_ends,
    identification_p,
    spread_ends,
    tau_ends,
    tau_p,
)
from tests.validity.figure import Figure

COUNTRIES: tuple[Figure, ...] = (
    Figure(
        names=("identification_top1", "identification_mrr"),
        estimates=(
            "how often a country's answers are nearest to its own people, over other countries "
            "asked these questions"
        ),
        intervals=identification_ends,
        repetitions=200,
        sample=20,
    ),
    Figure(
        names=("identification_top1_p", "identification_mrr_p"),
        estimates="whether labels of countries handed out at random would fit as well",
        p_values=identification_p,
        repetitions=200,
        sample=20,
    ),
    Figure(
        names=("identification_top1_chance", "identification_mrr_chance"),
        estimates="what guessing among the candidates gives",
    ),
    Figure(
        names=("distance_tau_b",),
        estimates="rank correlation of distances between countries: the model's with the truth",
        intervals=tau_ends,
        repetitions=100,
        sample=20,
    ),
    Figure(
        names=("distance_tau_b_p",),
        estimates="whether answers handed out at random within each question would agree as well",
        p_values=tau_p,
        repetitions=120,
        sample=20,
    ),
    Figure(
        names=("distance_tau_b_people",),
        estimates="what the people of a fresh sample reach",
    ),
    Figure(
        names=("spread_ratio",),
        estimates="how far apart the model's countries lie, over how far the people's do",
        intervals=spread_ends,
        note="where a question has one answer, noise counts as spread, and the method says so",
    ),
)
