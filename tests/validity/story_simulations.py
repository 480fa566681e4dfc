"""Simulations of figures of stories: shares and means over concepts, and the test of nationalities.

Knows how stories lie in concepts and cells; no text.
"""

from __future__ import annotations

import numpy as np

from benchmark.analyses.stories.of_concepts import mean_of_concepts
from benchmark.metrics.clustered import IntArray
from benchmark.metrics.divergence import FloatArray
from benchmark.metrics.permanova import Stratum, permanova, sums_of_squares
from benchmark.metrics.proportions import share_of_units
from benchmark.metrics.spread_of_groups import dispersion_test, distances_from_centre
from tests.validity.figure import Ends
from tests.validity.populations import sizes, unit_values
from tests.validity.setting import Setting

REFUSED = 0.1  # of concepts, whole, in the skewed population
USABLE = 0.9  # of the stories on the others
WIDE = 3.0  # how much more a sixth of nationalities scatter in the skewed population
DIMENSIONS = 50  # of the space in which stories lie
CONCEPTS = 3
SHUFFLINGS = 99


def share_of_stories(rng: np.random.Generator, setting: Setting, repetitions: int) -> Ends:
    """Concepts of which a tenth is refused whole (skewed), or that differ (beta, mean 0.85)."""
    stories = 5 * sizes(setting)
    shape = (repetitions, setting.units)
    if setting.skewed:
        each = np.where(rng.random(shape) < REFUSED, 0.0, USABLE)
        truth = (1 - REFUSED) * USABLE
    else:
        each, truth = rng.beta(8.5, 1.5, shape), 0.85
    won = rng.binomial(stories, each)
    found = [share_of_units(row, stories) for row in won]
    low, high = (np.array([getattr(one, end) for one in found]) for end in ("low", "high"))
    return Ends(low=low, high=high, truth=truth)


def mean_of_stories(rng: np.random.Generator, setting: Setting, repetitions: int) -> Ends:
    """A length in words; concepts count alike, however many stories each has."""
    number = sizes(setting)
    each = 300 + 30 * unit_values(rng, setting, repetitions)
    means = each + 20 * rng.standard_normal(each.shape) / np.sqrt(number)
    names = [f"{k:02}" for k in range(setting.units)]
    counts = dict(zip(names, number.tolist(), strict=True))
    found = [
        mean_of_concepts(dict(zip(names, (row * number).tolist(), strict=True)), counts)
        for row in means
    ]
    low, high = (np.array([getattr(one, end) for one in found]) for end in ("low", "high"))
    return Ends(low=low, high=high, truth=300.0)


def nationalities_alike(rng: np.random.Generator, setting: Setting, repetitions: int) -> FloatArray:
    """Nationalities around one centre, five stories each or two to eight; some wider (skewed)."""
    number = np.full(setting.units, 5)
    if not setting.equal:
        number = np.round(np.geomspace(8, 2, setting.units)).astype(np.intp)
    groups = np.repeat(np.arange(setting.units), number)
    scale = np.ones(setting.units)
    if setting.skewed:
        scale[-max(1, setting.units // 6) :] = WIDE  # where unequal, those with fewest stories
    found = np.empty(repetitions)
    for k in range(repetitions):
        stratum = _stratum(rng, groups, scale[groups])
        sums = sums_of_squares([stratum], rng=rng, permutations=SHUFFLINGS)
        found[k] = permanova(sums).p
    return found


def nationalities_equally_varied(
    rng: np.random.Generator, setting: Setting, repetitions: int
) -> FloatArray:
    """Three concepts, in which stories scatter evenly, or some far more than others (skewed)."""
    number = np.full(setting.units, 5)
    if not setting.equal:
        number = np.round(np.geomspace(8, 2, setting.units)).astype(np.intp)
    groups = np.repeat(np.arange(setting.units), number)
    found = np.empty(repetitions)
    for k in range(repetitions):
        scales = rng.lognormal(0, 0.7 if setting.skewed else 0.0, (CONCEPTS, groups.size))
        strata = [_stratum(rng, groups, scale) for scale in scales]
        spread = distances_from_centre(strata, setting.units)
        found[k] = dispersion_test(spread, rng=rng, permutations=SHUFFLINGS).p
    return found


def _stratum(rng: np.random.Generator, groups: IntArray, scale: FloatArray) -> Stratum:
    """Stories around one centre, each as far from it as its scale says."""
    x = rng.standard_normal((groups.size, DIMENSIONS)) * scale[:, None]
    squares = np.square(x).sum(axis=1)
    apart = np.sqrt(np.maximum(squares[:, None] + squares - 2 * x @ x.T, 0.0))
    np.fill_diagonal(apart, 0.0)
    return Stratum(distances=apart, groups=groups)
