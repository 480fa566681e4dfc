"""How far the wording of the prompt moves the overall similarity: range and SD over templates.

Knows tables with a variant; nothing of the wording.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmark.analyses.item_table import ItemTable
from benchmark.analyses.pairing import column_of, paired
from benchmark.analyses.reporting import Family, Reported, report
from benchmark.analyses.stem_intervals import Figure
from benchmark.metrics.divergence import FloatArray
from benchmark.records import Score
from benchmark.vocabulary import SUFFIXES


def templates(table: ItemTable) -> tuple[str, ...]:
    """The names of the templates asked."""
    return tuple(name for name in table.factors["variant"].names if name)


def template_spread(table: ItemTable, *, seed: int, resamples: int) -> list[Score]:
    """Range and standard deviation of the overall similarity over templates, in both readings.

    ``template_spread`` is the highest less the lowest of the templates' mean similarities and
    ``template_sd`` their standard deviation (of a sample: n - 1), both over the questions that
    every template asked, in units of similarity, from 0; lower is better: the wording should not
    matter. Intervals resample stems, all templates together. Both figures grow with noise, so few
    questions show some spread where there is none; compare the interval, not only the value.
    No scores with fewer than two templates.
    """
    names = templates(table)
    if len(names) < 2:
        return []
    values = [f"js_similarity{suffix}" for suffix in SUFFIXES.values()]
    wide = paired(table, values, over="variant")
    family = Family(by=(), wanted=tuple(_reported(names)))
    return report(wide, [family], seed=seed, resamples=resamples)


def _reported(names: tuple[str, ...]) -> Iterator[Reported]:
    for reading, suffix in SUFFIXES.items():
        columns = tuple(column_of(f"js_similarity{suffix}", name) for name in names)
        for metric, of_means in (("template_spread", _range), ("template_sd", _deviation)):
            yield Reported(
                metric=metric,
                reading=reading,
                figure=Figure(columns=columns, of_means=of_means, interval=True),
                higher_is_better=False,
            )


def _range(*means: FloatArray) -> FloatArray:
    found: FloatArray = np.ptp(np.stack(means), axis=0)
    return found


def _deviation(*means: FloatArray) -> FloatArray:
    found: FloatArray = np.std(np.stack(means), axis=0, ddof=1)
    return found
