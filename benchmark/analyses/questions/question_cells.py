"""Shares of questions by scope, with intervals that allow for several to a picture.

Knows tables and groupings of questions; not what is counted as right. Countries are strata: chance
decided which pictures were asked about, not which countries.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmark.analyses.item_table import Grouping, IntArray, ItemTable
from benchmark.analyses.reporting import scored
from benchmark.metrics.clustered import MIN_DF, anova_icc, design_effect, stratified_variance
from benchmark.metrics.divergence import BoolArray, FloatArray, positive_or_nan
from benchmark.metrics.proportions import wilson_bounds
from benchmark.metrics.resampling import MIN_STEMS
from benchmark.metrics.shrinkage import shrunken
from benchmark.metrics.skewed_means import safe_level, skewed_ends, unbiased_skewness
from benchmark.records import Score

FULL = 0.95


@dataclass(frozen=True, kw_only=True, slots=True)
class Means:
    """A column's mean by scope and what it rests on; arrays are (scopes,).

    ``variance`` is that of the mean between pictures within countries, ``alike`` the questions of
    the picture of a random question, ``single`` whether every picture brings one and the scope
    lies in one country: then questions are independent trials. ``skewness`` is that of what the
    pictures add to the mean, ``worth`` how many pictures with equally many questions say as much.
    """

    mean: FloatArray
    n: IntArray
    missing: IntArray
    clusters: IntArray
    variance: FloatArray
    df: IntArray
    alike: FloatArray
    single: BoolArray
    skewness: FloatArray
    worth: FloatArray

    @property
    def enough(self) -> BoolArray:
        """Where pictures are worth at least `MIN_STEMS` with equally many questions."""
        return np.asarray(self.worth > MIN_STEMS - 1e-9)

    def too_few(self, place: int) -> str:
        """Why a scope's pictures give no interval; empty where they are `enough`."""
        if self.enough[place]:
            return ""
        number, worth = self.clusters[place], self.worth[place]
        less = f", worth {worth:.1f} with equally many questions," if number >= MIN_STEMS else ""
        return f"too few pictures ({number}{less} < {MIN_STEMS})"

    def ends(self, variance: FloatArray, *, safe: bool = False) -> tuple[FloatArray, FloatArray]:
        """The interval of the mean of a column that is no share, over pictures as units.

        ``variance`` is that of the mean. NaN where they are not `enough`, and where nothing varies.
        ``safe`` is for a change that a gate may let pass.
        """
        units = self.df * self.worth / positive_or_nan(self.clusters) + 1
        error = np.sqrt(positive_or_nan(variance))
        level = safe_level(np.maximum(units, 1)) if safe else FULL
        low, high = skewed_ends(self.mean, error, self.skewness, units, level=level)
        return np.where(self.enough, low, np.nan), np.where(self.enough, high, np.nan)


@dataclass(frozen=True, kw_only=True, slots=True)
class Shares:
    """Shares by scope with effective numbers of questions; arrays are (scopes,)."""

    scopes: tuple[Mapping[str, str], ...]
    of: Means
    effective: FloatArray
    own: BoolArray  # whether the design effect is the scope's own

    def bounds(self, level: npt.ArrayLike = FULL) -> tuple[FloatArray, FloatArray]:
        """Wilson's interval with the effective number of questions."""
        return wilson_bounds(self.of.mean, self.effective, level=level)

    def errors(self, places: Sequence[int]) -> FloatArray:
        """Standard errors of these scopes' shares, by what cells of their kind have.

        A cell's own share would say that three right answers of three are certain.
        """
        n = self.effective[places]
        likely = shrunken(self.of.mean[places], n).value
        found: FloatArray = np.sqrt(likely * (1 - likely) / n)
        return found

    def method(self, scope: int) -> str:
        """How the interval was made."""
        if self.of.n[scope] == 0:
            return "not scored"
        if self.of.single[scope]:
            return "Wilson, 95 %"
        whose = "its own" if self.own[scope] else "by the run's picture correlation"
        deff = self.of.n[scope] / self.effective[scope]
        return (
            f"Wilson, 95 %, {self.effective[scope]:.0f} effective questions "
            f"(design effect {deff:.2f}, {whose})"
        )


def picture_icc(table: ItemTable, column: str) -> float:
    """How alike the questions of one picture come out, within countries; in [0, 1]."""
    values = table.values[column]
    known = ~np.isnan(values)
    clusters, country = table.clusters.codes[known], table.factors["country"].codes[known]
    width = max(1, len(table.clusters.names))
    pairs, where = np.unique(country * width + clusters, return_inverse=True)
    sums, squares = (np.bincount(where, values[known] ** power) for power in (1, 2))
    return anova_icc(sums, squares, np.bincount(where), pairs // width)


def clustered(table: ItemTable, grouping: Grouping, column: str) -> Means:
    """Mean and variance of a column in every scope."""
    values, scopes = table.values[column], len(grouping.scopes)
    known = grouping.grouped & ~np.isnan(values)
    scope, x = grouping.codes[known], values[known]
    width = max(1, len(table.clusters.names))
    pairs, first, where = np.unique(
        scope * width + table.clusters.codes[known], return_index=True, return_inverse=True
    )
    cell = pairs // width
    sums, counts = np.bincount(where, x, len(pairs)), np.bincount(where, minlength=len(pairs))
    n = np.bincount(cell, counts, scopes)
    mean = np.bincount(cell, sums, scopes) / positive_or_nan(n)
    strata = table.factors["country"].codes[known][first]
    residuals = sums - counts * mean[cell]  # of each picture, with a sum of 0 in a scope
    spread, df = stratified_variance(residuals, cell, strata, scopes)
    m = np.bincount(cell, minlength=scopes)
    second, third = (
        np.bincount(cell, residuals**power, scopes) / positive_or_nan(m) for power in (2, 3)
    )
    alike = np.bincount(cell, counts**2, scopes) / positive_or_nan(n)
    # Pictures with more questions weigh more: they are worth fewer that weigh alike (Kish).
    worth = np.nan_to_num(n / positive_or_nan(alike))
    lowest, highest = np.full(scopes, strata.max(initial=0)), np.zeros(scopes, dtype=np.intp)
    np.minimum.at(lowest, cell, strata)
    np.maximum.at(highest, cell, strata)
    return Means(
        mean=mean,
        n=n.astype(np.intp),
        missing=grouping.sizes - n.astype(np.intp),
        clusters=m,
        variance=spread / positive_or_nan(n) ** 2,
        df=df,
        alike=alike,
        single=np.asarray((m == n) & (lowest >= highest)),
        skewness=unbiased_skewness(second, third, worth),
        worth=worth,
    )


def paired_variance(table: ItemTable, grouping: Grouping, column: str, of: Means) -> FloatArray:
    """Variance of mean differences of noughts and ones; at least that of Agresti and Min.

    They add half a question to each of right-right, right-wrong, wrong-right and wrong-wrong, so
    that ten questions without a difference do not prove that there is none (doi:10.1002/sim.2020).
    """
    values, scopes = table.values[column], len(grouping.scopes)
    known = grouping.grouped & ~np.isnan(values)
    squares = np.bincount(grouping.codes[known], values[known] ** 2, scopes)
    n = of.n + 2
    mean = np.nan_to_num(of.mean) * of.n / n
    least: FloatArray = ((squares + 1) / n - mean**2) / n
    return np.where(of.n > 0, np.fmax(of.variance, least), np.nan)


def shares(table: ItemTable, grouping: Grouping, column: str, *, icc: float) -> Shares:
    """The share of a column of noughts and ones in every scope; ``icc`` from `picture_icc`."""
    of = clustered(table, grouping, column)
    deff = design_effect(of.mean, of.n, variance=of.variance, df=of.df, alike=of.alike, icc=icc)
    deff = np.where(of.single, 1.0, deff)
    own = np.asarray((of.df >= MIN_DF) & (of.mean > 0) & (of.mean < 1))
    return Shares(scopes=grouping.scopes, of=of, effective=of.n / deff, own=own)


def share_scores(found: Shares, metric: str) -> Iterator[Score]:
    """A score for every scope of the shares."""
    low, high = found.bounds()
    for place, scope in enumerate(found.scopes):
        yield scored(
            *(metric, found.of.mean[place], scope, int(found.of.n[place]), found.method(place)),
            n_missing=int(found.of.missing[place]),
            n_clusters=int(found.of.clusters[place]),
            ends=(low[place], high[place]),
        )


def mean_scores(table: ItemTable, grouping: Grouping, column: str, metric: str) -> Iterator[Score]:
    """The plain mean of a column in every scope, without an interval."""
    values, scopes = table.values[column], len(grouping.scopes)
    known = grouping.grouped & ~np.isnan(values)
    n = np.bincount(grouping.codes[known], minlength=scopes)
    total = np.bincount(grouping.codes[known], values[known], scopes)
    missing = (grouping.sizes - n).tolist()
    rows = zip((total / positive_or_nan(n)).tolist(), n.tolist(), missing, strict=True)
    for scope, (value, number, absent) in zip(grouping.scopes, rows, strict=True):
        yield scored(metric, value, scope, number, "mean", n_missing=absent)
