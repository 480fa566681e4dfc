"""Countries and groups of them at the same mix of questions, and what they would show if equal.

Knows the question table. Pictures are dealt out to countries anew, each with all its questions,
among pictures of the same category that brought the same types of questions: what a country was
asked stays, how it fared is chance.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from benchmark.analyses.item_table import IntArray, ItemTable
from benchmark.analyses.questions.question_cells import Shares
from benchmark.analyses.questions.question_table import CORRECT
from benchmark.metrics.divergence import FloatArray, positive_or_nan
from benchmark.metrics.same_mix import same_mix
from benchmark.metrics.shuffling import shuffled_sums

LEAST_INFLATION = 1.0  # comparing at another mix never makes a share better known


@dataclass(frozen=True, kw_only=True, slots=True)
class ShuffledShares:
    """Sums and shares of the scored members of a factor in every permutation."""

    sums: FloatArray  # (resamples, members)
    shares: FloatArray  # (resamples, members)


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
        return ShuffledShares(sums=totals, shares=totals / positive_or_nan(counts[kept]))


@dataclass(frozen=True, kw_only=True, slots=True)
class AtSameMix:
    """A factor's members as if all had been asked the same mix of categories and types.

    ``cells`` has their standardised shares, in [0, 1], with the effective numbers of questions that
    these are worth; ``places`` those of its members that can be compared.
    """

    cells: Shares
    places: list[int]
    shuffled: FloatArray  # (resamples, places): of equal countries
    how: str


def at_same_mix(table: ItemTable, factor: str, cells: Shares, null: ShuffledShares) -> AtSameMix:
    """The shares of a factor's members, standardised by `same_mix`, as are those of equal ones.

    Permutations exchange pictures of one mix, so that the totals of kinds stay and the same map
    standardises them.
    """
    scored = np.flatnonzero(cells.of.n > 0)
    known = ~np.isnan(table.values[CORRECT])
    member = table.group((factor,)).codes
    inside = known & (member >= 0)
    kind = _kinds(table)[inside]
    counts = np.zeros((len(cells.scopes), int(kind.max(initial=0)) + 1))
    np.add.at(counts, (member[inside], kind), 1)
    totals = np.bincount(kind, table.values[CORRECT][inside], counts.shape[1])
    asked = counts.sum(axis=0) > 0
    mix = same_mix(counts[scored][:, asked], totals[asked])
    mean, effective = cells.of.mean.copy(), cells.effective.copy()
    standard = mix.means(cells.of.mean[scored] * cells.of.n[scored])
    mean[scored] = np.clip(standard, 0, 1)
    effective[scored] = cells.effective[scored] / np.maximum(mix.inflation, LEAST_INFLATION)
    left_out = int((~mix.comparable).sum())
    how = "at the same mix of categories and types"
    return AtSameMix(
        cells=replace(cells, of=replace(cells.of, mean=mean), effective=effective),
        places=scored[mix.comparable].tolist(),
        shuffled=mix.means(null.sums)[:, mix.comparable],
        how=f"{how}, {left_out} that share none left out" if left_out else how,
    )


def _kinds(table: ItemTable) -> IntArray:
    """Category and type of each question as one code, (items,)."""
    proxies = len(table.factors["proxy"].names)
    kinds: IntArray = table.factors["topic"].codes * proxies + table.factors["proxy"].codes
    return kinds


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
    kind = _kinds(table)[rows]
    words = np.random.default_rng(0).integers(
        2**64, size=int(kind.max(initial=0)) + 1, dtype=np.uint64
    )
    signature = np.zeros(pictures, dtype=np.uint64)
    np.add.at(signature, where, words[kind])
    _, stratum = np.unique(signature, return_inverse=True)
    return stratum.astype(np.intp)
