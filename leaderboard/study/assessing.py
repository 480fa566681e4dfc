"""What the ratings say: agreement among raters, means, and how far automatic metrics go with them.

Knows ratings and the key; no file and no table. Figures are `Score`s, scoped by ``dimension`` and
``model``, ``against``, ``country`` or ``metric``. Nothing depends on the order of annotations:
what is drawn follows from the study's id and the figure's name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from benchmark.metrics.crossed import IntArray, crossed_means
from benchmark.metrics.divergence import FloatArray
from benchmark.metrics.rater_agreement import alpha_interval, ordinal_alpha, rated_twice
from benchmark.metrics.resampling import (
    MIN_STEMS,
    RESAMPLES,
    expanded_level,
    percentile_interval,
)
from benchmark.records import Score
from benchmark.story_dimensions import OVERALL
from leaderboard.study.metric_agreement import agreement
from leaderboard.study.sheet import Sheet, mean_of

MEAN_RESAMPLES = 2_000
TOO_FEW = "too few"
LEVEL = 0.95


def assess(sheet: Sheet, *, by_dimension: bool = True) -> list[Score]:
    """All figures of a sheet; without ``by_dimension`` metrics are held against the mean alone."""
    found: list[Score] = []
    for name, ratings in sheet.columns():
        if name != OVERALL:
            found.append(_alpha(sheet, name, ratings))
        found += _means(sheet, name, ratings)
    found += agreement(sheet, [OVERALL])
    return found + (agreement(sheet, sheet.key.dimensions.names) if by_dimension else [])


# --- raters among themselves ---------------------------------------------------------------


def _alpha(sheet: Sheet, name: str, ratings: FloatArray) -> Score:
    low, high = alpha_interval(ratings, rng=sheet.rng("alpha", name))
    twice = rated_twice(ratings)
    known = not np.isnan(low)
    return Score(
        metric="alpha",
        value=ordinal_alpha(ratings),
        scope={"dimension": name},
        n=twice,
        n_missing=len(sheet.items) - twice,
        low=low,
        high=high,
        method=f"ordinal; {RESAMPLES} resamples of stories" if known else f"ordinal; {TOO_FEW}",
    )


# --- means ---------------------------------------------------------------------------------


def _means(sheet: Sheet, name: str, ratings: FloatArray) -> Iterator[Score]:
    everything = np.zeros(len(sheet.items), dtype=np.intp)
    yield from _grouped(sheet, name, ratings, "", [""], everything)
    yield from _grouped(sheet, name, ratings, "model", *sheet.codes("model"))
    countries, code = sheet.codes("country")
    for place, country in enumerate(countries):  # cells lie within: each country draws its own
        inside = np.where(code == place, 0, -1)
        yield from _grouped(sheet, name, ratings, "country", [country], inside)


def _grouped(
    sheet: Sheet,
    name: str,
    ratings: FloatArray,
    factor: str,
    members: Sequence[str],
    code: IntArray,
) -> Iterator[Score]:
    """Means of the groups that share their cells, and of every two the difference."""
    mine = code >= 0
    cells = np.array(sheet.cells)[mine]
    vary = len(sheet.raters) >= MIN_STEMS
    number = len(set(cells.tolist()))
    samples = crossed_means(
        ratings[mine],
        cells,
        code[mine],
        rng=sheet.rng("mean", name, factor, *members),
        raters_vary=vary,
        resamples=MEAN_RESAMPLES,
    )
    units = min(number, len(sheet.raters)) if vary else number
    method = _method(number, len(sheet.raters), vary=vary)
    values = [_overall(ratings[code == place]) for place in range(len(members))]
    assigned = sheet.assigned()
    for place, member in enumerate(members):
        group = code == place
        known = int((~np.isnan(ratings[group])).sum())
        low, high = _ends(samples[:, place], units, number)
        yield Score(
            metric="mean_rating",
            value=values[place],
            scope={"dimension": name, **({factor: member} if factor else {})},
            n=known,
            n_missing=int(assigned[group].sum()) - known,
            low=low,
            high=high,
            method=method,
        )
    for one, other in combinations(range(len(members)), 2):
        low, high = _ends(samples[:, one] - samples[:, other], units, number)
        yield Score(
            metric="mean_difference",
            value=values[one] - values[other],
            scope={"dimension": name, "model": members[one], "against": members[other]},
            n=number,
            low=low,
            high=high,
            method=method,
            higher_is_better=None,
        )


def _overall(ratings: FloatArray) -> float:
    return float(mean_of(ratings.ravel(), axis=0))


def _ends(samples: FloatArray, units: int, cells: int) -> tuple[float, float]:
    """The interval, wider where few were drawn from; NaN where too few."""
    if cells < MIN_STEMS:
        return float("nan"), float("nan")
    low, high = percentile_interval(samples, expanded_level(LEVEL, units))
    return float(low), float(high)


def _method(cells: int, raters: int, *, vary: bool) -> str:
    if cells < MIN_STEMS:
        return f"{TOO_FEW}: {cells} cells"
    who = f"and {raters} raters" if vary else f"alone; {raters} raters are too few to be drawn"
    return f"{MEAN_RESAMPLES} resamples of {cells} cells {who}"
