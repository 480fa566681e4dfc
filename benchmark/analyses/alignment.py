"""How near a model's answers are to people's: similarity, floors, ceiling, skill, by scope.

Knows the item values of an alignment suite and what is made of their means; no survey, no model,
no file. Every figure is over the items that have all it is made of, so score, floor and ceiling
of one skill are means of the same questions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.analyses.item_table import Grouping, ItemTable, item_table
from benchmark.analyses.stem_intervals import Figure, ScopedFigure, add_intervals
from benchmark.metrics.baselines import skill
from benchmark.metrics.divergence import FloatArray
from benchmark.metrics.resampling import MIN_STEMS, RESAMPLES
from benchmark.records import AnswerReader, CaseRecord, Reading, Score

SUFFIXES: Mapping[Reading, str] = {"printed": "", "substantive": "_substantive"}
FLOORS = ("uniform", "world_average", "best_blind")
SCORED = ("js_similarity", "js_distance", "js_divergence")
BESIDE = (*(f"floor_{floor}" for floor in FLOORS), "ceiling")
NEEDS = frozenset(
    [name + suffix for name in (*SCORED, *BESIDE) for suffix in SUFFIXES.values()] + ["option_mass"]
)

CELL = ("country", "topic", "proxy", "variant")
FAMILIES: tuple[tuple[str, ...], ...] = (
    (),
    ("proxy",),
    ("country",),
    ("topic",),
    ("country", "proxy"),
    ("topic", "proxy"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reported:
    """A figure under the name, reading and direction of its scores."""

    metric: str
    reading: Reading
    figure: Figure
    interval: bool
    higher_is_better: bool | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Alignment:
    """Similarity and skill with intervals by question stem, and the means they are read against.

    Overall and by proxy, country, topic, country by proxy and topic by proxy; of single cells only
    similarity and the skill over the world's average, to keep run.json small.
    """

    name: str = "alignment"
    resamples: int = RESAMPLES

    @property
    def needs(self) -> frozenset[str]:
        return NEEDS

    def __call__(
        self,
        records: Sequence[CaseRecord],
        answers: AnswerReader,  # noqa: ARG002 - the items carry all that is needed
        *,
        rng: np.random.Generator,
    ) -> Sequence[Score]:
        """The scores, the same for every order of ``records``; one number is taken from ``rng``."""
        table = item_table(records, NEEDS, analysis=self.name)
        figures = tuple(_reported(table))
        brief = tuple(each for each in figures if _in_cells(each))
        work = [
            (each, grouping, ScopedFigure(each.figure, grouping, table.clusters))
            for family in (*FAMILIES, CELL)
            for grouping in [table.group(family)]
            for each in (brief if family == CELL else figures)
        ]
        add_intervals(
            (scoped for each, _, scoped in work if each.interval),
            table.clusters,
            seed=int(rng.integers(2**63)),
            resamples=self.resamples,
        )
        return [score for row in work for score in self._scores(*row)]

    def _scores(self, each: Reported, grouping: Grouping, scoped: ScopedFigure) -> Iterator[Score]:
        columns = (
            scoped.value,
            scoped.n,
            scoped.n_clusters,
            scoped.low,
            scoped.high,
            grouping.sizes,
        )
        rows = zip(*(column.tolist() for column in columns), strict=True)
        for scope, (value, n, stems, low, high, size) in zip(grouping.scopes, rows, strict=True):
            yield Score(
                metric=each.metric,
                value=value,
                scope=scope,
                n=n,
                n_missing=size - n,
                low=low,
                high=high,
                method=self._method(value, stems, low) if each.interval else "mean",
                higher_is_better=each.higher_is_better,
                reading=each.reading,
            )

    def _method(self, value: float, stems: int, low: float) -> str:
        if stems < MIN_STEMS:
            return f"too few stems ({stems} < {MIN_STEMS})"
        if np.isnan(value):
            return "ceiling at or below floor"
        if np.isnan(low):
            return "no interval: ceiling at or below floor in a resample"
        return f"stem bootstrap, {self.resamples} resamples, 95 % percentile"


def _reported(table: ItemTable) -> Iterator[Reported]:
    for reading, suffix in SUFFIXES.items():
        yield from _of_reading(
            {name: table.values[name + suffix] for name in (*SCORED, *BESIDE)}, reading
        )
    yield _mean("option_mass", "", table.values["option_mass"], None)


def _of_reading(values: Mapping[str, FloatArray], reading: Reading) -> Iterator[Reported]:
    score, ceiling = values["js_similarity"], values["ceiling"]
    yield _with_interval("js_similarity", reading, Figure(columns=(score,), of_means=_itself))
    for floor in FLOORS:
        columns = (score, values[f"floor_{floor}"], ceiling)
        yield _with_interval(f"skill_{floor}", reading, Figure(columns=columns, of_means=skill))
    for name in ("js_distance", "js_divergence"):
        yield _mean(name, reading, values[name], False)
    for name in BESIDE:  # of the questions that the similarity beside it is a mean of
        yield _mean(name, reading, np.where(np.isnan(score), np.nan, values[name]), None)


def _with_interval(metric: str, reading: Reading, figure: Figure) -> Reported:
    return Reported(
        metric=metric, reading=reading, figure=figure, interval=True, higher_is_better=True
    )


def _mean(metric: str, reading: Reading, column: FloatArray, better: bool | None) -> Reported:
    return Reported(
        metric=metric,
        reading=reading,
        figure=Figure(columns=(column,), of_means=_itself),
        interval=False,
        higher_is_better=better,
    )


def _itself(mean: FloatArray) -> FloatArray:
    return mean


def _in_cells(each: Reported) -> bool:
    return each.metric in {"js_similarity", "skill_world_average"}
