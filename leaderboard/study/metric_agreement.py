"""How far automatic metrics agree with people: rank correlations of stories, one test family.

Knows a sheet of ratings and the metrics in the key; no file and no table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from benchmark.metrics.correlation import rank_correlation, weighted_rank_correlations
from benchmark.metrics.crossed import IntArray
from benchmark.metrics.directions import direction
from benchmark.metrics.divergence import FloatArray
from benchmark.metrics.means import mean_along
from benchmark.metrics.permutation import holm
from benchmark.metrics.resampling import RESAMPLES
from benchmark.records import Score
from leaderboard.study.key import Key
from leaderboard.study.sheet import Sheet

CORRELATION_RESAMPLES = 1_000


def agreement(sheet: Sheet, dimensions: Sequence[str]) -> list[Score]:
    """How far each automatic metric orders the stories as people's mean of each dimension does.

    The p shuffles whole cells, models in their places: stories of one cell are alike in theme and
    picture, and a metric that only tells models apart does not make it small. The p-values of all
    given metrics and dimensions are one family for Holm's correction.
    """
    ratings = dict(sheet.columns())
    found = [
        (_scope(name, metric), _correlate(sheet, name, metric, mean_along(ratings[name], axis=1)))
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
                n_clusters=about.n_clusters,
                method=f"Holm over {tests} tests",
                higher_is_better=direction("spearman_p_holm"),
            )
        )
    return every


def metrics(key: Key) -> list[str]:
    """The automatic metrics in the stories' run files."""
    return sorted({name for story in key.stories.values() for name in story.values})


def _scope(dimension: str, metric: str) -> Mapping[str, str]:
    return {"dimension": dimension, "metric": metric}


def _correlate(sheet: Sheet, dimension: str, metric: str, people: FloatArray) -> dict[str, Score]:
    column = [sheet.key.stories[item].values.get(metric, np.nan) for item in sheet.items]
    machine = np.array(column, dtype=np.float64)
    both = ~np.isnan(machine) & ~np.isnan(people)
    x, y = machine[both], people[both]
    cells = np.array(sheet.cells)[both]
    _, models = sheet.codes("model")
    found = rank_correlation(
        x,
        y,
        rng=sheet.rng("correlation", dimension, metric),
        resamples=CORRELATION_RESAMPLES,
        permutations=RESAMPLES,
        clusters=cells,
        places=_places(cells, models[both]),
    )
    method = "" if not np.isnan(found.rho) else "constant, or too few stories"
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
            n_clusters=np.unique(cells).size,
            low=ends[0],
            high=ends[1],
            method=method
            or f"{CORRELATION_RESAMPLES} resamples of cells; {RESAMPLES} orders of cells",
            higher_is_better=direction(name),
        )
        for name, (value, ends) in figures.items()
    }


def _places(cells: npt.NDArray[np.str_], models: IntArray) -> list[str]:
    """Each story's model and, where a cell has several of it, which of them in the key's order."""
    seen: Counter[tuple[str, int]] = Counter()
    found = []
    for cell, model in zip(cells.tolist(), models.tolist(), strict=True):
        found.append(f"{model}/{seen[cell, model]}")
        seen[cell, model] += 1
    return found


def _within(x: FloatArray, y: FloatArray, models: IntArray) -> float:
    """Spearman's correlation of what remains of both after subtracting each model's mean."""
    if x.size < 2:
        return float("nan")
    sides = []
    for values in (x, y):
        sums = np.bincount(models, values)
        sides.append(values - (sums / np.maximum(1, np.bincount(models)))[models])
    (rho,), _ = weighted_rank_correlations(sides[0], sides[1], np.ones((1, x.size)))
    return float(rho)
