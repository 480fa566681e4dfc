"""Simulations of figures of studies: raters' agreement, and metrics against people's ratings.

Knows how stories lie in cells and who rates them; no rating.
"""

from __future__ import annotations

import numpy as np

from benchmark.metrics.correlation import rank_correlation
from benchmark.metrics.divergence import FloatArray
from benchmark.metrics.rater_agreement import alpha_interval, ordinal_alpha
from tests.validity.figure import Ends
from tests.validity.setting import Setting

STEPS = (-1.2, -0.4, 0.4, 1.2)  # between five ratings
LENIENT = (-2.0, -1.5, -1.0, -0.3)  # ratings that pile up at the upper end
RELIABILITY = 0.5  # the part of a rating's variance that is the story's
MANY = 20_000
ALIKE = 0.6  # the part of a story's value that its cell's stories share
MODELS = 4
RHO = 0.5
RESAMPLES = 500
ORDERS = 199


def alpha_of_raters(rng: np.random.Generator, setting: Setting, repetitions: int) -> Ends:
    """Three raters of every story, or two to four."""
    truth = ordinal_alpha(_ratings(rng, replace_units(setting, MANY)))
    ends = [
        alpha_interval(_ratings(rng, setting), rng=rng, resamples=RESAMPLES)
        for _ in range(repetitions)
    ]
    low, high = np.array(ends).T
    return Ends(low=low, high=high, truth=truth)


def rho_of_stories(rng: np.random.Generator, setting: Setting, repetitions: int) -> Ends:
    """Spearman's rho of a metric with ratings in four steps, a story a cell."""
    steps = LENIENT[1:] if setting.skewed else (-1.0, 0.0, 1.0)
    x, y = _pair(rng, MANY, steps)
    truth = _spearman(x, y)
    low, high = np.empty(repetitions), np.empty(repetitions)
    for k in range(repetitions):
        x, y = _pair(rng, setting.units, steps)
        low[k], high[k] = rank_correlation(
            x, y, rng=rng, resamples=RESAMPLES, permutations=1
        ).rho_interval
    return Ends(low=low, high=high, truth=truth)


def unrelated_cells(rng: np.random.Generator, setting: Setting, repetitions: int) -> FloatArray:
    """A metric and ratings that both lie in cells of four models' stories and have no relation.

    Where unequal, every other cell lacks two models; where skewed, models have levels of their own.
    """
    models = np.tile(np.arange(MODELS), setting.units)
    cell = np.repeat(np.arange(setting.units), MODELS)
    there = (cell % 2 == 0) | (models < MODELS // 2) | setting.equal
    level = 1.5 * models if setting.skewed else 0.0 * models
    found = np.empty(repetitions)
    for k in range(repetitions):
        x, y = (
            level
            + np.sqrt(ALIKE) * rng.standard_normal(setting.units)[cell]
            + np.sqrt(1 - ALIKE) * rng.standard_normal(cell.size)
            for _ in range(2)
        )
        found[k] = rank_correlation(
            x[there],
            y[there],
            rng=rng,
            resamples=1,
            permutations=ORDERS,
            clusters=cell[there],
            places=models[there],
        ).p
    return found


def replace_units(setting: Setting, units: int) -> Setting:
    """The setting with so many units."""
    return Setting(units=units, equal=setting.equal, skewed=setting.skewed)


def _ratings(rng: np.random.Generator, setting: Setting) -> FloatArray:
    raters = 3 if setting.equal else 4
    story = np.sqrt(RELIABILITY) * rng.standard_normal((setting.units, 1))
    seen = story + np.sqrt(1 - RELIABILITY) * rng.standard_normal((setting.units, raters))
    rated = np.digitize(seen, LENIENT if setting.skewed else STEPS) + 1.0
    if not setting.equal:
        missing = np.arange(raters) >= 2 + np.arange(setting.units)[:, None] % 3
        rated = np.where(missing, np.nan, rated)
    return np.asarray(rated, dtype=np.float64)


def _pair(
    rng: np.random.Generator, n: int, steps: tuple[float, ...]
) -> tuple[FloatArray, FloatArray]:
    x = rng.standard_normal(n)
    y = RHO * x + np.sqrt(1 - RHO**2) * rng.standard_normal(n)
    return x, np.digitize(y, steps).astype(np.float64)


def _spearman(x: FloatArray, y: FloatArray) -> float:
    from scipy.stats import spearmanr

    return float(spearmanr(x, y).statistic)
