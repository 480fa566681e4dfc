"""Means, and figures made of means, by scope, with bootstrap intervals over clusters of items.

Knows groupings and columns; not what a column or a scope is about. Scopes over the same clusters
share their resamples, so a scope's interval depends on nothing but its own items and the seed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from benchmark.analyses.item_table import Grouping, IntArray, ItemTable
from benchmark.metrics.divergence import BoolArray, FloatArray, positive_or_nan
from benchmark.metrics.resampling import (
    MIN_STEMS,
    cluster_weights,
    expanded_level,
    percentile_interval,
    resampled_means,
)

LEVEL = 0.95
BLOCK_SCOPES = (
    8  # by 10 000 resamples of 8 bytes: 0.6 MiB a column, so that a block stays in the cache
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """Columns by name, and what to make, elementwise, of their means.

    The means are over the items that have a value in all of ``columns`` and ``among``.
    """

    columns: tuple[str, ...]
    of_means: Callable[..., FloatArray]
    among: tuple[str, ...] = ()
    interval: bool = False


class Pool:
    """Figures over the same items in each scope of a grouping; its arrays are (scopes,).

    ``low`` and ``high`` are NaN until `add_intervals`, and stay so below `MIN_STEMS` clusters.
    """

    def __init__(
        self, figures: Sequence[Figure], table: ItemTable, grouping: Grouping, present: BoolArray
    ) -> None:
        scopes, width = len(grouping.scopes), max(1, len(table.clusters.names))
        scope = grouping.codes[present]
        pairs, where = np.unique(scope * width + table.clusters.codes[present], return_inverse=True)
        self._cluster = pairs % width  # (pairs,), sorted by scope, then cluster
        self._starts = np.searchsorted(pairs // width, np.arange(scopes + 1))
        self._counts = np.bincount(where, minlength=len(pairs))
        self._resampled = tuple(figure for figure in figures if figure.interval)
        self._names = sorted({name for figure in self._resampled for name in figure.columns})
        columns = [table.values[name][present] for name in self._names]
        self._sums = np.array([np.bincount(where, column, len(pairs)) for column in columns])
        self.n = np.bincount(scope, minlength=scopes)
        self.n_clusters = np.diff(self._starts)
        some = positive_or_nan(self.n)
        self.value: dict[Figure, FloatArray] = {}
        for figure in figures:
            chosen = (table.values[name][present] for name in figure.columns)
            means = (np.bincount(scope, column, scopes) / some for column in chosen)
            self.value[figure] = figure.of_means(*means)
        self.low = {figure: np.full(scopes, np.nan) for figure in figures}
        self.high = {figure: np.full(scopes, np.nan) for figure in figures}

    def blank(self) -> dict[str, FloatArray]:
        """A NaN for each resampled column and scope."""
        return {name: np.full(len(self.n), np.nan) for name in self._names}

    def places(self, scopes: Sequence[int]) -> Iterator[tuple[Pool, str, int]]:
        """The pool itself with each resampled column and each of the scopes."""
        return ((self, name, scope) for name in self._names for scope in scopes)

    def cluster_sums(self, name: str, scope: int) -> FloatArray:
        """Sum of a resampled column over each cluster that the scope covers, (clusters,)."""
        sums: FloatArray = self._sums[self._names.index(name)]
        return sums[self._starts[scope] : self._starts[scope + 1]]

    def scopes_by_clusters(self, least: int = MIN_STEMS) -> Mapping[tuple[int, ...], list[int]]:
        """The scopes with at least so many clusters, by the clusters that they cover."""
        found: dict[tuple[int, ...], list[int]] = {}
        if not self._resampled:
            return found
        for scope, (start, end) in enumerate(pairwise(self._starts.tolist())):
            if end - start >= least:
                found.setdefault(tuple(self._cluster[start:end].tolist()), []).append(scope)
        return found

    def resample(self, scopes: Sequence[int], weights: FloatArray) -> None:
        """Set the intervals of scopes that cover the clusters of ``weights``."""
        covered = np.arange(weights.shape[1])
        level = expanded_level(LEVEL, weights.shape[1])
        for block in _blocks(scopes):
            index = self._starts[block][:, None] + covered  # (scopes, clusters)
            counts = self._counts[index]
            if (counts == counts[0]).all():  # as where every proxy asked the same questions
                counts = counts[:1]
            means = resampled_means(self._sums[:, index], counts, weights)
            by_name = dict(zip(self._names, means, strict=True))
            for figure in self._resampled:
                samples = figure.of_means(*(by_name[name] for name in figure.columns))
                low, high = percentile_interval(samples, level, axis=-1)
                self.low[figure][block], self.high[figure][block] = low, high


def pools(figures: Iterable[Figure], table: ItemTable, grouping: Grouping) -> list[Pool]:
    """The figures in each scope, those over the same items together: resampling is what costs."""
    found: dict[bytes, tuple[BoolArray, list[Figure]]] = {}
    for figure in figures:
        needed = [table.values[name] for name in (*figure.columns, *figure.among)]
        present = np.asarray(np.isfinite(needed).all(axis=0)) & grouping.grouped
        found.setdefault(present.tobytes(), (present, []))[1].append(figure)
    return [Pool(alike, table, grouping, present) for present, alike in found.values()]


Jobs = dict[tuple[int, ...], list[tuple[Pool, list[int]]]]


def jobs_of(waiting: Iterable[Pool], *, least: int = MIN_STEMS) -> Jobs:
    """Pools and scopes by the clusters that they cover, so that they share their draws."""
    jobs: Jobs = {}
    for pool in waiting:
        for covered, scopes in pool.scopes_by_clusters(least).items():
            jobs.setdefault(covered, []).append((pool, scopes))
    return jobs


def add_intervals(waiting: Iterable[Pool], table: ItemTable, *, seed: int, resamples: int) -> None:
    """Set the intervals of every figure that wants one, in every scope with enough clusters."""
    for covered, parts in jobs_of(waiting).items():
        rng = stem_rng(seed, [table.clusters.names[code] for code in covered])
        weights = cluster_weights(len(covered), rng=rng, resamples=resamples)
        for pool, scopes in parts:
            pool.resample(scopes, weights)


def stem_rng(seed: int, names: Sequence[str]) -> np.random.Generator:
    """The same for the same clusters, whatever else is analysed with them."""
    words = hashlib.sha256("\n".join(names).encode()).digest()
    return np.random.default_rng([seed, *words])


def _blocks(scopes: Sequence[int]) -> Iterator[IntArray]:
    for start in range(0, len(scopes), BLOCK_SCOPES):
        yield np.array(scopes[start : start + BLOCK_SCOPES], dtype=np.intp)
