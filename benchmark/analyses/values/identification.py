"""Does the model answer as this country rather than as another? Rank of the right one by distance.

Knows the answer table; no survey. A similarity can be high because people are alike everywhere;
to be nearest to the right people the model must know what sets them apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from benchmark.analyses.reporting import NO_ENDS, scored, too_few
from benchmark.analyses.stem_intervals import LEVEL, stem_rng
from benchmark.analyses.values.answer_table import AnswerTable, answer_table
from benchmark.analyses.values.candidates import Units, places, resampled, units_of
from benchmark.metrics.divergence import FloatArray
from benchmark.metrics.means import mean_along
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
from benchmark.records import Analysis, Evidence, Score
from benchmark.vocabulary import READINGS, Reading

ONE_CANDIDATE = "one candidate: no other country's people are in the run"


def identification(evidence: Evidence, *, resamples: int = RESAMPLES) -> list[Score]:
    """Is the answer for a country nearest to that country's people? Top-1 and reciprocal rank.

    Candidates are the countries whose people's answers are in the run; each rival is compared with
    the right country by the mean `js_distance` over the questions that *both* peoples were asked,
    so that none wins by an easier questionnaire. The rank is 1 + the rivals that are nearer; ties
    are broken evenly. ``identification_top1`` in [0, 1] and ``identification_mrr`` in (0, 1],
    higher is better, each beside its chance level (1/k, and the mean of 1/1 … 1/k, over k
    candidates). Means over countries and proxies, a unit each; overall and by country without
    controls. Intervals resample question stems, all units together. Not scored where a country has
    no rival.
    """
    table = answer_table(evidence.records)
    seed = int(evidence.rng.integers(2**63))
    scores: list[Score] = []
    for reading in READINGS:
        units = units_of(table, reading)
        scores += _scores(units, table, reading, seed, resamples)
    return scores


IDENTIFICATION = Analysis(
    compute=identification,
    provides=tuple(
        f"identification_{metric}{end}" for metric in ("top1", "mrr") for end in ("", "_chance")
    ),
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
    better, tied = places(units.margin.sum(axis=-1)[None], units.rival)
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
            mean, method = _mean(value[metric][ranked]), _method(ranked, stems, resamples)
            guess = _mean(chance[metric][ranked]), "guessing" if ranked else ONE_CANDIDATE
            for end, number, how, at in (
                ("", mean, method, ends[metric]),
                ("_chance", *guess, NO_ENDS),
            ):
                scores.append(
                    scored(
                        *(f"identification_{metric}{end}", number, scope, n, how),
                        n_missing=n_missing,
                        ends=at,
                        reading=reading,
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


Ends = dict[str, tuple[float, float]]
NONE: Ends = {"top1": NO_ENDS, "mrr": NO_ENDS}


def _intervals(
    units: Units, table: AnswerTable, scopes: Sequence[Sequence[int]], seed: int, resamples: int
) -> list[tuple[int, Ends]]:
    """Number of stems and ends of each scope; scopes over the same stems share resamples."""
    found: list[tuple[int, Ends]] = [(0, NONE)] * len(scopes)
    jobs: dict[tuple[int, ...], list[int]] = {}
    for k, mine in enumerate(scopes):
        covered = np.flatnonzero(units.stems[mine].any(axis=0))
        found[k] = covered.size, NONE
        if covered.size >= MIN_STEMS:
            jobs.setdefault(tuple(covered.tolist()), []).append(k)
    for covered_stems, members in jobs.items():
        names = [table.clusters.names[s] for s in covered_stems]
        weights = cluster_weights(len(names), rng=stem_rng(seed, names), resamples=resamples)
        level = expanded_level(LEVEL, len(names))
        needed = sorted({u for k in members for u in scopes[k] if units.ranked[u]})
        position = {u: i for i, u in enumerate(needed)}
        by_unit = resampled(units, needed, list(covered_stems), weights)
        for k in members:
            mine = [position[u] for u in scopes[k] if u in position]
            ends = {}
            for metric, samples in by_unit.items():
                low, high = percentile_interval(mean_along(samples[mine]), level)
                ends[metric] = float(low), float(high)
            found[k] = found[k][0], ends
    return found
