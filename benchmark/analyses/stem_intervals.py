"""Means, and figures made of means, by scope, with intervals over clusters of items.

Knows groupings and columns; not what a column or a scope is about, nor how an interval is computed.
A scope's figures and interval depend on nothing but its own items.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, assert_never

import numpy as np

from benchmark.analyses.item_table import Grouping, ItemTable
from benchmark.metrics.divergence import BoolArray, FloatArray, positive_or_nan
from benchmark.metrics.resampling import MIN_STEMS
from benchmark.metrics.skewed_means import safe_level
from benchmark.metrics.stem_means import (
    Estimates,
    OfMeans,
    effective_stems,
    fieller_interval,
    itself,
    jackknife_interval,
)

LEVEL = 0.95
Votes = Literal["stems", "items", "sizes"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """Columns by name, and what to make, elementwise, of their means.

    The means are over the items that have a value in all of ``columns`` and ``among``. ``votes``
    says what has one vote in them: ``stems`` (a mean of stem means, the only kind that has an
    interval) or ``items``. ``sizes`` is no mean: the effective number of stems of these items.
    ``fieller`` marks a plain ratio of two columns whose denominator a few stems may carry.
    ``safe`` is for a change that a gate may let pass: its interval is wider where stems are few.
    """

    columns: tuple[str, ...]
    of_means: OfMeans = itself
    among: tuple[str, ...] = ()
    interval: bool = False
    votes: Votes = "stems"
    fieller: bool = False
    safe: bool = False


class Pool:
    """Figures over the same items in each scope of a grouping; its arrays are (scopes,)."""

    def __init__(
        self, figures: Sequence[Figure], table: ItemTable, grouping: Grouping, present: BoolArray
    ) -> None:
        scopes, width = len(grouping.scopes), max(1, len(table.clusters.names))
        self._item_scope = grouping.codes[present]
        joint = self._item_scope * width + table.clusters.codes[present]
        pairs, where = np.unique(joint, return_inverse=True)
        self._scope = pairs // width  # (pairs,), sorted by scope, then cluster
        self._cluster = pairs % width
        self._starts = np.searchsorted(self._scope, np.arange(scopes + 1))
        self._counts = np.bincount(where, minlength=len(pairs))
        self._items = {
            name: table.values[name][present] for figure in figures for name in figure.columns
        }
        self._sums = {
            name: np.bincount(where, column, len(pairs)).astype(np.float64)
            for name, column in self._items.items()
        }
        self._names = sorted({name for f in figures if f.interval for name in f.columns})
        self.n = np.bincount(self._item_scope, minlength=scopes)
        self.n_clusters = np.diff(self._starts)
        pictured = np.zeros_like(present) if table.pictured is None else table.pictured
        self.pictured = np.bincount(self._item_scope, pictured[present], scopes) > 0
        self.estimates = {figure: self._estimates(figure) for figure in figures}

    def blank(self) -> dict[str, FloatArray]:
        """A NaN for each column of a figure with an interval, and each scope."""
        return {name: np.full(len(self.n), np.nan) for name in self._names}

    def places(self, scopes: Sequence[int]) -> Iterator[tuple[Pool, str, int]]:
        """The pool itself with each such column and each of the scopes."""
        return ((self, name, scope) for name in self._names for scope in scopes)

    def cluster_sums(self, name: str, scope: int) -> FloatArray:
        """Sum of a column over each cluster that the scope covers, (clusters,)."""
        sums: FloatArray = self._sums[name][self._starts[scope] : self._starts[scope + 1]]
        return sums

    def cluster_means(self, name: str, scope: int) -> FloatArray:
        """Mean of a column over each cluster that the scope covers, (clusters,)."""
        counts = self._counts[self._starts[scope] : self._starts[scope + 1]]
        means: FloatArray = self.cluster_sums(name, scope) / counts
        return means

    def scopes_by_clusters(self, least: int = MIN_STEMS) -> Mapping[tuple[int, ...], list[int]]:
        """The scopes with at least so many clusters, by the clusters that they cover."""
        found: dict[tuple[int, ...], list[int]] = {}
        if not self._names:
            return found
        for scope, (start, end) in enumerate(pairwise(self._starts.tolist())):
            if end - start >= least:
                found.setdefault(tuple(self._cluster[start:end].tolist()), []).append(scope)
        return found

    def _estimates(self, figure: Figure) -> Estimates:
        match figure.votes:
            case "stems":
                means = [self._sums[name] / self._counts for name in figure.columns]
                where = (self._scope, len(self.n))
                level = safe_level(self.n_clusters, level=LEVEL) if figure.safe else LEVEL
                found = (
                    fieller_interval(means, *where, level=LEVEL)
                    if figure.fieller
                    else jackknife_interval(means, *where, of_means=figure.of_means, level=level)
                )
                if figure.interval:
                    return found
                value = found.value
            case "items":
                value = figure.of_means(*(self._item_mean(name) for name in figure.columns))
            case "sizes":
                value = effective_stems(self._counts, self._scope, len(self.n))
            case _:
                assert_never(figure.votes)
        return Estimates.of_values(value, self.n_clusters)

    def _item_mean(self, name: str) -> FloatArray:
        sums = np.bincount(self._item_scope, self._items[name], len(self.n))
        mean: FloatArray = sums / positive_or_nan(self.n)
        return mean


def pools(figures: Iterable[Figure], table: ItemTable, grouping: Grouping) -> list[Pool]:
    """The figures in each scope, those over the same items together."""
    found: dict[bytes, tuple[BoolArray, list[Figure]]] = {}
    for figure in figures:
        needed = [table.values[name] for name in (*figure.columns, *figure.among)]
        present = np.asarray(np.isfinite(needed).all(axis=0)) & grouping.grouped
        found.setdefault(present.tobytes(), (present, []))[1].append(figure)
    return [Pool(alike, table, grouping, present) for present, alike in found.values()]


Jobs = dict[tuple[int, ...], list[tuple[Pool, list[int]]]]


def jobs_of(waiting: Iterable[Pool], *, least: int = MIN_STEMS) -> Jobs:
    """Pools and scopes by the clusters that they cover, so that they share what is drawn."""
    jobs: Jobs = {}
    for pool in waiting:
        for covered, scopes in pool.scopes_by_clusters(least).items():
            jobs.setdefault(covered, []).append((pool, scopes))
    return jobs


def stem_rng(seed: int, names: Sequence[str]) -> np.random.Generator:
    """The same for the same clusters, whatever else is analysed with them."""
    words = hashlib.sha256("\n".join(names).encode()).digest()
    return np.random.default_rng([seed, *words])
