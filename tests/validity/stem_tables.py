"""Intervals of figures over stems for many repetitions at once, by the product's own tables.

Knows item tables: a repetition is a country, so that one table holds all of them. It knows no
metric.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from benchmark.analyses.item_table import ItemTable, Labels
from benchmark.analyses.reporting import Family, NamedFigure, report
from benchmark.analyses.stem_intervals import Figure
from benchmark.metrics.divergence import FloatArray
from tests.validity.figure import Ends
from tests.validity.populations import IntArray, sizes, unit_values
from tests.validity.setting import Setting

BY = "country"


def item_columns(
    rng: np.random.Generator, setting: Setting, repetitions: int, *, within: float
) -> FloatArray:
    """Values of items, shape ``(repetitions, items)``, with mean 0 and variance 1 between stems.

    ``within`` is the standard deviation of items around their stem.
    """
    unit = units_of_items(setting)
    drawn = unit_values(rng, setting, repetitions)[:, unit]
    return np.asarray(drawn + within * rng.standard_normal(drawn.shape))


def units_of_items(setting: Setting) -> IntArray:
    """The stem of each item, shape ``(items,)``."""
    return np.repeat(np.arange(setting.units), sizes(setting))


def intervals(
    columns: Mapping[str, FloatArray], unit: IntArray, figure: Figure, truth: FloatArray | float
) -> Ends:
    """The figure's interval in each repetition; columns are (repetitions, items)."""
    shape = next(iter(columns.values())).shape
    names = tuple(f"{row:06d}" for row in range(shape[0]))
    rows = np.repeat(np.arange(shape[0]), shape[1])
    stems = Labels(
        names=tuple(f"{stem:03d}" for stem in range(int(unit.max()) + 1)),
        codes=np.tile(unit, shape[0]),
    )
    table = ItemTable(
        factors={BY: Labels(names=names, codes=rows)},
        clusters=stems,
        values={name: np.ravel(column) for name, column in columns.items()},
        items=Labels(names=("",), codes=np.zeros(rows.size, dtype=np.intp)),
        control=np.zeros(rows.size, dtype=np.bool_),
    )
    named = NamedFigure.of("js_similarity", figure)  # the name does not matter
    scores = report(table, [Family(by=(BY,), wanted=(named,))])
    low, high = (np.array([getattr(score, end) for score in scores]) for end in ("low", "high"))
    return Ends(low=low, high=high, truth=truth)
