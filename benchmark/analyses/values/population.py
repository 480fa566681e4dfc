"""Similarity and skill towards the population behind the published shares, by scope.

Knows the distributions of items, their floor and ceiling; no survey. Nothing is drawn: how far a
fresh sample scatters is in the ceiling. Stems scatter independently, so their interval holds that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from benchmark.analyses.groups import in_order, similarity_records
from benchmark.analyses.item_table import IntArray, ItemTable, item_table
from benchmark.analyses.reporting import Family, NamedFigure, report
from benchmark.analyses.stem_intervals import Figure
from benchmark.analyses.values.stacking import kept, stacked, widest
from benchmark.metrics.baselines import skill
from benchmark.metrics.divergence import (
    FloatArray,
    divergence_unchecked,
    restrict_unchecked,
)
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
    people, model, counts = _stacked(items)
    columns = dict(table.values)
    for reading in SUFFIXES:
        keep = kept(items, people.shape[1], substantive=reading == "substantive")
        human = restrict_unchecked(people, keep)  # (items, options)
        options = (human > 0).sum(axis=1)
        scatter = scatter_across(columns[in_reading(CEILING, reading)], options)
        each = restrict_unchecked(model, np.repeat(keep, counts, axis=0))  # (answers, options)
        apart = divergence_unchecked(np.repeat(human, counts, axis=0), each)
        similarity = population_similarity(apart, np.repeat(scatter, counts))
        columns[in_reading(SIMILARITY, reading)] = _means(similarity, counts)
        floor = (1 - columns[in_reading(FLOOR, reading)]) ** 2
        columns[in_reading(f"{SIMILARITY}_floor", reading)] = population_similarity(floor, scatter)
    return replace(table, values=columns)


def _stacked(items: Sequence[Item]) -> tuple[FloatArray, FloatArray, IntArray]:
    """People's shares (items, options), answers (answers, options), and how many an item has.

    Padded with zeros, over pictures and orders; an item without people or answers has one of NaN.
    """
    known = [item.human is not None and bool(item.each) for item in items]
    each = [item.each if there else (None,) for item, there in zip(items, known, strict=True)]
    people = [[item.human if there else None] for item, there in zip(items, known, strict=True)]
    width = widest(items)
    return (
        stacked([row[0] for row in people], width),
        stacked([p for answers in each for p in answers], width),
        np.array([len(answers) for answers in each], dtype=np.intp),
    )


def _means(values: FloatArray, counts: IntArray) -> FloatArray:
    """The mean of each item's values, which lie one after the other."""
    if not counts.size:
        return np.zeros(0)
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    return np.asarray(np.add.reduceat(values, starts) / counts)


POPULATION = Analysis(compute=population, provides=(SIMILARITY, SKILL))
