"""How near a model's answers are to people's: similarity, floors, ceiling, skill, by scope.

Knows the item values of an alignment suite and what is made of their means; no survey, no model,
no file. Every figure is over the items that have all it is made of, so score, floor and ceiling
of one skill are means of the same questions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.analyses.item_table import Grouping, item_table
from benchmark.analyses.stem_intervals import Figure, Pool, add_intervals, pools
from benchmark.metrics.baselines import skill
from benchmark.metrics.divergence import FloatArray
from benchmark.metrics.resampling import MIN_STEMS, RESAMPLES
from benchmark.records import AnswerReader, CaseRecord, Reading, Score

SUFFIXES: Mapping[Reading, str] = {"printed": "", "substantive": "_substantive"}
FLOORS = ("floor_uniform", "floor_world_average", "floor_best_blind")

CELL = ("country", "topic", "proxy", "variant")
FAMILIES: tuple[tuple[str, ...], ...] = (
    (),
    ("proxy",),
    ("country",),
    ("topic",),
    ("country", "proxy"),
    ("topic", "proxy"),
    CELL,
)
OF_A_CELL = frozenset({"js_similarity", "skill_world_average"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Reported:
    """A figure under the name, reading and direction of its scores."""

    metric: str
    reading: Reading
    figure: Figure
    higher_is_better: bool | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Alignment:
    """Similarity and skill with intervals by question stem, and the means they are read against.

    Overall and by proxy, country, topic, country and proxy, topic and proxy; of single cells only
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
        work: list[tuple[tuple[Reported, ...], Grouping, list[Pool]]] = []
        for family in FAMILIES:
            wanted = OF_CELLS if family == CELL else REPORTED
            grouping = table.group(family)
            work.append((wanted, grouping, pools((r.figure for r in wanted), table, grouping)))
        add_intervals(
            (pool for _, _, family in work for pool in family),
            table,
            seed=int(rng.integers(2**63)),
            resamples=self.resamples,
        )
        return [
            score
            for wanted, grouping, family in work
            for reported in wanted
            for pool in family
            if reported.figure in pool.value
            for score in self._scores(reported, grouping, pool)
        ]

    def _scores(self, reported: Reported, grouping: Grouping, pool: Pool) -> Iterator[Score]:
        figure = reported.figure
        ends = pool.low[figure], pool.high[figure]
        columns = (pool.value[figure], pool.n, pool.n_clusters, grouping.sizes, *ends)
        rows = zip(*(column.tolist() for column in columns), strict=True)
        for scope, (value, n, stems, size, low, high) in zip(grouping.scopes, rows, strict=True):
            yield Score(
                metric=reported.metric,
                value=value,
                scope=scope,
                n=n,
                n_missing=size - n,
                low=low,
                high=high,
                method=self._method(value, stems, low) if figure.interval else "mean",
                higher_is_better=reported.higher_is_better,
                reading=reported.reading,
            )

    def _method(self, value: float, stems: int, low: float) -> str:
        if stems < MIN_STEMS:
            return f"too few stems ({stems} < {MIN_STEMS})"
        if np.isnan(value):
            return "ceiling at or below floor"
        if np.isnan(low):
            return "no interval: ceiling at or below floor in a resample"
        return f"stem bootstrap, {self.resamples} resamples, 95 % expanded percentile"


def _itself(mean: FloatArray) -> FloatArray:
    return mean


def _of_reading(reading: Reading, suffix: str) -> Iterator[Reported]:
    score, ceiling = "js_similarity" + suffix, "ceiling" + suffix
    alone = Figure(columns=(score,), of_means=_itself, interval=True)
    yield Reported(metric="js_similarity", reading=reading, figure=alone, higher_is_better=True)
    for floor in FLOORS:
        above = Figure(columns=(score, floor + suffix, ceiling), of_means=skill, interval=True)
        metric = floor.replace("floor", "skill")
        yield Reported(metric=metric, reading=reading, figure=above, higher_is_better=True)
    for metric in ("js_distance", "js_divergence"):
        mean = Figure(columns=(metric + suffix,), of_means=_itself)
        yield Reported(metric=metric, reading=reading, figure=mean, higher_is_better=False)
    for metric in (*FLOORS, "ceiling"):
        # Of the questions that the similarity shown beside it is a mean of.
        beside = Figure(columns=(metric + suffix,), of_means=_itself, among=(score,))
        yield Reported(metric=metric, reading=reading, figure=beside, higher_is_better=None)


def _reported() -> Iterator[Reported]:
    for reading, suffix in SUFFIXES.items():
        yield from _of_reading(reading, suffix)
    mass = Figure(columns=("option_mass",), of_means=_itself)
    yield Reported(metric="option_mass", reading="", figure=mass, higher_is_better=None)


REPORTED = tuple(_reported())
OF_CELLS = tuple(reported for reported in REPORTED if reported.metric in OF_A_CELL)
NEEDS = frozenset(name for reported in REPORTED for name in reported.figure.columns)
