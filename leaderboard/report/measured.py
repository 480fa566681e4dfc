"""What a report needs of one run: means, comparisons, p-values and a label to show them by.

Knows runs and their scores. Takes a number from the run's scores if they have it, and otherwise
computes it from the rows. Knows no table and no figure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from benchmark.metrics.stem_means import jackknife_interval, mean_of_stem_means
from benchmark.records import Score
from benchmark.runs.run import Run
from benchmark.vocabulary import ITEMS, NAMED, SIMILARITY, Reading
from leaderboard.report.options import ReadingName
from leaderboard.report.sheet import BoolArray, FloatArray, Sheet, sheet

READINGS: Mapping[ReadingName, Reading] = {
    "substantive": "substantive",
    "printed": "printed",
    "paper": "printed",
}
GAIN = f"{SIMILARITY}_gain"
P_VALUES: Mapping[str, str] = {
    "t p": f"{GAIN}_p_t",
    "sign-flip p": f"{GAIN}_p",
    "Holm": f"{GAIN}_p_holm",
    "BH": f"{GAIN}_q_bh",
    "bootstrap p": f"{GAIN}_p_published",
}
HOLM, PUBLISHED = P_VALUES["Holm"], P_VALUES["bootstrap p"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """A mean and its sample; ``low`` and ``high`` are NaN where there is no interval."""

    value: float
    low: float = float("nan")
    high: float = float("nan")
    n: int = 0
    n_missing: int = 0
    stems: int = 0
    source: Literal["scores", "rows"] = "rows"


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """Two conditions over the same country x question pairs; ``gain`` is first minus second.

    ``relative`` is the gain over the second's mean, ``relative_of_first`` over the first's.
    """

    first: Cell
    second: Cell
    gain: Cell
    relative: float
    relative_of_first: float


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One run under one reading; ``label`` is unique in a report, ``kind`` says what it is.

    Means are over stem means, each stem having one vote; in the paper's reading they are over
    questions, as published, and have no interval.
    """

    label: str
    kind: str
    run: Run
    reading_name: ReadingName = "substantive"

    @property
    def reading(self) -> Reading:
        return READINGS[self.reading_name]

    @property
    def by_questions(self) -> bool:
        """Whether every question has one vote, and not every stem."""
        return self.reading_name == "paper"

    @property
    def partial(self) -> bool:
        return not self.run.complete

    @cached_property
    def sheet(self) -> Sheet:
        """The run's rows in this reading."""
        return sheet(self.run.rows, self.reading)

    @cached_property
    def _scores(self) -> Mapping[object, Score]:
        return {
            (score.metric, frozenset(score.scope.items())): score
            for score in self.run.scores
            if score.reading in (self.reading, "")
        }

    @cached_property
    def _published(self) -> Mapping[frozenset[tuple[str, str]], Score]:
        return {
            frozenset(score.scope.items()): score
            for score in self.run.scores
            if score.metric == PUBLISHED and score.reading == "printed"
        }

    @cached_property
    def has_contrasts(self) -> bool:
        """Whether the run's own scores compare pictures with the country's name."""
        return any(score.metric == HOLM for score in self._scores.values())

    def score(self, metric: str, scope: Mapping[str, str]) -> Score | None:
        """The run's own score of exactly that scope, if any."""
        return self._scores.get((metric, frozenset(scope.items())))

    def has(self, condition: str) -> bool:
        """Whether anything was scored under the condition."""
        column = self.sheet.similarity.get(condition)
        return column is not None and not np.all(np.isnan(column))

    def mean(self, condition: str, scope: Mapping[str, str], *, interval: bool = False) -> Cell:
        """Mean similarity under a condition, over all questions of the scope."""
        metric = ITEMS if self.by_questions else SIMILARITY
        own = self.score(metric, {**scope, "proxy": condition})
        values = self._values(condition)
        inside = self.sheet.where(scope)
        scored = inside & ~np.isnan(values)
        stems = self._stems(scored)
        if own is not None:
            return Cell(
                value=own.value,
                low=own.low,
                high=own.high,
                n=own.n,
                n_missing=own.n_missing,
                stems=stems,
                source="scores",
            )
        return self._cell(values, scored, int(inside.sum()), interval=interval)

    def mark(
        self, mark: str, condition: str, scope: Mapping[str, str], *, beside: str = ""
    ) -> float:
        """Mean of a floor or the ceiling over the questions scored under the condition.

        And under the one ``beside`` it, if there is any.
        """
        scored = self.sheet.where(scope) & ~np.isnan(self._values(condition))
        if beside:
            scored &= ~np.isnan(self._values(beside))
        values = self.sheet.marks.get(mark, np.full(len(scored), np.nan))
        return self._average(values, scored & ~np.isnan(values))

    def compare(
        self, first: str, scope: Mapping[str, str], *, second: str = NAMED, interval: bool = False
    ) -> Comparison:
        """The two conditions compared over the questions that both have."""
        left, right = self._values(first), self._values(second)
        inside = self.sheet.where(scope)
        both = inside & ~np.isnan(left) & ~np.isnan(right)
        total = int(inside.sum())
        a, b, gain = (
            self._cell(values, both, total, interval=interval)
            for values in (left, right, left - right)
        )
        named = {"contrast": f"{first}-{second}", **scope}
        own = None if self.by_questions else self.score(GAIN, named)
        if own is not None:
            gain = Cell(
                value=own.value,
                low=own.low,
                high=own.high,
                n=own.n,
                n_missing=own.n_missing,
                stems=gain.stems,
                source="scores",
            )
        relative, of_first = (
            found.value
            if not self.by_questions and (found := self.score(metric, named))
            else _ratio(a.value, b.value, base)
            for metric, base in (("relative_gain", b.value), ("relative_gain_of_image", a.value))
        )
        return Comparison(
            first=a, second=b, gain=gain, relative=relative, relative_of_first=of_first
        )

    def p_value(self, metric: str, first: str, scope: Mapping[str, str]) -> Score | None:
        """A p-value of a condition against the country's name, from the run's own scores only.

        The published one is over all options as printed, whatever the reading.
        """
        named = {"contrast": f"{first}-{NAMED}", **scope}
        found = self.score(metric, named)
        if found is None and metric == PUBLISHED:
            return self._published.get(frozenset(named.items()))
        return found

    def significant(self, first: str, scope: Mapping[str, str]) -> bool:
        """Whether Holm's p, or in the paper's reading its bootstrap p, is below 0.05."""
        metric = PUBLISHED if self.reading_name == "paper" else HOLM
        found = self.p_value(metric, first, scope)
        return found is not None and found.value < 0.05

    # --- from rows -------------------------------------------------------------------------

    def _values(self, condition: str) -> FloatArray:
        missing = np.full(len(self.sheet.factors["country"]), np.nan)
        return self.sheet.similarity.get(condition, missing)

    def _stems(self, rows: BoolArray) -> int:
        return len(np.unique(self.sheet.factors["cluster"][rows]))

    def _cell(self, values: FloatArray, rows: BoolArray, total: int, *, interval: bool) -> Cell:
        n, stems = int(rows.sum()), self._stems(rows)
        if not n:
            return Cell(value=float("nan"), n_missing=total)
        low = high = float("nan")
        if interval and not self.by_questions:
            low, high = _ends(values[rows], self.sheet.factors["cluster"][rows])
        return Cell(
            value=self._average(values, rows),
            low=low,
            high=high,
            n=n,
            n_missing=total - n,
            stems=stems,
        )

    def _average(self, values: FloatArray, rows: BoolArray) -> float:
        """The mean of these rows; NaN without any."""
        if self.by_questions:
            return float(values[rows].mean()) if rows.any() else float("nan")
        return mean_of_stem_means(values[rows], self.sheet.factors["cluster"][rows]).value


def _ends(values: FloatArray, clusters: np.typing.NDArray[np.str_]) -> tuple[float, float]:
    """Student's interval over stem means; NaN where stems are too few."""
    names, stem = np.unique(clusters, return_inverse=True)
    means = np.bincount(stem, values) / np.bincount(stem)
    found = jackknife_interval([means], np.zeros(len(names), dtype=np.intp), 1)
    return float(found.low[0]), float(found.high[0])


def _ratio(first: float, second: float, base: float) -> float:
    return (first - second) / base if base > 0 else float("nan")
