"""How far apart two nationalities' stories are: a matrix for each proxy, concept and measure.

Knows story strata and measures of two texts; no published distance between countries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmark.analyses.stories.strata import StoryStratum, cell_means, strata_of
from benchmark.analyses.stories.table import by_proxy, counts
from benchmark.metrics.bleu import symmetric_bleu
from benchmark.metrics.divergence import FloatArray, positive_or_nan
from benchmark.metrics.greedy_matching import greedy_f1_matrix
from benchmark.records import AnswerReader, CaseRecord


def _bleu_distance(stratum: StoryStratum) -> FloatArray:
    apart: FloatArray = 1 - symmetric_bleu(stratum.words)
    return apart


Measure = Callable[[StoryStratum], FloatArray]
"""Distances of all pairs of a stratum's stories, (stories, stories), symmetric."""

MEASURES: Mapping[str, Measure] = {
    "edits": StoryStratum.distances,
    "bleu": _bleu_distance,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Distances:
    """Distances between the nationalities' stories by one measure under a scope."""

    scope: Mapping[str, str]
    measure: str
    control: bool
    apart: FloatArray  # (countries, countries), NaN where there is no pair of stories
    n: int  # countries with stories


def by_tokens(encode: Callable[[Sequence[str]], Sequence[npt.ArrayLike]]) -> Measure:
    """One less BERTScore's F1 as a measure, of the texts as they were written.

    ``encode`` gives each text's token vectors.
    """

    def apart(stratum: StoryStratum) -> FloatArray:
        distance: FloatArray = 1 - greedy_f1_matrix(encode(stratum.text))
        return distance

    return apart


def distances_between(
    records: Sequence[CaseRecord],
    answers: AnswerReader,
    countries: Sequence[str],
    measures: Mapping[str, Measure] = MEASURES,
) -> list[Distances]:
    """By proxy and concept, by proxy, and overall, which pools all proxies but controls.

    The distance of two nationalities is the mean over all pairs of their stories about one
    concept at one temperature under one proxy. A proxy's is the mean over concepts, each less its
    own mean over all pairs: a concept whose stories are all far apart must not move a pair of
    countries that lack some other concept.
    """
    found: list[Distances] = []
    for proxy, table in by_proxy(records, answers):
        control = bool(table.control.all())
        sums = _sums(strata_of(table, countries), len(countries), measures)
        for measure in measures:
            topics = {t: _mean(*sums[measure, t]) for m, t in sums if m == measure}
            for topic, apart in topics.items():
                found.append(_between({"proxy": proxy, "topic": topic}, measure, control, apart))
            pooled = _centred(list(topics.values()))
            found.append(_between({"proxy": proxy}, measure, control, pooled))
    return found + list(_overall(found, measures))


def distances_known(records: Sequence[CaseRecord]) -> tuple[str, ...]:
    """Every nationality that has stories, in order."""
    return tuple(sorted({record.case.country for record in records if counts(record)}))


def _sums(
    strata: Sequence[StoryStratum], size: int, measures: Mapping[str, Measure]
) -> dict[tuple[str, str], tuple[FloatArray, FloatArray]]:
    """By measure and concept: summed distances and numbers of pairs."""
    found: dict[tuple[str, str], tuple[FloatArray, FloatArray]] = {}
    for stratum in strata:
        for measure, apart in measures.items():
            sums, number = cell_means(apart(stratum), stratum.country, size)
            before = found.get((measure, stratum.concept), (0.0, 0.0))
            found[measure, stratum.concept] = (before[0] + sums, before[1] + number)
    return found


def _mean(sums: FloatArray, number: FloatArray) -> FloatArray:
    mean: FloatArray = sums / positive_or_nan(number)
    return mean


def _centred(matrices: Sequence[FloatArray]) -> FloatArray:
    """Mean of matrices, each less the mean of its pairs, over those that have the pair."""
    stack = np.array(matrices)
    pairs = ~np.eye(stack.shape[-1], dtype=np.bool_)
    known = np.isfinite(stack)
    off = known & pairs
    level = np.where(off, stack, 0.0).sum(axis=(1, 2)) / positive_or_nan(off.sum(axis=(1, 2)))
    total = np.where(known, stack - level[:, None, None], 0.0).sum(axis=0)
    mean: FloatArray = total / positive_or_nan(known.sum(axis=0))
    return mean


def _overall(found: Sequence[Distances], measures: Mapping[str, Measure]) -> Iterator[Distances]:
    for measure in measures:
        mine = [b.apart for b in found if _pooled(b, measure)]
        if mine:
            yield _between({}, measure, False, _centred(mine))


def _pooled(b: Distances, measure: str) -> bool:
    return b.measure == measure and not b.control and set(b.scope) == {"proxy"}


def _between(
    scope: Mapping[str, str],
    measure: str,
    control: bool,
    apart: FloatArray,
) -> Distances:
    n = int(np.isfinite(apart).any(axis=1).sum())
    return Distances(scope=scope, measure=measure, control=control, apart=apart, n=n)
