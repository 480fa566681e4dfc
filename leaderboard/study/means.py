"""Mean ratings by model and nationality, with intervals over other cells and raters.

Knows ratings and the key; no file and no table. An interval rests on the cells and raters that
have a rating in its group: others say nothing about it, and drawing them would make it too narrow.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from benchmark.metrics.crossed import IntArray, crossed_means
from benchmark.metrics.directions import direction
from benchmark.metrics.divergence import BoolArray, FloatArray
from benchmark.metrics.means import mean_along
from benchmark.metrics.resampling import MIN_STEMS, expanded_level, percentile_interval
from benchmark.records import Score
from leaderboard.study.sheet import Sheet

MEAN_RESAMPLES = 2_000
LEVEL = 0.95
TOO_FEW = "too few"
HARDLY_RATED = "hardly rated"
HELD_FIXED = "too few to be drawn"


@dataclass(frozen=True, kw_only=True, slots=True)
class Interval:
    """The ends of an interval, or NaN; on how many cells it rests, and how it was found."""

    low: float
    high: float
    cells: int
    method: str


def means(sheet: Sheet, name: str, ratings: FloatArray) -> Iterator[Score]:
    """Means of a dimension: of all stories, of each model and nationality, and differences."""
    everything = np.ones(len(sheet.items), dtype=np.bool_)
    yield _mean(sheet, name, ratings, everything, {})
    models, code = sheet.codes("model")
    for place, model in enumerate(models):
        yield _mean(sheet, name, ratings, code == place, {"model": model})
    for one, other in combinations(range(len(models)), 2):
        yield _difference(sheet, name, ratings, code, (one, other))
    countries, code = sheet.codes("country")
    for place, country in enumerate(countries):
        yield _mean(sheet, name, ratings, code == place, {"country": country})


def _mean(
    sheet: Sheet, name: str, ratings: FloatArray, group: BoolArray, scope: dict[str, str]
) -> Score:
    words = [word for pair in scope.items() for word in pair]
    interval = _interval(sheet, ratings, np.where(group, 0, -1), "mean", name, *words)
    known = int((~np.isnan(ratings[group])).sum())
    return Score(
        metric="mean_rating",
        higher_is_better=direction("mean_rating"),
        value=_overall(ratings[group]),
        scope={"dimension": name, **scope},
        n=known,
        n_missing=int(sheet.assigned()[group].sum()) - known,
        n_clusters=interval.cells,
        low=interval.low,
        high=interval.high,
        method=interval.method,
    )


def _difference(
    sheet: Sheet, name: str, ratings: FloatArray, code: IntArray, pair: tuple[int, int]
) -> Score:
    """One model less the other; each resample has the same cells and raters for both."""
    names, _ = sheet.codes("model")
    one, other = pair
    group = np.select([code == one, code == other], [0, 1], -1)
    interval = _interval(sheet, ratings, group, "difference", name, names[one], names[other])
    return Score(
        metric="mean_difference",
        higher_is_better=direction("mean_difference"),
        value=_overall(ratings[code == one]) - _overall(ratings[code == other]),
        scope={"dimension": name, "model": names[one], "against": names[other]},
        n=interval.cells,
        n_clusters=interval.cells,
        low=interval.low,
        high=interval.high,
        method=interval.method,
    )


def _overall(ratings: FloatArray) -> float:
    return float(mean_along(ratings.ravel()))


# --- intervals -----------------------------------------------------------------------------


def _interval(sheet: Sheet, ratings: FloatArray, code: IntArray, *words: str) -> Interval:
    """The interval of the mean of group 0, less that of group 1 if there is one."""
    known, cells = ~np.isnan(ratings), np.array(sheet.cells)
    groups = [known & (code == place)[:, None] for place in range(int(code.max()) + 1)]
    number = min(len(set(cells[group.any(axis=1)].tolist())) for group in groups)
    raters = min(int(group.any(axis=0).sum()) for group in groups)
    if number < MIN_STEMS:
        return Interval(low=np.nan, high=np.nan, cells=number, method=f"{TOO_FEW}: {number} cells")
    vary = raters >= MIN_STEMS
    mine = np.logical_or.reduce(groups)
    rows = mine.any(axis=1)
    samples = crossed_means(
        ratings[rows][:, mine.any(axis=0)],
        cells[rows],
        code[rows],
        rng=sheet.rng(*words),
        raters_vary=vary,
        resamples=MEAN_RESAMPLES,
    )
    drawn = samples[:, 0] - samples[:, 1] if len(groups) > 1 else samples[:, 0]
    level = expanded_level(LEVEL, min(number, raters) if vary else number)
    low, high = map(float, percentile_interval(drawn, level))
    method = _method(number, raters, vary=vary, without=int(np.isnan(drawn).sum()))
    return Interval(low=low, high=high, cells=number, method=method)


def _method(cells: int, raters: int, *, vary: bool, without: int) -> str:
    who = f"and {raters} raters" if vary else f"alone; {raters} raters are {HELD_FIXED}"
    drawn = f"{MEAN_RESAMPLES} resamples of {cells} cells {who}"
    return f"{HARDLY_RATED}: {without} of {drawn} hold no rating" if without else drawn
