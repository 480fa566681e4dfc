"""Simulations of the figures over stems: means, skills, spreads, gains and their p-values.

Knows how such figures are put together from columns; no survey.
"""

from __future__ import annotations

import numpy as np

from benchmark.analyses.stem_intervals import Figure
from benchmark.analyses.values.alignment import _deviation, _range
from benchmark.metrics.baselines import skill
from benchmark.metrics.divergence import FloatArray
from benchmark.metrics.permutation import holm, sign_flip_p
from benchmark.metrics.proportions import wilson_interval
from benchmark.metrics.skewed_means import mean_p
from tests.validity.figure import Ends
from tests.validity.populations import beta_deviation, unit_values
from tests.validity.setting import Setting
from tests.validity.stem_tables import intervals, item_columns, units_of_items

SCORE, SPREAD = 0.7, 0.08  # similarities of real stems: their mean and standard deviation
FLOOR, CEILING = 0.55, 0.97
WITHIN = 0.3  # of items around their stem, in its standard deviations: skew stays to be seen
SIGNS = 1_999
FAMILY = 5
TEMPLATES = (0.0, 0.02, 0.05)  # what each wording adds to the similarity


def mean_of_stems(rng: np.random.Generator, setting: Setting, repetitions: int) -> Ends:
    """A mean of stem means, as of a similarity, a distance, option mass."""
    column = SCORE + SPREAD * _column(rng, setting, repetitions)
    figure = Figure(columns=("score",), interval=True)
    return intervals({"score": column}, units_of_items(setting), figure, SCORE)


def skill_of_stems(rng: np.random.Generator, setting: Setting, repetitions: int) -> Ends:
    """Score, floor and ceiling of the same stems; the harder the stem, the lower all three."""
    hard, own, odd = (_column(rng, setting, repetitions) for _ in range(3))
    columns = {
        "score": SCORE + SPREAD * (0.6 * hard + 0.8 * own),
        "floor": FLOOR + SPREAD * (0.8 * hard + 0.6 * odd),
        "ceiling": CEILING + 0.01 * hard,
    }
    truth = (SCORE - FLOOR) / (CEILING - FLOOR)
    figure = Figure(columns=tuple(columns), of_means=skill, interval=True)
    return intervals(columns, units_of_items(setting), figure, truth)


def spread_of_templates(rng: np.random.Generator, setting: Setting, repetitions: int) -> Ends:
    """Highest less lowest of three wordings that differ."""
    return _over_templates(rng, setting, repetitions, deviation=False)


def deviation_of_templates(rng: np.random.Generator, setting: Setting, repetitions: int) -> Ends:
    """Standard deviation over three wordings that differ."""
    return _over_templates(rng, setting, repetitions, deviation=True)


def gain_of_stems(rng: np.random.Generator, setting: Setting, repetitions: int) -> Ends:
    """A difference of two conditions over the same stems."""
    column = 0.02 + 0.5 * SPREAD * _column(rng, setting, repetitions)
    figure = Figure(columns=("gain",), interval=True)
    return intervals({"gain": column}, units_of_items(setting), figure, 0.02)


def flips_of_no_gain(rng: np.random.Generator, setting: Setting, repetitions: int) -> FloatArray:
    """Sign flips of stems whose mean gain is 0."""
    return sign_flip_p(_stem_means(rng, setting, repetitions).T, rng=rng, resamples=SIGNS)


def tails_of_no_gain(rng: np.random.Generator, setting: Setting, repetitions: int) -> FloatArray:
    """The p of the interval."""
    return mean_p(_stem_means(rng, setting, repetitions))


def family_of_no_gains(rng: np.random.Generator, setting: Setting, repetitions: int) -> FloatArray:
    """The least of five groups' larger p, corrected by Holm: whether any is called a gain."""
    larger = np.empty((FAMILY, repetitions))
    for group in larger:
        means = _stem_means(rng, setting, repetitions)
        flips = sign_flip_p(means.T, rng=rng, resamples=SIGNS)
        group[:] = np.maximum(mean_p(means), flips)
    return np.array([holm(column).min() for column in larger.T])


def share_of_pictures(rng: np.random.Generator, setting: Setting, repetitions: int) -> Ends:
    """So many pictures, each named or not, of models that know fewer or more of them."""
    drawn = unit_values(rng, setting, repetitions)[:, 0]
    mean, spread = (1 - 0.6 / 4.6, beta_deviation()) if setting.skewed else (0.6, 0.15)
    truth = np.clip(mean + spread * drawn, 0.02, 0.98)
    named = rng.binomial(setting.units, truth)
    low, high = np.array([wilson_interval(int(count), setting.units) for count in named]).T
    return Ends(low=low, high=high, truth=truth)


def _column(rng: np.random.Generator, setting: Setting, repetitions: int) -> FloatArray:
    return item_columns(rng, setting, repetitions, within=WITHIN)


def _stem_means(rng: np.random.Generator, setting: Setting, repetitions: int) -> FloatArray:
    unit, items = units_of_items(setting), _column(rng, setting, repetitions)
    counts = np.bincount(unit)
    return np.asarray(np.add.reduceat(items, np.cumsum(counts) - counts, axis=1) / counts)


def _over_templates(
    rng: np.random.Generator, setting: Setting, repetitions: int, *, deviation: bool
) -> Ends:
    own = unit_values(rng, setting, repetitions)[:, units_of_items(setting)]
    columns = {
        str(place): SCORE + add + SPREAD * (0.8 * own + 0.4 * _column(rng, setting, repetitions))
        for place, add in enumerate(TEMPLATES)
    }
    truth = float(np.std(TEMPLATES, ddof=1) if deviation else np.ptp(TEMPLATES))
    of_means = _deviation if deviation else _range
    figure = Figure(columns=tuple(columns), of_means=of_means, interval=True)
    return intervals(columns, units_of_items(setting), figure, truth)
