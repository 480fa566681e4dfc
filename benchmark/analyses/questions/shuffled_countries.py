"""What countries and groups of them would show if all countries were equal.

Knows the question table. Pictures are dealt out to countries anew, each with all its questions,
among pictures of the same category that brought the same types of questions: what a country was
asked stays, how it fared is chance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmark.analyses.item_table import IntArray, ItemTable
from benchmark.metrics.divergence import FloatArray, positive_or_nan
from benchmark.metrics.shuffling import shuffled_sums


@dataclass(frozen=True, kw_only=True, slots=True)
class ShuffledShares:
    """Shares of the scored members of a factor in every permutation, (resamples, members)."""

    shares: FloatArray


@dataclass(frozen=True, kw_only=True, slots=True)
class ShuffledCountries:
    """Sums of countries in every permutation, and what groups of them come to."""

    table: ItemTable
    sums: FloatArray  # (resamples, countries)
    counts: IntArray  # (countries,)

    def of(self, factor: str) -> ShuffledShares:
        """The shares of a factor's members that have a scored question, in their order."""
        n_countries = len(self.table.factors["country"].names)
        labels = self.table.factors[factor]
        member = np.zeros(n_countries, dtype=np.intp)
        member[self.table.factors["country"].codes] = labels.codes
        belongs = np.zeros((n_countries, len(labels.names)))
        belongs[np.arange(n_countries), member] = 1
        counts = self.counts @ belongs
        kept = (counts > 0) & np.array([bool(name) for name in labels.names])
        totals: FloatArray = self.sums @ belongs[:, kept]
        return ShuffledShares(shares=totals / positive_or_nan(counts[kept]))


def shuffled_countries(
    table: ItemTable, column: str, *, rng: np.random.Generator, resamples: int
) -> ShuffledCountries:
    """Countries' sums of a column over permutations of pictures between countries."""
    values = table.values[column]
    known = ~np.isnan(values)
    country = table.factors["country"].codes[known]
    width = max(1, len(table.clusters.names))
    pairs, where = np.unique(country * width + table.clusters.codes[known], return_inverse=True)
    n_countries = len(table.factors["country"].names)
    sums = np.bincount(where, values[known], len(pairs))
    drawn = shuffled_sums(
        sums,
        pairs // width,
        _strata(table, known.nonzero()[0], where, len(pairs)),
        n_countries,
        rng=rng,
        resamples=resamples,
    )
    return ShuffledCountries(
        table=table, sums=drawn, counts=np.bincount(country, minlength=n_countries)
    )


def _strata(table: ItemTable, rows: IntArray, where: IntArray, pictures: int) -> IntArray:
    """Pictures with questions of the same categories and types, as many of each: one stratum.

    A picture's questions are summed as random words of 64 bits, one for each category and type.
    """
    proxies = len(table.factors["proxy"].names)
    kind = table.factors["topic"].codes[rows] * proxies + table.factors["proxy"].codes[rows]
    words = np.random.default_rng(0).integers(
        2**64, size=int(kind.max(initial=0)) + 1, dtype=np.uint64
    )
    signature = np.zeros(pictures, dtype=np.uint64)
    np.add.at(signature, where, words[kind])
    _, stratum = np.unique(signature, return_inverse=True)
    return stratum.astype(np.intp)
