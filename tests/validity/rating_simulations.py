"""Simulations of mean ratings: cells of stories that raters of unlike leniency rate.

Knows how stories, cells and raters differ; no rating of anybody.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmark.metrics.divergence import FloatArray
from benchmark.records import Score
from leaderboard.study.dimensions import read_dimensions
from leaderboard.study.key import Key, KeyStory
from leaderboard.study.means import means
from leaderboard.study.sheet import Sheet
from tests.validity.figure import Ends
from tests.validity.populations import unit_values
from tests.validity.setting import Setting

MODELS = ("a", "b")
RATERS = 12
OF_CELL, OF_STORY, OF_RATER, OF_RATING = 0.5, 0.4, 0.3, 0.6  # standard deviations
MEAN, BETTER = 3.0, 0.3  # of ratings from 1 to 5; by how much the first model is rated higher
SHOWN = 5  # stories that a rater sees, of ten, where unequal


def mean_of_ratings(rng: np.random.Generator, setting: Setting, repetitions: int) -> Ends:
    """The mean of all stories over other cells and other raters."""
    return _ends(rng, setting, repetitions, "mean_rating", MEAN)


def difference_of_models(rng: np.random.Generator, setting: Setting, repetitions: int) -> Ends:
    """One model's mean less another's, both rated in the same cells by the same raters."""
    return _ends(rng, setting, repetitions, "mean_difference", BETTER)


def _ends(
    rng: np.random.Generator, setting: Setting, repetitions: int, metric: str, truth: float
) -> Ends:
    found = []
    for sheet, ratings in _sheets(rng, setting, repetitions):
        found.append(_first(means(sheet, "overall", ratings), metric))
    low, high = (np.array([getattr(score, end) for score in found]) for end in ("low", "high"))
    return Ends(low=low, high=high, truth=truth)


def _first(scores: Iterator[Score], metric: str) -> Score:
    """The first score of that name: of all stories, or of the only two models."""
    return next(score for score in scores if score.metric == metric)


def _sheets(
    rng: np.random.Generator, setting: Setting, repetitions: int
) -> Iterator[tuple[Sheet, FloatArray]]:
    """Two models' stories in as many cells, by twelve raters, who see all of them or one half."""
    stories = {
        f"{model}{cell}": KeyStory(
            model=model,
            country="BRA",
            concept=f"c{cell}",
            temperature=0.3,
            response=1,
            image="",
            values={},
        )
        for cell in range(setting.units)
        for model in MODELS
    }
    key = Key(
        seed=0,
        proxy="none",
        dimensions=read_dimensions(),
        models=(),
        stories=stories,
        checks={},
        raters={f"r{at}": tuple(stories) for at in range(RATERS)},
    )
    cell = np.repeat(np.arange(setting.units), len(MODELS))
    better = np.tile([BETTER / 2, -BETTER / 2], setting.units)
    for k, of_cell in enumerate(unit_values(rng, setting, repetitions)):
        story = MEAN + better + OF_CELL * of_cell[cell]
        story = story + OF_STORY * rng.standard_normal(cell.size)
        rater = OF_RATER * rng.standard_normal(RATERS)
        ratings = story[:, None] + rater + OF_RATING * rng.standard_normal((cell.size, RATERS))
        if not setting.equal:
            sees = (np.arange(cell.size)[:, None] + 3 * np.arange(RATERS)) % 10 < SHOWN
            ratings = np.where(sees, ratings, np.nan)
        values = np.repeat(ratings[None], len(key.dimensions.names), axis=0)
        sheet = Sheet(
            study=f"{k}/{rng.integers(2**31)}",
            key=key,
            items=tuple(stories),
            raters=tuple(key.raters),
            values=values,
        )
        yield sheet, ratings
