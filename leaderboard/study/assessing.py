"""What the ratings say: agreement among raters, means, and agreement with automatic metrics.

Knows ratings and the key; no file and no table. Figures are `Score`s, scoped by ``dimension`` and
``model``, ``against``, ``country`` or ``metric``. Nothing depends on the order of annotations:
random draws follow from the study's id and the figure's name.
"""

from __future__ import annotations

import numpy as np

from benchmark.metrics.directions import direction
from benchmark.metrics.divergence import FloatArray
from benchmark.metrics.rater_agreement import alpha_interval, ordinal_alpha, rated_twice
from benchmark.metrics.resampling import MIN_STEMS, RESAMPLES
from benchmark.records import Score
from leaderboard.study.dimensions import OVERALL
from leaderboard.study.means import TOO_FEW, means
from leaderboard.study.metric_agreement import agreement
from leaderboard.study.sheet import Sheet

HARDLY_VARIES = "hardly varies"


def assess(sheet: Sheet, *, by_dimension: bool = True) -> list[Score]:
    """All figures of a sheet; unless ``by_dimension``, metrics are compared with the mean alone."""
    found: list[Score] = []
    for name, ratings in sheet.columns():
        if name != OVERALL:
            found.append(_alpha(sheet, name, ratings))
        found += means(sheet, name, ratings)
    found += agreement(sheet, [OVERALL])
    return found + (agreement(sheet, sheet.key.dimensions.names) if by_dimension else [])


def _alpha(sheet: Sheet, name: str, ratings: FloatArray) -> Score:
    low, high = alpha_interval(ratings, rng=sheet.rng("alpha", name))
    twice = rated_twice(ratings)
    return Score(
        metric="alpha",
        higher_is_better=direction("alpha"),
        value=ordinal_alpha(ratings),
        scope={"dimension": name},
        n=twice,
        n_missing=len(sheet.items) - twice,
        low=low,
        high=high,
        method=f"ordinal; {_how(twice, known=not np.isnan(low))}",
    )


def _how(twice: int, *, known: bool) -> str:
    """How the interval was found, or why there is none: a resample may hold only one value."""
    if known:
        return f"{RESAMPLES} resamples of stories"
    return TOO_FEW if twice < MIN_STEMS else HARDLY_VARIES
