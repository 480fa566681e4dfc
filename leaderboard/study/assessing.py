"""What the ratings say: agreement among raters, means, and how far automatic metrics go with them.

Knows ratings and the key; no file and no table. Figures are `Score`s, scoped by ``dimension`` and
``model``, ``against``, ``country`` or ``metric``. Nothing depends on the order of annotations:
what is drawn follows from the study's id and the figure's name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from benchmark.metrics.correlation import rank_correlation, weighted_rank_correlations
from benchmark.metrics.crossed import IntArray, crossed_means
from benchmark.metrics.divergence import BoolArray, FloatArray
from benchmark.metrics.permutation import holm
from benchmark.metrics.rater_agreement import alpha_interval, ordinal_alpha, rated_twice
from benchmark.metrics.resampling import (
    MIN_STEMS,
    RESAMPLES,
    expanded_level,
    percentile_interval,
)
from benchmark.records import Score
from benchmark.story_dimensions import OVERALL
from leaderboard.study.key import Key

MEAN_RESAMPLES = 2_000
CORRELATION_RESAMPLES = 1_000
TOO_FEW = "too few"
LEVEL = 0.95


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """The ratings that are assessed: stories in the key's order, the raters that are left."""

    study: str
    key: Key
    items: tuple[str, ...]
    raters: tuple[str, ...]
    values: FloatArray  # (dimensions, items, raters), NaN is missing

    @property
    def cells(self) -> list[str]:
        return [self.key.stories[item].cell for item in self.items]

    def codes(self, field: str) -> tuple[list[str], IntArray]:
        """The members of a factor, and the place of each item's."""
        members = [str(getattr(self.key.stories[item], field)) for item in self.items]
        names, codes = np.unique(np.array(members), return_inverse=True)
        return names.tolist(), codes.astype(np.intp)

    def assigned(self) -> BoolArray:
        """What is on whose list, (items, raters)."""
        lists = [set(self.key.raters[rater]) for rater in self.raters]
        return np.array([[item in mine for mine in lists] for item in self.items], dtype=np.bool_)

    def columns(self) -> Iterator[tuple[str, FloatArray]]:
        """Each dimension's ratings, and the mean of all of a rater for a story, last."""
        yield from zip(self.key.dimensions.names, self.values, strict=True)
        yield OVERALL, _mean(self.values, axis=0)


def assess(sheet: Sheet, *, by_dimension: bool = True) -> list[Score]:
    """All figures of a sheet; without ``by_dimension`` metrics are held against the mean alone."""
    found: list[Score] = []
    for name, ratings in sheet.columns():
        if name != OVERALL:
            found.append(_alpha(sheet, name, ratings))
        found += _means(sheet, name, ratings)
    found += agreement(sheet, [OVERALL])
    return found + (agreement(sheet, sheet.key.dimensions.names) if by_dimension else [])


def _rng(sheet: Sheet, *words: str) -> np.random.Generator:
    """Of the figure's own, so that no figure depends on which others are made."""
    seed = hashlib.sha256("/".join((sheet.study, *words)).encode()).digest()
    return np.random.default_rng(list(seed))


def _mean(values: FloatArray, axis: int) -> FloatArray:
    """The mean of what is there; NaN where nothing is."""
    known = ~np.isnan(values)
    number = known.sum(axis=axis)
    total = np.where(known, values, 0.0).sum(axis=axis)
    found: FloatArray = np.where(number > 0, total / np.maximum(1, number), np.nan)
    return found


# --- raters among themselves ---------------------------------------------------------------


def _alpha(sheet: Sheet, name: str, ratings: FloatArray) -> Score:
    low, high = alpha_interval(ratings, rng=_rng(sheet, "alpha", name))
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
        rng=_rng(sheet, "mean", name, factor, *members),
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
    return float(_mean(ratings.ravel(), axis=0))


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


# --- automatic metrics ---------------------------------------------------------------------


def agreement(sheet: Sheet, dimensions: Sequence[str]) -> list[Score]:
    """How each automatic metric orders the stories, held against people's mean of each dimension.

    The p-values of all metrics and dimensions given are one family of Holm's.
    """
    ratings = dict(sheet.columns())
    found = [
        (_scope(name, metric), _correlated(sheet, name, metric, _mean(ratings[name], axis=1)))
        for name in dimensions
        for metric in metrics(sheet.key)
    ]
    corrected = holm([scores["spearman_p"].value for _, scores in found])
    tests = int((~np.isnan(corrected)).sum())
    every: list[Score] = []
    for (scope, scores), p in zip(found, corrected, strict=True):
        about = scores["spearman_p"]
        every += scores.values()
        every.append(
            Score(
                metric="spearman_p_holm",
                value=float(p),
                scope=scope,
                n=about.n,
                n_missing=about.n_missing,
                method=f"Holm over {tests} tests",
                higher_is_better=None,
            )
        )
    return every


def metrics(key: Key) -> list[str]:
    """The automatic metrics that the stories' run files have."""
    return sorted({name for story in key.stories.values() for name in story.values})


def _scope(dimension: str, metric: str) -> Mapping[str, str]:
    return {"dimension": dimension, "metric": metric}


def _correlated(sheet: Sheet, dimension: str, metric: str, people: FloatArray) -> dict[str, Score]:
    column = [sheet.key.stories[item].values.get(metric, np.nan) for item in sheet.items]
    machine = np.array(column, dtype=np.float64)
    both = ~np.isnan(machine) & ~np.isnan(people)
    x, y = machine[both], people[both]
    found = rank_correlation(
        x,
        y,
        rng=_rng(sheet, "correlation", dimension, metric),
        resamples=CORRELATION_RESAMPLES,
        permutations=RESAMPLES,
        clusters=np.array(sheet.cells)[both],
    )
    method = "" if not np.isnan(found.rho) else "constant, or too few stories"
    _, models = sheet.codes("model")
    figures = {
        "spearman": (found.rho, found.rho_interval),
        "kendall_tau_b": (found.tau_b, found.tau_b_interval),
        "spearman_p": (found.p, (np.nan, np.nan)),
        "spearman_within_models": (_within(x, y, models[both]), (np.nan, np.nan)),
    }
    return {
        name: Score(
            metric=name,
            value=value,
            scope=_scope(dimension, metric),
            n=found.n,
            n_missing=len(sheet.items) - found.n,
            low=ends[0],
            high=ends[1],
            method=method or f"{CORRELATION_RESAMPLES} resamples of cells; {RESAMPLES} orders",
            higher_is_better=None,
        )
        for name, (value, ends) in figures.items()
    }


def _within(x: FloatArray, y: FloatArray, models: IntArray) -> float:
    """Spearman's correlation of what is left of both after each model's mean is taken off."""
    if x.size < 2:
        return float("nan")
    sides = []
    for values in (x, y):
        sums = np.bincount(models, values)
        sides.append(values - (sums / np.maximum(1, np.bincount(models)))[models])
    (rho,), _ = weighted_rank_correlations(sides[0], sides[1], np.ones((1, x.size)))
    return float(rho)
