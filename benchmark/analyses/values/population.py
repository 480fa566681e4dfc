"""Similarity and skill towards the population behind the published shares, by scope.

Knows the distributions of items, their floor and ceiling; no survey. Nothing is drawn: how far a
fresh sample scatters is in the ceiling. Stems scatter independently, so their interval holds that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from benchmark.analyses.groups import in_order, similarity_records
from benchmark.analyses.item_table import ItemTable, item_table
from benchmark.analyses.reporting import Family, NamedFigure, report
from benchmark.analyses.stem_intervals import Figure
from benchmark.metrics.baselines import skill
from benchmark.metrics.divergence import FloatArray, js_divergence, restrict
from benchmark.metrics.population import population_similarity, scatter_across
from benchmark.records import Analysis, Evidence, Item, Score
from benchmark.vocabulary import ANSWERS, CEILING, FLOORS, SUFFIXES, in_reading

SIMILARITY, SKILL = "js_similarity_population", "skill_population"
FLOOR = FLOORS[1]  # the average of all other countries
GROUPS: tuple[tuple[str, ...], ...] = ((), ("proxy",), ("country",), ("country", "proxy"))


def population(evidence: Evidence) -> list[Score]:
    """`js_similarity_population` and `skill_population` in both readings.

    What `js_similarity` and its floor would be against everybody in place of the respondents, and
    the share of the way from that floor (0) to the population itself (1). None for shares of a few
    written answers, whose floors are those of as few.
    """
    needs = [in_reading(name, reading) for name in (FLOOR, CEILING) for reading in SUFFIXES]
    table = item_table(evidence.records, (), analysis="population", optional=(*needs, ANSWERS))
    if np.isfinite(table.values[ANSWERS]).any():
        return []
    wide = _with_columns(evidence, table)
    families = [Family(by=by, wanted=tuple(_wanted())) for by in GROUPS]
    return report(wide, families)


def _wanted() -> Iterator[NamedFigure]:
    for reading in SUFFIXES:
        score, floor = in_reading(SIMILARITY, reading), in_reading(f"{SIMILARITY}_floor", reading)
        alone = Figure(columns=(score,), interval=True)
        above = Figure(columns=(score, floor), of_means=_to_one, interval=True)
        yield NamedFigure.of(SIMILARITY, alone, reading)
        yield NamedFigure.of(SKILL, above, reading, undefined="floor at 1")


def _to_one(score: FloatArray, floor: FloatArray) -> FloatArray:
    return skill(score, floor, 1.0)


def _with_columns(evidence: Evidence, table: ItemTable) -> ItemTable:
    """The table with similarity and floor to the population, in both readings."""
    records = similarity_records(evidence.records)
    items = [item for record in records for item in in_order(record.items)]
    columns = dict(table.values)
    for reading in SUFFIXES:
        ceiling = columns[in_reading(CEILING, reading)]
        keeps = [_kept(item, substantive=reading == "substantive") for item in items]
        options = np.array([0 if p is None else np.count_nonzero(p) for p, _ in keeps])
        scatter = scatter_across(ceiling, options)
        columns[in_reading(SIMILARITY, reading)] = np.array(
            [_similarity(*pair, s) for pair, s in zip(keeps, scatter.tolist(), strict=True)]
        )
        floor = (1 - columns[in_reading(FLOOR, reading)]) ** 2
        columns[in_reading(f"{SIMILARITY}_floor", reading)] = population_similarity(floor, scatter)
    return replace(table, values=columns)


def _kept(item: Item, *, substantive: bool) -> tuple[FloatArray | None, FloatArray | None]:
    """The people's shares and each of the model's answers, of the options that a reading keeps."""
    if item.human is None or not item.each:
        return None, None
    keep = np.ones(len(item.human), dtype=np.bool_)
    if substantive:
        keep[list(item.nonanswers)] = False
    if keep.sum() < 2:  # all agree where there is nothing to choose
        return None, None
    return restrict(item.human, keep), restrict(np.array(item.each), keep)


def _similarity(people: FloatArray | None, each: FloatArray | None, scatter: float) -> float:
    """The mean over pictures and orders of the similarity of each answer."""
    if people is None or each is None:
        return np.nan
    return float(population_similarity(js_divergence(people, each), scatter).mean())


POPULATION = Analysis(compute=population, provides=(SIMILARITY, SKILL))
