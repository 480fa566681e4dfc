"""Does the model answer as this country rather than as another? Rank of the right one by distance.

Knows the answer table; no survey. A similarity can be high because people are alike everywhere;
to be nearest to the right people the model must know what sets them apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from benchmark.analyses.item_table import IntArray
from benchmark.analyses.reporting import scored
from benchmark.analyses.values.answer_table import AnswerTable, answer_table
from benchmark.analyses.values.candidates import Units, units_of
from benchmark.metrics.divergence import FloatArray
from benchmark.metrics.matching import all_matchings, matching_p
from benchmark.metrics.proportions import Share, share_of_units
from benchmark.metrics.resampling import RESAMPLES
from benchmark.records import Analysis, Evidence, Score
from benchmark.vocabulary import READINGS, Reading

METRICS = ("top1", "mrr")
ONE_CANDIDATE = "one candidate: no other country's people are in the run"
ONE_COUNTRY = "one country: no interval"
INTERVAL = "Wilson, 95 %, countries as units"


def identification(evidence: Evidence, *, permutations: int = RESAMPLES) -> list[Score]:
    """Is the answer for a country nearest to that country's people? Top-1 and reciprocal rank.

    Candidates are the countries whose people's answers are in the run; each rival is compared with
    the right country by the mean `js_distance` over the questions that *both* peoples were asked,
    so that none wins by an easier questionnaire; of several answers to a question (pictures,
    orders) the distances are averaged. The rank is 1 + the rivals that are nearer; ties are broken
    evenly. ``identification_top1`` in [0, 1] and ``identification_mrr`` in (0, 1], higher is
    better, each beside its chance level (1/k, and the mean of 1/1 … 1/k, over k candidates). Means
    over countries and proxies, overall and by country without controls. Intervals are Wilson's with
    countries as units (`share_of_units`; for the reciprocal rank, which varies less than a share,
    they are too wide rather than too narrow). ``…_p`` is the one-sided p of permuted labels: which
    country's answer is which, the same under every proxy (`matching_p`). Not scored where a
    country has no rival.
    """
    table = answer_table(evidence.records)
    seed = int(evidence.rng.integers(2**63))
    return [
        score for reading in READINGS for score in identified(table, reading, seed, permutations)
    ]


IDENTIFICATION = Analysis(
    compute=identification,
    provides=tuple(
        f"identification_{metric}{end}" for metric in METRICS for end in ("", "_chance", "_p")
    ),
)


def _scopes(units: Units, countries: Sequence[str]) -> Iterator[tuple[dict[str, str], list[int]]]:
    """Scopes and their units: overall, by proxy, by country, and by both."""
    everyone = range(len(units.country))
    names = [countries[c] for c in units.country]
    pooled = [u for u in everyone if not units.control[u]]
    yield {}, pooled
    for proxy in sorted(set(units.proxy)):
        yield {"proxy": proxy}, [u for u in everyone if units.proxy[u] == proxy]
    for country in sorted({names[u] for u in pooled}):
        yield {"country": country}, [u for u in pooled if names[u] == country]
    for country, proxy in sorted(set(zip(names, units.proxy, strict=True))):
        both = [u for u in everyone if (names[u], units.proxy[u]) == (country, proxy)]
        yield {"country": country, "proxy": proxy}, both


def identified(
    table: AnswerTable, reading: Reading, seed: int, permutations: int
) -> Iterator[Score]:
    """The scores of one reading."""
    units = units_of(table, reading)
    for scope, mine in _scopes(units, table.countries):
        ranked = np.array([u for u in mine if units.ranked[u]], dtype=np.intp)
        n = int(units.n[ranked].sum())
        missing = int(units.n_items[mine].sum()) - n
        for metric in METRICS:
            name = f"identification_{metric}"
            yield _share(units, ranked, metric, scope, n, missing, reading)
            chance = _mean(units.chance[metric][ranked])
            how = "guessing" if ranked.size else ONE_CANDIDATE
            yield scored(
                f"{name}_chance", chance, scope, n, how, n_missing=missing, reading=reading
            )
            if "country" not in scope:
                table_of = fit(units, ranked, metric)
                # The same relabellings for a scope whatever else is in the run.
                rng = np.random.default_rng([seed, *"".join(table.countries).encode()])
                yield scored(
                    f"{name}_p",
                    matching_p(table_of, rng=rng, permutations=permutations),
                    scope,
                    n,
                    _of_permutations(len(table_of), permutations),
                    n_missing=missing,
                    n_clusters=len(table_of),
                    reading=reading,
                )


def _share(
    units: Units,
    ranked: IntArray,
    metric: str,
    scope: dict[str, str],
    n: int,
    missing: int,
    reading: Reading,
) -> Score:
    found = of_countries(units, ranked, metric)
    several = found.n_units > 1
    return scored(
        f"identification_{metric}",
        found.value,
        scope,
        n,
        INTERVAL if several else ONE_COUNTRY if ranked.size else ONE_CANDIDATE,
        n_missing=missing,
        n_clusters=found.n_units,
        ends=(found.low, found.high),
        reading=reading,
    )


def of_countries(units: Units, ranked: IntArray, metric: str) -> Share:
    """The share with its interval: a country's proxies are its trials."""
    size = units.score[metric].shape[1]
    own = units.country[ranked]
    reached = np.bincount(own, units.score[metric][ranked, own], size)
    return share_of_units(reached, np.bincount(own, minlength=size))


def fit(units: Units, ranked: IntArray, metric: str) -> FloatArray:
    """What the answers of each country that has any score as each such country's, (k, k)."""
    countries, row = np.unique(units.country[ranked], return_inverse=True)
    fit = np.zeros((len(countries), len(countries)))
    np.add.at(fit, row, units.score[metric][np.ix_(ranked, countries)])
    return fit


def _of_permutations(k: int, permutations: int) -> str:
    if k < 2:
        return "too few countries to trade labels"
    number = "all" if all_matchings(k, permutations) else str(permutations)
    return f"one-sided (greater), {number} permutations of the countries' labels"


def _mean(values: FloatArray) -> float:
    return float(values.mean()) if values.size else float("nan")
