"""Figures of a table as `Score`s: value, sample, interval, and why there is none.

Knows tables, figures and records; not what a figure is about.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from benchmark.analyses.item_table import Grouping, ItemTable
from benchmark.analyses.stem_intervals import Figure, Pool, Votes, pools
from benchmark.metrics.directions import direction
from benchmark.metrics.means import mean_of_scored
from benchmark.metrics.resampling import MIN_STEMS
from benchmark.records import Score
from benchmark.vocabulary import Reading

NO_ENDS = (math.nan, math.nan)
THESE = "; these pictures"  # behind the method of an interval that takes them as they are
LONGER = "longer on the side of a tail, 95 %"  # benchmark/metrics/skewed_means.py


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedFigure:
    """A figure under the name, reading and direction of its scores.

    ``scope`` is added to that of each group; ``undefined`` says why a figure can be NaN.
    """

    metric: str
    reading: Reading
    figure: Figure
    higher_is_better: bool | None
    scope: Mapping[str, str] = field(default_factory=dict)
    undefined: str = "no value"

    @classmethod
    def of(
        cls,
        metric: str,
        figure: Figure,
        reading: Reading = "",
        *,
        scope: Mapping[str, str] | None = None,
        undefined: str = "no value",
        own: Mapping[str, bool | None] | None = None,
    ) -> NamedFigure:
        """A figure of a metric whose direction its maker says in ``own``, or else `directions`."""
        return cls(
            metric=metric,
            reading=reading,
            figure=figure,
            higher_is_better=direction(metric, own),
            scope=scope or {},
            undefined=undefined,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Family:
    """Factors to group by, and what is reported for each group."""

    by: tuple[str, ...]
    wanted: tuple[NamedFigure, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PooledFamily:
    """A family with its groups and the pools that hold its figures."""

    family: Family
    grouping: Grouping
    pools: Sequence[Pool]


def pooled(table: ItemTable, families: Sequence[Family]) -> list[PooledFamily]:
    """The figures of each family."""
    found = []
    for family in families:
        grouping = table.group(family.by)
        figures = dict.fromkeys(reported.figure for reported in family.wanted)
        found.append(
            PooledFamily(family=family, grouping=grouping, pools=pools(figures, table, grouping))
        )
    return found


def report(table: ItemTable, families: Sequence[Family]) -> list[Score]:
    """The scores of all families, with intervals where a figure wants them."""
    return [score for part in pooled(table, families) for score in scores_of(part)]


def scores_of(part: PooledFamily) -> Iterator[Score]:
    """The scores of one family, figure by figure."""
    for reported in part.family.wanted:
        for pool in part.pools:
            if reported.figure in pool.estimates:
                yield from _scores(reported, part.grouping, pool)


def _scores(reported: NamedFigure, grouping: Grouping, pool: Pool) -> Iterator[Score]:
    found = pool.estimates[reported.figure]
    columns = (found.value, pool.n, pool.n_clusters, grouping.sizes, found.low, found.high)
    rows = zip(*(column.tolist() for column in (*columns, pool.pictured)), strict=True)
    for scope, (value, n, stems, size, low, high, pictured) in zip(
        grouping.scopes, rows, strict=True
    ):
        these = THESE if pictured and not np.isnan(low) else ""
        yield Score(
            metric=reported.metric,
            value=value,
            scope={**scope, **reported.scope},
            n=n,
            n_missing=size - n,
            n_clusters=stems,
            low=low,
            high=high,
            method=_method(reported, value, stems, low) + these,
            higher_is_better=reported.higher_is_better,
            reading=reported.reading,
        )


WITHOUT: Mapping[Votes, str] = {
    "stems": "mean of stem means, no interval",
    "items": "mean over questions, no interval",
    "sizes": "Kish's effective number of stems, no interval",
}


def _method(reported: NamedFigure, value: float, stems: int, low: float) -> str:
    if not reported.figure.interval:
        return WITHOUT[reported.figure.votes]
    if stems < MIN_STEMS:
        return too_few(stems)
    if np.isnan(value):
        return reported.undefined
    if np.isnan(low):
        if reported.figure.fieller:
            return f"too few stems ({stems}) to rule out: {reported.undefined}"
        return f"no interval: {reported.undefined} without one of the stems"
    if reported.figure.fieller:
        return f"Fieller's interval on stem means, {stems - 1} d.f., 95 %"
    return t_on_stems(stems)


def t_on_stems(stems: int) -> str:
    """How an interval over so many stems was computed."""
    return f"t on stem means, {stems - 1} d.f., {LONGER}"


def too_few(stems: int) -> str:
    """Why a figure over so few stems has neither interval nor p."""
    return f"too few stems ({stems} < {MIN_STEMS})"


def mean_score(metric: str, scope: Mapping[str, str], column: Sequence[float]) -> Score:
    """The plain mean of what was scored, without an interval; NaN values count as missing."""
    mean = mean_of_scored(column, total=math.fsum)
    return scored(metric, mean.value, scope, mean.n, "mean", n_missing=mean.n_missing)


def scored(
    metric: str,
    value: float,
    scope: Mapping[str, str],
    n: int,
    method: str,
    *,
    n_missing: int = 0,
    n_clusters: int = 0,
    ends: tuple[float, float] = NO_ENDS,
    reading: Reading = "",
) -> Score:
    """A score of a metric that has a direction in `directions`."""
    low, high = ends
    return Score(
        metric=metric,
        value=float(value),
        scope=scope,
        n=n,
        n_missing=n_missing,
        n_clusters=n_clusters,
        low=float(low),
        high=float(high),
        method=method,
        higher_is_better=direction(metric),
        reading=reading,
    )
