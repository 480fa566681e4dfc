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

from benchmark.analyses.item_table import Grouping, IntArray, Labels
from benchmark.metrics.divergence import FloatArray
from benchmark.metrics.resampling import (
    MIN_STEMS,
    cluster_weights,
    percentile_interval,
    resampled_means,
)

BLOCK_SCOPES = 64  # by 10 000 resamples of 8 bytes: 5 MiB for each column held at once


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """Columns, each (items,), and what to make, elementwise, of their means.

    The means are over the items that have a value in all columns.
    """

    columns: tuple[FloatArray, ...]
    of_means: Callable[..., FloatArray]


class ScopedFigure:
    """A figure in each scope of a grouping; every public array is (scopes,).

    ``low`` and ``high`` are NaN until `add_intervals`, and stay so below `MIN_STEMS` clusters.
    """

    def __init__(self, figure: Figure, grouping: Grouping, clusters: Labels) -> None:
        self._of_means = figure.of_means
        scopes, width = len(grouping.scopes), max(1, len(clusters.names))
        present = np.isfinite(figure.columns).all(axis=0)
        columns = [column[present] for column in figure.columns]
        scope = grouping.codes[present]
        pairs, where = np.unique(scope * width + clusters.codes[present], return_inverse=True)
        self._cluster = pairs % width  # (pairs,), sorted by scope, then cluster
        self._starts = np.searchsorted(pairs // width, np.arange(scopes + 1))
        self._counts = np.bincount(where, minlength=len(pairs))
        self._sums = np.array([np.bincount(where, c, len(pairs)) for c in columns])
        self.n = np.bincount(scope, minlength=scopes)
        self.n_clusters = np.diff(self._starts)
        some = np.where(self.n > 0, self.n, np.nan)
        self.value = self._of_means(*(np.bincount(scope, c, scopes) / some for c in columns))
        self.low, self.high = np.full((2, scopes), np.nan)

    def scopes_by_clusters(self) -> Mapping[tuple[int, ...], list[int]]:
        """The scopes with enough clusters, by the clusters that they cover."""
        found: dict[tuple[int, ...], list[int]] = {}
        for scope, (start, end) in enumerate(pairwise(self._starts.tolist())):
            if end - start >= MIN_STEMS:
                found.setdefault(tuple(self._cluster[start:end].tolist()), []).append(scope)
        return found

    def resample(self, scopes: Sequence[int], weights: FloatArray) -> None:
        """Set the intervals of scopes that cover the clusters of ``weights``."""
        covered = np.arange(weights.shape[1])
        for block in _blocks(scopes):
            index = self._starts[block][:, None] + covered  # (scopes, clusters)
            means = resampled_means(self._sums[:, index], self._counts[index], weights)
            samples = self._of_means(*means)  # (scopes, resamples)
            self.low[block], self.high[block] = percentile_interval(samples, axis=-1)


def add_intervals(
    figures: Iterable[ScopedFigure], clusters: Labels, *, seed: int, resamples: int
) -> None:
    """Fill ``low`` and ``high`` of every figure in every scope with enough clusters."""
    jobs: dict[tuple[int, ...], list[Callable[[FloatArray], None]]] = {}
    for figure in figures:
        for covered, scopes in figure.scopes_by_clusters().items():
            jobs.setdefault(covered, []).append(_job(figure, scopes))
    for covered, waiting in jobs.items():
        rng = _rng(seed, [clusters.names[code] for code in covered])
        weights = cluster_weights(len(covered), rng=rng, resamples=resamples)
        for job in waiting:
            job(weights)


def _job(figure: ScopedFigure, scopes: Sequence[int]) -> Callable[[FloatArray], None]:
    return lambda weights: figure.resample(scopes, weights)


def _rng(seed: int, names: Sequence[str]) -> np.random.Generator:
    """The same for the same clusters, whatever else is analysed beside them."""
    words = hashlib.sha256("\n".join(names).encode()).digest()
    return np.random.default_rng([seed, *words])


def _blocks(scopes: Sequence[int]) -> Iterator[IntArray]:
    for start in range(0, len(scopes), BLOCK_SCOPES):
        yield np.array(scopes[start : start + BLOCK_SCOPES], dtype=np.intp)
