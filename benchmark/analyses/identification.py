"""Does the model answer as this country rather than as another? Rank of the right one by distance.

Knows the answer table; no survey. A similarity can be high because people are alike everywhere;
to be nearest to the right people the model must know what sets them apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.analyses.answer_table import AnswerTable, answer_table
from benchmark.analyses.reporting import too_few
from benchmark.analyses.stem_intervals import LEVEL, stem_rng
from benchmark.analyses.substantive import NEEDS
from benchmark.metrics.divergence import BoolArray, FloatArray, js_distance, positive_or_nan
from benchmark.metrics.ranking import (
    chance_of_reciprocal_rank,
    chance_of_top1,
    reciprocal_rank,
    top1,
)
from benchmark.metrics.resampling import (
    MIN_STEMS,
    RESAMPLES,
    cluster_weights,
    expanded_level,
    percentile_interval,
)
from benchmark.records import AnswerReader, CaseRecord, Reading, Score

READINGS: tuple[Reading, ...] = ("printed", "substantive")
TIE = 1e-12  # summed distances that differ by less are equal
BLOCK = 1000  # resamples held at once
ONE_CANDIDATE = "one candidate: no other country's people are in the run"


@dataclass(frozen=True, kw_only=True, slots=True)
class Units:
    """One row for each country under each condition; the ranks' raw material, by stem.

    ``margin`` is the summed distance to a candidate's people less that to the own people, over
    the questions that both were asked and the model answered: below 0 the candidate is nearer.
    """

    country: Sequence[str]
    proxy: Sequence[str]
    control: BoolArray  # (units,)
    margin: FloatArray  # (units, candidates, stems)
    rival: BoolArray  # (units, candidates): another country that shares a question
    stems: BoolArray  # (units, stems) with a question that counts
    n: FloatArray  # (units,) questions that count
    n_items: FloatArray  # (units,)

    @property
    def ranked(self) -> BoolArray:
        """Which units have a rival at all, (units,)."""
        return self.rival.any(axis=1)

    @property
    def candidates(self) -> FloatArray:
        """Rivals and the right one, (units,)."""
        return self.rival.sum(axis=1) + 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Identification:
    """Is the answer for a country nearest to that country's people? Top-1 and reciprocal rank.

    Candidates are the countries whose people's answers are in the run; each rival is held
    against the right country by the mean `js_distance` over the questions that *both* peoples
    were asked, so that no one wins by an easier questionnaire. The rank is 1 + the rivals that
    are nearer; ties are broken evenly. ``identification_top1`` in [0, 1] and
    ``identification_mrr`` in (0, 1], higher is better, each beside its chance level
    (1/k, and the mean of 1/1 … 1/k, over k candidates). Means over countries and proxies, a unit
    each; overall and by country without controls. Intervals resample question stems, all units
    together. Not scored where a country has no rival.
    """

    name: str = "identification"
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
        table = answer_table(records)
        seed = int(rng.integers(2**63))
        scores: list[Score] = []
        for reading in READINGS:
            units = _units(table, reading)
            scores += _scores(units, table, reading, seed, self.resamples)
        return scores


def _units(table: AnswerTable, reading: Reading) -> Units:
    people, model = table.read(reading)
    stems = table.clusters.codes
    starts = np.searchsorted(stems, np.arange(len(table.clusters.names)), sorter=np.argsort(stems))
    by_stem = np.argsort(stems, kind="stable")
    margins, rivals, covered, n, n_items, at = [], [], [], [], [], []
    for k, condition in enumerate(table.conditions):
        for c, country in enumerate(table.countries):
            if not table.asked[k, c].any():
                continue
            distance = js_distance(model[k, c], people)  # (candidates, questions)
            margin = distance - distance[c]
            shared = np.isfinite(margin)
            shared[c] = False
            counted = shared.any(axis=0)
            filled = np.where(shared, margin, 0.0)[:, by_stem]
            margins.append(np.add.reduceat(filled, starts, axis=1))
            covered.append(np.add.reduceat(counted[by_stem], starts) > 0)
            rivals.append(shared.any(axis=1))
            n.append(counted.sum())
            n_items.append(table.asked[k, c].sum())
            at.append((country, condition.proxy, condition.control))
    size = len(table.countries), len(table.clusters.names)
    return Units(
        country=[country for country, _, _ in at],
        proxy=[proxy for _, proxy, _ in at],
        control=np.array([control for *_, control in at], dtype=np.bool_),
        margin=np.array(margins).reshape(len(at), *size),
        rival=np.array(rivals, dtype=np.bool_).reshape(len(at), size[0]),
        stems=np.array(covered, dtype=np.bool_).reshape(len(at), size[1]),
        n=np.array(n, dtype=np.float64),
        n_items=np.array(n_items, dtype=np.float64),
    )


def _scopes(units: Units) -> Iterator[tuple[dict[str, str], list[int]]]:
    """Scopes and their units: overall, by proxy, by country, and by both."""
    everyone = range(len(units.country))
    pooled = [u for u in everyone if not units.control[u]]
    yield {}, pooled
    for proxy in sorted(set(units.proxy)):
        yield {"proxy": proxy}, [u for u in everyone if units.proxy[u] == proxy]
    for country in sorted({units.country[u] for u in pooled}):
        yield {"country": country}, [u for u in pooled if units.country[u] == country]
    for country, proxy in sorted(set(zip(units.country, units.proxy, strict=True))):
        both = [u for u in everyone if (units.country[u], units.proxy[u]) == (country, proxy)]
        yield {"country": country, "proxy": proxy}, both


def _scores(
    units: Units, table: AnswerTable, reading: Reading, seed: int, resamples: int
) -> list[Score]:
    better, tied = _places(units.margin.sum(axis=-1)[None], units.rival)
    value = {"top1": top1(better, tied)[0], "mrr": reciprocal_rank(better, tied)[0]}
    chance = {
        "top1": chance_of_top1(units.candidates),
        "mrr": chance_of_reciprocal_rank(units.candidates),
    }
    scopes = list(_scopes(units))
    samples = _intervals(units, table, [mine for _, mine in scopes], seed, resamples)
    scores = []
    for (scope, mine), (stems, ends) in zip(scopes, samples, strict=True):
        ranked = [u for u in mine if units.ranked[u]]
        n = int(units.n[ranked].sum())
        n_missing = int(units.n_items[mine].sum()) - n
        for metric in ("top1", "mrr"):
            low, high = ends[metric]
            shared = {"scope": scope, "n": n, "n_missing": n_missing, "reading": reading}
            scores.append(
                Score(
                    metric=f"identification_{metric}",
                    value=_mean(value[metric][ranked]),
                    low=low,
                    high=high,
                    method=_method(ranked, stems, resamples),
                    **shared,  # type: ignore[arg-type]
                )
            )
            scores.append(
                Score(
                    metric=f"identification_{metric}_chance",
                    value=_mean(chance[metric][ranked]),
                    method="guessing" if ranked else ONE_CANDIDATE,
                    higher_is_better=None,
                    **shared,  # type: ignore[arg-type]
                )
            )
    return scores


def _mean(values: FloatArray) -> float:
    return float(values.mean()) if values.size else float("nan")


def _method(ranked: Sequence[int], stems: int, resamples: int) -> str:
    if not ranked:
        return ONE_CANDIDATE
    if stems < MIN_STEMS:
        return too_few(stems)
    return f"stem bootstrap, {resamples} resamples, 95 % expanded percentile"


def _places(margin: FloatArray, rival: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Rivals that are nearer, and as near, from summed margins (..., units, candidates)."""
    better = ((margin < -TIE) & rival).sum(axis=-1)
    tied = ((np.abs(margin) <= TIE) & rival).sum(axis=-1)
    return better, tied


Ends = dict[str, tuple[float, float]]
NO_ENDS: Ends = {"top1": (float("nan"),) * 2, "mrr": (float("nan"),) * 2}


def _intervals(
    units: Units, table: AnswerTable, scopes: Sequence[Sequence[int]], seed: int, resamples: int
) -> list[tuple[int, Ends]]:
    """Number of stems and ends of each scope; scopes over the same stems share resamples."""
    found: list[tuple[int, Ends]] = [(0, NO_ENDS)] * len(scopes)
    jobs: dict[tuple[int, ...], list[int]] = {}
    for k, mine in enumerate(scopes):
        covered = np.flatnonzero(units.stems[mine].any(axis=0))
        found[k] = covered.size, NO_ENDS
        if covered.size >= MIN_STEMS:
            jobs.setdefault(tuple(covered.tolist()), []).append(k)
    for covered_stems, members in jobs.items():
        names = [table.clusters.names[s] for s in covered_stems]
        weights = cluster_weights(len(names), rng=stem_rng(seed, names), resamples=resamples)
        level = expanded_level(LEVEL, len(names))
        needed = sorted({u for k in members for u in scopes[k] if units.ranked[u]})
        position = {u: i for i, u in enumerate(needed)}
        by_unit = _resampled(units, needed, list(covered_stems), weights)
        for k in members:
            mine = [position[u] for u in scopes[k] if u in position]
            ends = {}
            for metric, samples in by_unit.items():
                low, high = percentile_interval(_mean_of_drawn(samples[:, mine]), level)
                ends[metric] = float(low), float(high)
            found[k] = found[k][0], ends
    return found


def _resampled(
    units: Units, needed: Sequence[int], stems: Sequence[int], weights: FloatArray
) -> dict[str, FloatArray]:
    """Top-1 and reciprocal rank of each unit in each resample, (resamples, units).

    A rival of whose shared questions none was drawn is no rival in that resample; NaN where none
    is left.
    """
    rival = units.rival[needed]
    margin = units.margin[np.ix_(needed, range(rival.shape[1]), stems)]
    same = (np.abs(margin) <= TIE).all(axis=-1) & rival  # tied in every resample
    tied = same.sum(axis=1)
    flat = margin[rival]  # (unit and rival, stems)
    starts = np.concatenate([[0], np.cumsum(rival.sum(axis=1))[:-1]])
    found = {name: np.empty((len(weights), len(needed))) for name in ("top1", "mrr")}
    for start in range(0, len(weights), BLOCK):
        block = slice(start, start + BLOCK)
        sums = weights[block] @ flat.T
        better = np.add.reduceat(sums < -TIE, starts, axis=1, dtype=np.int16)
        worse = np.add.reduceat(sums > TIE, starts, axis=1, dtype=np.int16)
        alone = better + worse + tied == 0
        found["top1"][block] = np.where(alone, np.nan, top1(better, tied))
        found["mrr"][block] = np.where(alone, np.nan, reciprocal_rank(better, tied))
    return found


def _mean_of_drawn(samples: FloatArray) -> FloatArray:
    """Mean over the units (resamples, units) that had a rival in the resample."""
    there = ~np.isnan(samples)
    return np.where(there, samples, 0.0).sum(axis=1) / positive_or_nan(there.sum(axis=1))
