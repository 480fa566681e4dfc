"""Simulations of a ratio of means that a few stems carry, such as the spread across countries.

Knows the figure that the product makes of two columns; no survey.
"""

from __future__ import annotations

import numpy as np

from benchmark.analyses.stem_intervals import Figure
from benchmark.analyses.values.spread import ratio_of_spreads
from benchmark.metrics.divergence import FloatArray
from tests.validity.figure import Ends
from tests.validity.populations import unit_values
from tests.validity.setting import Setting
from tests.validity.stem_tables import intervals, units_of_items

TRUTH = 1.2
TOGETHER = 0.5  # correlation of numerator and denominator over stems
SIGMA = 1.0  # of the logarithm, where stems are skewed: most dispersions are small, a few large


def spread_of_stems(rng: np.random.Generator, setting: Setting, repetitions: int) -> Ends:
    """Dispersions of model and people with means 1.2 and 1; lognormal where stems are skewed."""
    unit = units_of_items(setting)
    columns = {
        "model": TRUTH * _dispersions(rng, setting, repetitions)[:, unit],
        "people": _dispersions(rng, setting, repetitions)[:, unit],
    }
    shared = _dispersions(rng, setting, repetitions)[:, unit]
    columns = {
        name: (1 - TOGETHER) * own + TOGETHER * shared * (TRUTH if name == "model" else 1.0)
        for name, own in columns.items()
    }
    figure = Figure(columns=tuple(columns), of_means=ratio_of_spreads, interval=True, fieller=True)
    return intervals(columns, unit, figure, TRUTH)


def _dispersions(rng: np.random.Generator, setting: Setting, repetitions: int) -> FloatArray:
    """Of each stem, with mean 1."""
    if setting.skewed:
        drawn = rng.standard_normal((repetitions, setting.units))
        return np.asarray(np.exp(SIGMA * drawn - SIGMA**2 / 2))
    return np.asarray(1 + 0.3 * unit_values(rng, setting, repetitions))
