"""Rows of docs/validity.md: figures over countries.

Knows metrics whose unit is a country; not how tables are made.
"""

from __future__ import annotations

from tests.validity.figure import Figure

COUNTRIES: tuple[Figure, ...] = (
    Figure(
        names=("identification_top1", "identification_mrr"),
        estimates="whose people a country's answers are nearest to: share and mean reciprocal rank",
        pending=True,
    ),
    Figure(
        names=("identification_top1_chance", "identification_mrr_chance"),
        estimates="what guessing among the candidates gives",
    ),
    Figure(
        names=("distance_tau_b",),
        estimates="rank correlation of distances between countries: the model's with the people's",
        pending=True,
    ),
    Figure(
        names=("distance_tau_b_p",),
        estimates="whether this agreement could be chance",
        pending=True,
    ),
    Figure(
        names=("distance_tau_b_people",),
        estimates="what the people of a fresh sample reach",
    ),
    Figure(
        names=("spread_ratio",),
        estimates="how far apart the model's countries lie, over how far the people's do",
        pending=True,
    ),
)
