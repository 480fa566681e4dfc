"""The populations that simulations draw from, with the truth of each.

Knows distributions; no figure of the product. Values of units have mean 0 and variance 1; scale
and shift them into the range of your figure.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from benchmark.metrics.divergence import FloatArray
from tests.validity.setting import Setting

IntArray = npt.NDArray[np.intp]
# The skewed population: left-skewed (-1.57) as similarities near their ceiling are. Student's t on
# its means errs to the unsafe side in 11, 9 and 5 % of 6, 12 and 40 units where it should in 2.5 %.
BETA = (4.0, 0.6)
ITEMS = 8  # items of a unit where all units are equal


def unit_values(rng: np.random.Generator, setting: Setting, repetitions: int) -> FloatArray:
    """True values of units, shape ``(repetitions, units)``, with mean 0 and variance 1.

    >>> skewed = Setting(units=40, equal=True, skewed=True)
    >>> drawn = unit_values(np.random.default_rng(0), skewed, 5000)
    >>> bool(abs(drawn.mean()) < 0.01), bool(abs(drawn.std() - 1) < 0.01)
    (True, True)
    """
    shape = (repetitions, setting.units)
    if not setting.skewed:
        return rng.standard_normal(shape)
    a, b = BETA
    drawn = rng.beta(a, b, shape)
    return np.asarray((drawn - a / (a + b)) / beta_deviation())


def beta_deviation() -> float:
    """The standard deviation of the skewed population before it is scaled.

    >>> round(beta_deviation(), 4)
    0.1423
    """
    a, b = BETA
    return float(np.sqrt(a * b / ((a + b) ** 2 * (a + b + 1))))


def sizes(setting: Setting) -> IntArray:
    """Items of each unit, shape ``(units,)``: `ITEMS` each, or from 1 to many in even ratios.

    >>> sizes(Setting(units=6, equal=False, skewed=False)).tolist()
    [1, 2, 4, 8, 15, 30]
    """
    if setting.equal:
        return np.full(setting.units, ITEMS)
    return np.round(np.geomspace(1, 30, setting.units)).astype(np.intp)


def item_values(
    rng: np.random.Generator, setting: Setting, repetitions: int, *, within: float = 1.0
) -> tuple[FloatArray, IntArray]:
    """Items of units, shape ``(repetitions, items)``, and the unit of each item.

    An item is its unit's value plus normal noise with standard deviation ``within``; the mean over
    items, over units, and over unit means is 0 in expectation.

    >>> items, unit = item_values(
    ...     np.random.default_rng(0), Setting(units=6, equal=True, skewed=False), 3
    ... )
    >>> items.shape, unit[:9].tolist()
    ((3, 48), [0, 0, 0, 0, 0, 0, 0, 0, 1])
    """
    unit = np.repeat(np.arange(setting.units), sizes(setting))
    of_units = unit_values(rng, setting, repetitions)[:, unit]
    return of_units + within * rng.standard_normal(of_units.shape), unit
