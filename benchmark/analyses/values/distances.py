"""Are countries as far apart for the model as they are in truth? Kendall's tau-b of distances.

Knows the answer table and the world's distances; no survey. Three truths (``frame``): the
people's own answers, and those of `benchmark.world.distances` (Hofstede's dimensions, the
Inglehart-Welzel map, the survey's question means).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from benchmark.analyses.reporting import scored
from benchmark.analyses.values.answer_table import AnswerTable, answer_table
from benchmark.metrics.divergence import BoolArray, FloatArray, js_distance, positive_or_nan
from benchmark.metrics.mantel import (
    exact_permutations,
    kendall_tau_b,
    mantel_tau_b,
    random_permutations,
)
from benchmark.metrics.resampling import RESAMPLES
from benchmark.records import Analysis, Evidence, Score
from benchmark.vocabulary import READINGS, Reading
from benchmark.world.countries import countries as world
from benchmark.world.distances import FRAMES

PEOPLE = "people"
LEAST = 4  # countries: of three there are six relabellings, so no p below 1/6


@dataclass(frozen=True, kw_only=True, slots=True)
class Distances:
    """Distances between countries under a scope, NaN where they share no question."""

    scope: Mapping[str, str]
    reading: Reading
    model: FloatArray  # (countries, countries)
    people: FloatArray  # over the same questions
    n: int  # countries that the model was asked about


def distances(evidence: Evidence, *, permutations: int = RESAMPLES) -> list[Score]:
    """``distance_tau_b`` between the model's and the true distances of countries, and its p.

    The model's distance of two countries is the mean `js_distance` between its answers as either,
    over the questions answered as both (and answered by both peoples); the people's is over the
    same questions. Distance against distance: in [-1, 1], **positive is aligned**, higher is
    better. ``distance_tau_b_p`` is a one-sided (greater) Mantel p from relabelled countries, exact
    for up to seven. Countries without a distance to all others (in a frame or for lack of a shared
    question) are left out, the worst first, and counted in ``n_missing``; below four nothing is
    scored. ``distance_tau_b_people`` compares the *people's* answers with the other frames: what a
    perfect model would reach there. Overall (mean over proxies, no controls) and by proxy.
    """
    table = answer_table(evidence.records)
    seed = int(evidence.rng.integers(2**63))
    frames = {name: _frame(of, table.countries) for name, of in FRAMES.items()}
    apart = [a for reading in READINGS for a in _distances(table, reading)]
    scores = list(_taus([(a, a.people) for a in apart], PEOPLE, seed, permutations))
    for name, truth in frames.items():
        scores += _taus([(a, truth) for a in apart], name, seed, permutations)
        scores += _of_people(apart, truth, name)
    return scores


DISTANCES = Analysis(
    compute=distances,
    provides=("distance_tau_b", "distance_tau_b_p", "distance_tau_b_people"),
)


def _taus(
    jobs: Sequence[tuple[Distances, FloatArray]], frame: str, seed: int, permutations: int
) -> Iterator[Score]:
    """Both scores of each scope."""
    pairs = [(apart.model, truth) for apart, truth in jobs]
    tests = mantel_tests(pairs, seed, permutations)
    for (apart, _), (keep, tau, p) in zip(jobs, tests, strict=True):
        n = int(keep.sum())
        method = mantel_method(n, tau, permutations)
        for metric, value in (("distance_tau_b", tau), ("distance_tau_b_p", p)):
            yield _score(metric, value, apart, n, frame, method)


def mantel_tests(
    pairs: Sequence[tuple[FloatArray, FloatArray]], seed: int, permutations: int
) -> list[tuple[BoolArray, float, float]]:
    """For each pair of distance matrices: the countries kept, tau-b and its p; NaN below four.

    Pairs with the same truth and countries share permutations.
    """
    kept = [complete(*pair) for pair in pairs]
    alike: dict[bytes, list[int]] = {}
    for k, ((_, truth), keep) in enumerate(zip(pairs, kept, strict=True)):
        key = keep.tobytes() + truth[np.ix_(keep, keep)].tobytes()
        alike.setdefault(key, []).append(k)
    tau, p = np.full((2, len(pairs)), np.nan)
    for members in alike.values():
        keep, truth = kept[members[0]], pairs[members[0]][1]
        if keep.sum() < LEAST:
            continue
        inside = np.ix_(keep, keep)
        tau[members], p[members] = mantel_tau_b(
            np.array([pairs[k][0][inside] for k in members]),
            truth[inside],
            rng=np.random.default_rng([seed, *keep.tolist()]),
            permutations=permutations,
        )
    return list(zip(kept, tau.tolist(), p.tolist(), strict=True))


def mantel_method(n: int, tau: float, permutations: int) -> str:
    """How the tau of so many countries was tested, or why there is none."""
    if exact_permutations(n, permutations):
        number = "all permutations"
    else:
        number = f"{random_permutations(n, permutations)} permutations"
    return _why(n, tau) or f"Mantel, one-sided (greater), {number} of countries"


def _why(n: int, tau: float) -> str:
    """Why there is no tau; empty where there is one."""
    if n < LEAST:
        return f"too few countries ({n} < {LEAST})"
    return "all distances are equal" if np.isnan(tau) else ""


def _of_people(apart: Sequence[Distances], truth: FloatArray, frame: str) -> Iterator[Score]:
    for a in apart:
        keep = complete(a.model, truth)
        n = int(keep.sum())
        rows, columns = np.triu_indices(n, 1)
        inside = np.ix_(keep, keep)
        tau = (
            kendall_tau_b(a.people[inside][rows, columns], truth[inside][rows, columns])
            if n >= LEAST
            else float("nan")
        )
        method = _why(n, tau) or "tau-b of the people's own distances"
        yield _score("distance_tau_b_people", tau, a, n, frame, method)


def _score(metric: str, value: float, apart: Distances, n: int, frame: str, method: str) -> Score:
    scope = {**apart.scope, "frame": frame}
    missing = apart.n - n
    return scored(metric, value, scope, n, method, n_missing=missing, reading=apart.reading)


def _frame(of: Callable[[str, str], float], countries: Sequence[str]) -> FloatArray:
    table = np.full((len(countries), len(countries)), np.nan)
    for a, b in combinations(range(len(countries)), 2):
        if countries[a] in world() and countries[b] in world():
            table[a, b] = table[b, a] = of(countries[a], countries[b])
    return table


def _distances(table: AnswerTable, reading: Reading) -> list[Distances]:
    """Overall and by proxy: mean distances between countries over what they share."""
    people, model = table.read(reading)
    size = len(table.countries)
    sums = np.zeros((3, len(table.conditions), size, size))  # model, people, count
    for a, b in combinations(range(size), 2):
        between = js_distance(model[:, a], model[:, b])  # (conditions, questions)
        truth = np.broadcast_to(js_distance(people[a], people[b]), between.shape)
        shared = np.isfinite(between) & np.isfinite(truth)
        for k, column in enumerate((between, truth, shared)):
            total = np.where(shared, column, 0.0).sum(axis=1)
            sums[k, :, a, b] = sums[k, :, b, a] = total
    asked = np.asarray(table.asked.any(axis=-1))  # (conditions, countries)
    return [
        _mean(scope, reading, sums[:, chosen].sum(axis=1), int(asked[chosen].any(axis=0).sum()))
        for scope, chosen in _scopes(table)
    ]


def _scopes(table: AnswerTable) -> Iterator[tuple[dict[str, str], list[int]]]:
    """Scopes and their conditions."""
    conditions = list(enumerate(table.conditions))
    yield {}, [k for k, condition in conditions if not condition.control]
    for proxy in sorted({condition.proxy for condition in table.conditions}):
        yield {"proxy": proxy}, [k for k, condition in conditions if condition.proxy == proxy]


def _mean(scope: Mapping[str, str], reading: Reading, sums: FloatArray, n: int) -> Distances:
    number = positive_or_nan(sums[2])
    return Distances(
        scope=scope, reading=reading, model=sums[0] / number, people=sums[1] / number, n=n
    )


def complete(*matrices: FloatArray) -> BoolArray:
    """Members of a set without a missing distance: the one that lacks most goes first."""
    missing = np.asarray(np.isnan(np.array(matrices)).any(axis=0))
    np.fill_diagonal(missing, val=False)
    keep = np.ones(len(missing), dtype=np.bool_)
    while (lacking := (missing & keep & keep[:, None]).sum(axis=1)).any():
        # Of ties the last in the alphabet: any rule that does not depend on order will do.
        keep[len(keep) - 1 - int(lacking[::-1].argmax())] = False
    return keep
