"""Are countries as far apart for the model as they are in truth? Kendall's tau-b of distances.

Knows distances between countries and the world's; no survey. Four truths (``frame``): the
people's own answers, and those of `benchmark.world.distances` (Hofstede's dimensions, the
Inglehart-Welzel map, the survey's question means).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np

from benchmark.analyses.relabelling import LEAST, complete, why_no_tau
from benchmark.analyses.reporting import LONGER, NO_ENDS, scored
from benchmark.analyses.values.answer_table import AnswerTable, answer_table
from benchmark.analyses.values.between_countries import Between, between_countries
from benchmark.metrics.divergence import BoolArray, FloatArray
from benchmark.metrics.mantel import kendall_tau_b
from benchmark.metrics.shuffled_answers import (
    MOST,
    affordable_shuffles,
    mean_over_questions,
    means_without,
    shuffled_means,
    tau_b_of_rows,
)
from benchmark.metrics.skewed_means import mean_interval
from benchmark.records import Analysis, Evidence, Score
from benchmark.vocabulary import READINGS
from benchmark.world.countries import countries as world
from benchmark.world.distances import FRAMES

PEOPLE = "people"
ROUNDING = 1e-9
JACKKNIFE = "delete-one-stem jackknife, t"


@dataclass(frozen=True, kw_only=True, slots=True)
class Sides:
    """Distances among the countries kept, centred by question, (questions, kept, kept)."""

    model: FloatArray
    people: FloatArray

    @property
    def present(self) -> BoolArray:
        """Who has any distance in which question, (questions, kept)."""
        return np.asarray(np.isfinite(self.model).any(axis=-1))


@dataclass(frozen=True, kw_only=True, slots=True)
class Compared:
    """A scope's distances held against one frame; ``frame`` PEOPLE has no ``truth`` of its own."""

    between: Between
    frame: str
    keep: BoolArray  # (countries,)
    sides: Sides
    truth: FloatArray | None  # (pairs,)
    tau: float  # NaN below `LEAST` countries

    @property
    def n(self) -> int:
        """Countries compared."""
        return int(self.keep.sum())


def distances(evidence: Evidence, *, permutations: int = MOST) -> list[Score]:
    """``distance_tau_b`` between the model's and the true distances of countries, and its p.

    The model's distance of two countries is the mean `js_distance` between its answers as either,
    over the questions answered as both (and answered by both peoples); the people's is over the
    same questions. Of several answers to a question the mean counts, without what noise adds (as in
    `spread`). Each question is centred over its pairs, so that a pair is not far apart for having
    been asked a contentious question. Distance against distance: in [-1, 1], **positive is
    aligned**, higher is better; the interval is the jackknife's over stems.

    ``distance_tau_b_p`` is one-sided (greater): the model's answers change places among the
    countries within each question by itself (`shuffled_means`). Countries that do not share six
    questions of six stems with all others, or lack figures in a frame, are left out, the worst
    first, and counted in ``n_missing``; below four nothing is scored. ``distance_tau_b_people``
    compares the *people's* answers with the other frames: what a perfect model would reach there.
    Overall (mean over proxies, no controls) and by proxy.
    """
    seed = int(evidence.rng.integers(2**63))
    return distances_of(answer_table(evidence.records), seed=seed, permutations=permutations)


DISTANCES = Analysis(
    compute=distances,
    provides=("distance_tau_b", "distance_tau_b_p", "distance_tau_b_people"),
)


def distances_of(table: AnswerTable, *, seed: int, permutations: int) -> list[Score]:
    """The scores of a table."""
    truths: dict[str, FloatArray | None] = {PEOPLE: None}
    truths |= {name: _frame(of, table.countries) for name, of in FRAMES.items()}
    compared = [
        one
        for reading in READINGS
        for between in between_countries(table, reading)
        for one in compared_with(between, truths)
    ]
    p = p_values(compared, seed, permutations)
    return [score for c, mine in zip(compared, p, strict=True) for score in scores_of(c, *mine)]


def compared_with(between: Between, truths: Mapping[str, FloatArray | None]) -> Iterator[Compared]:
    """The scope against each frame; frames over the same countries share its distances."""
    found: dict[bytes, Sides] = {}
    for frame, matrix in truths.items():
        keep = complete(between.overlap, *(() if matrix is None else (matrix,)))
        if keep.tobytes() not in found:
            model, people = between.of(keep)
            found[keep.tobytes()] = Sides(model=model, people=people)
        sides = found[keep.tobytes()]
        truth = None if matrix is None else _pairs(matrix[np.ix_(keep, keep)])
        known = _pairs(mean_over_questions(sides.people)) if truth is None else truth
        tau = math.nan
        if keep.sum() >= LEAST:
            tau = kendall_tau_b(_pairs(mean_over_questions(sides.model)), known)
        yield Compared(between=between, frame=frame, keep=keep, sides=sides, truth=truth, tau=tau)


def p_values(compared: Sequence[Compared], seed: int, permutations: int) -> list[tuple[float, int]]:
    """The p of each and the number of shuffles, those over the same answers shuffled together."""
    alike: dict[bytes, list[int]] = {}
    for k, c in enumerate(compared):
        alike.setdefault(c.keep.tobytes() + c.sides.present.tobytes(), []).append(k)
    found = [(math.nan, 0)] * len(compared)
    for members in alike.values():
        first = compared[members[0]]
        if first.n < LEAST:
            continue
        sides = {id(compared[k].sides): compared[k].sides for k in members}
        shuffles = affordable_shuffles(len(first.sides.model), first.n, permutations)
        shuffled = shuffled_means(
            np.array([side.model for side in sides.values()]),
            rng=np.random.default_rng([seed, *first.keep.tolist()]),
            shuffles=shuffles,
        )
        for means, side in zip(shuffled, sides, strict=True):
            mine = [k for k in members if id(compared[k].sides) == side]
            taus = tau_b_of_rows(means, np.array([_truth(compared[k]) for k in mine]))
            for k, column in zip(mine, taus.T, strict=True):
                extreme = int((column >= compared[k].tau - ROUNDING).sum())
                found[k] = (1 + extreme) / (1 + shuffles), shuffles
    return found


def _truth(c: Compared) -> FloatArray:
    return _pairs(mean_over_questions(c.sides.people)) if c.truth is None else c.truth


def scores_of(c: Compared, p: float, shuffles: int) -> Iterator[Score]:
    """Tau and its p; for a frame also the people's own tau."""
    none = why_no_tau(c.n, c.tau)
    interval = Interval(*NO_ENDS, 0, none) if none else _interval(c)
    shuffled = f"one-sided (greater), {shuffles} shuffles of answers within each question"
    for metric, value, ends, method in (
        ("distance_tau_b", c.tau, (interval.low, interval.high), interval.method),
        ("distance_tau_b_p", math.nan if none else p, NO_ENDS, none or shuffled),
    ):
        told = none or f"{method}; {c.between.how}"
        yield _score(metric, value, c, told, ends, interval.stems)
    if c.truth is not None:
        own = math.nan
        if c.n >= LEAST:
            own = kendall_tau_b(_pairs(mean_over_questions(c.sides.people)), c.truth)
        method = why_no_tau(c.n, own) or "tau-b of the people's own distances"
        yield _score("distance_tau_b_people", own, c, method)


class Interval(NamedTuple):
    """Ends, the stems behind them and how they came about."""

    low: float
    high: float
    stems: int
    method: str


def _interval(c: Compared) -> Interval:
    """By leaving out each stem in turn, for either side where both are made of questions."""
    asked = c.sides.present.any(axis=1)
    stems = c.between.stems[asked]
    model = _pairs(means_without(c.sides.model[asked], stems))
    k = len(model)
    if c.truth is None:
        people = _pairs(means_without(c.sides.people[asked], stems))
        without = np.diagonal(tau_b_of_rows(model, people))
    else:
        without = tau_b_of_rows(model, c.truth[None])[:, 0]
    pseudo = k * c.tau - (k - 1) * without
    low, high = (float(end - pseudo.mean()) + c.tau for end in mean_interval(pseudo))
    if not high - low > ROUNDING:
        return Interval(*NO_ENDS, k, "no interval: no stem changes the order of distances")
    return Interval(max(-1.0, low), min(1.0, high), k, f"{JACKKNIFE}, {k - 1} d.f., {LONGER}")


def _pairs(matrix: FloatArray) -> FloatArray:
    """The pairs of matrices, (..., n, n) to (..., pairs)."""
    rows, columns = np.triu_indices(matrix.shape[-1], 1)
    return np.asarray(matrix[..., rows, columns])


def _score(
    metric: str,
    value: float,
    c: Compared,
    method: str,
    ends: tuple[float, float] = NO_ENDS,
    clusters: int = 0,
) -> Score:
    return scored(
        *(metric, value, {**c.between.scope, "frame": c.frame}, c.n, method),
        n_missing=c.between.asked - c.n,
        n_clusters=clusters,
        ends=ends,
        reading=c.between.reading,
    )


def _frame(of: Callable[[str, str], float], countries: Sequence[str]) -> FloatArray:
    table = np.full((len(countries), len(countries)), np.nan)
    for a, b in combinations(range(len(countries)), 2):
        if countries[a] in world() and countries[b] in world():
            table[a, b] = table[b, a] = of(countries[a], countries[b])
    return table
