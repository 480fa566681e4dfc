"""Simulations of identification, spread and distances: rejection and coverage under planted truth.

Knows answer tables made of arrays and the analyses that read them; no records, no runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from benchmark.analyses.item_table import IntArray, Labels
from benchmark.analyses.stem_intervals import Figure as StemFigure
from benchmark.analyses.values.answer_table import Answers, AnswerTable, Condition
from benchmark.analyses.values.between_countries import between_countries
from benchmark.analyses.values.candidates import Units, units_of
from benchmark.analyses.values.distances import (
    PEOPLE,
    compared_with,
    distances_of,
    p_values,
    scores_of,
)
from benchmark.analyses.values.identification import fit, identified, of_countries
from benchmark.analyses.values.spread import ratio_of_spreads, spread_of
from benchmark.metrics.divergence import BoolArray, FloatArray
from benchmark.metrics.matching import matching_p
from benchmark.records import Score
from tests.validity.figure import Ends
from tests.validity.populations import sizes, unit_values
from tests.validity.setting import Setting
from tests.validity.stem_tables import intervals as stem_intervals
from tests.validity.stem_tables import item_columns, units_of_items

SHUFFLES = 99
MOST_OF_A_STEM = 8  # questions: a battery of thirty takes long and says no more


def answer_table_of(
    people: FloatArray, each: FloatArray, *, a_stem: int = 1, stems: Sequence[int] = ()
) -> AnswerTable:
    """A table from arrays; NaN people were not asked.

    ``people`` (countries, questions, options); ``each`` (proxies, countries, questions, pictures,
    orders, options), with NaN for answers that are missing.
    """
    proxies, countries, questions, _, _, options = each.shape
    unasked = np.asarray(np.isnan(people).any(axis=-1))
    each = np.where(unasked[None, :, :, None, None, None], np.nan, each)
    at = np.argwhere(np.all(np.isfinite(each), axis=-1))
    condition, country, question, picture, order = at.T
    with np.errstate(invalid="ignore"):
        mean = np.nanmean(each, axis=(3, 4)) if each[0, 0, 0].size > options else each[..., 0, 0, :]
    return AnswerTable(
        conditions=tuple(
            Condition(proxy=f"p{k:02}", variant="", control=False) for k in range(proxies)
        ),
        countries=tuple(f"C{c:02}" for c in range(countries)),
        questions=tuple(f"q{q:03}" for q in range(questions)),
        clusters=Labels.of([f"s{s:03}" for s in stems or [q // a_stem for q in range(questions)]]),
        people=people,
        model=mean,
        each=Answers(
            p=each[tuple(at.T)],
            condition=condition,
            country=country,
            question=question,
            picture=picture,
            order=order,
        ),
        asked=np.all(np.isfinite(mean), axis=-1),
        substantive=np.ones((questions, options), dtype=np.bool_),
    )


def peoples(
    rng: np.random.Generator,
    countries: int,
    questions: int,
    *,
    options: int = 4,
    spread: float = 8.0,
    missing: float = 0.0,
    middle: FloatArray | None = None,
) -> FloatArray:
    """Peoples around a common answer to each question, (countries, questions, options).

    The same questions again where a ``middle`` is given, (questions, options).
    """
    middle = rng.dirichlet(np.ones(options), size=questions) if middle is None else middle
    middle = middle[None]
    people = drawn(np.repeat(middle, countries, axis=0), rng, spread)
    people[rng.random((countries, questions)) < missing] = np.nan
    return people


def drawn(p: FloatArray, rng: np.random.Generator, concentration: float) -> FloatArray:
    """Dirichlet around each distribution: lower is noisier."""
    found = rng.standard_gamma(np.where(np.isnan(p), 1.0, p) * concentration + 0.01)
    answer: FloatArray = found / found.sum(axis=-1, keepdims=True)
    return answer


def overall(scores: Sequence[Score], metric: str) -> Score:
    """The score over everything, in the printed reading, against the people."""
    (found,) = (
        s
        for s in scores
        if s.metric == metric
        and s.reading in ("printed", "")
        and dict(s.scope) in ({}, {"frame": "people"})
    )
    return found


# --- identification --------------------------------------------------------------------------


def identification_trials(
    trials: int,
    *,
    countries: int,
    proxies: int = 1,
    knowledge: tuple[float, float] = (0.0, 0.0),
    questions: int = 20,
    missing: float = 0.0,
    permutations: int = 199,
    seed: int = 0,
) -> list[list[Score]]:
    """Runs of a model that knows each country to a degree, uniform between two ends.

    At (0, 0) it answers around the world average alone, which is the null of the p-value.
    """
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(trials):
        people = peoples(rng, countries, questions, missing=missing)
        knows = rng.uniform(*knowledge, size=(countries, 1, 1))
        middle = np.nanmean(people, axis=0, keepdims=True)
        true = np.where(np.isnan(people), middle, knows * people + (1 - knows) * middle)
        each = drawn(np.repeat(true[None], proxies, axis=0), rng, 20.0)[:, :, :, None, None]
        table = answer_table_of(people, each)
        found.append(list(identified(table, "printed", int(rng.integers(2**31)), permutations)))
    return found


def covered(trials: Sequence[Sequence[Score]], metric: str) -> tuple[float, float, BoolArray]:
    """The long-run value, how often the interval holds it, and whether each holds its own value."""
    scores = [overall(scores, metric) for scores in trials]
    value, low, high = np.array([(s.value, s.low, s.high) for s in scores]).T
    truth = float(value.mean())
    inside = np.asarray((low - 1e-12 <= value) & (value <= high + 1e-12))
    return truth, float(((low <= truth) & (truth <= high)).mean()), inside


def rejected(trials: Sequence[Sequence[Score]], metric: str, level: float) -> float:
    """How often a p is at most the level."""
    return float(np.mean([overall(scores, metric).value <= level for scores in trials]))


def identification_ends(rng: np.random.Generator, setting: Setting, repetitions: int) -> Ends:
    """Of a model that knows countries to a degree; some are asked under more proxies."""
    own = unit_values(rng, setting, repetitions)
    proxies = _proxies(setting)
    ends = np.empty((repetitions, 3))
    for k, knows in enumerate(own):
        units = _units(rng, np.clip(0.35 + 0.2 * knows, 0, 1), proxies)
        found = of_countries(units, np.arange(len(units.country)), "top1")
        ends[k] = found.low, found.high, found.value
    return Ends(low=ends[:, 0], high=ends[:, 1], truth=float(ends[:, 2].mean()))


def identification_p(rng: np.random.Generator, setting: Setting, repetitions: int) -> FloatArray:
    """Of a model that answers around the world average, whoever is asked about."""
    found = np.empty(repetitions)
    for k in range(repetitions):
        units = _units(rng, np.zeros(setting.units), _proxies(setting), skewed=setting.skewed)
        table = fit(units, np.arange(len(units.country)), "top1")
        found[k] = matching_p(table, rng=rng, permutations=SHUFFLES)
    return found


def _proxies(setting: Setting) -> IntArray:
    return np.full(setting.units, 2) if setting.equal else np.arange(setting.units) % 3 + 1


def _units(
    rng: np.random.Generator, knows: FloatArray, proxies: IntArray, *, skewed: bool = False
) -> Units:
    """The same twenty questions, a tenth not asked in a country; skewed: peoples far apart.

    An interval over countries is about other countries, not about other questions.
    """
    size, middle = len(knows), np.random.default_rng(2).dirichlet(np.ones(4), size=20)
    spread = 2.0 if skewed else 8.0
    people = peoples(rng, size, 20, missing=0.1, spread=spread, middle=middle)
    mean = np.nanmean(people, axis=0, keepdims=True)
    known = knows[:, None, None]
    true = np.where(np.isnan(people), mean, known * people + (1 - known) * mean)
    each = drawn(np.repeat(true[None], proxies.max(), axis=0), rng, 20.0)
    each[np.arange(proxies.max())[:, None] >= proxies] = np.nan
    return units_of(answer_table_of(people, each[:, :, :, None, None]), "printed")


# --- spread ----------------------------------------------------------------------------------


def spread_of_noisy_answers(
    *,
    pictures: int,
    orders: int = 1,
    concentration: float = 10.0,
    alike: bool = True,
    liking: float = 0.0,
    countries: int = 10,
    questions: int = 200,
    seed: int = 0,
) -> tuple[float, float]:
    """The spread ratio of noisy answers, and the true one: 0 where countries are ``alike``, else 1.

    Half of the noise is a picture's own under all orders. ``liking`` is how much of each answer
    goes to a label, which stands for another option in each order, for all countries.
    """
    rng = np.random.default_rng(seed)
    people = peoples(rng, countries, questions)
    true = np.repeat(people.mean(axis=0, keepdims=True), countries, axis=0) if alike else people
    shown = drawn(np.repeat(true[:, :, None], pictures, axis=2), rng, 2 * concentration)
    each = drawn(np.repeat(shown[:, :, :, None], orders, axis=3), rng, 2 * concentration)
    labels = np.eye(people.shape[-1])[np.arange(orders) % people.shape[-1]]
    each = (1 - liking) * each + liking * labels
    scores = spread_of(answer_table_of(people, each[None]))
    return overall(scores, "spread_ratio").value, 0.0 if alike else 1.0


def spread_ends(rng: np.random.Generator, setting: Setting, repetitions: int) -> Ends:
    """A model that varies half as much as people do, the more in the questions that divide them."""
    divided, own = (item_columns(rng, setting, repetitions, within=0.3) for _ in range(2))
    columns = {
        "model": 0.05 + 0.012 * divided + 0.009 * own,
        "people": 0.10 + 0.025 * divided,
    }
    figure = StemFigure(
        columns=tuple(columns), of_means=ratio_of_spreads, interval=True, fieller=True
    )
    return stem_intervals(columns, units_of_items(setting), figure, 0.5)


# --- distances -------------------------------------------------------------------------------

Null = Literal["noise", "contentious", "shuffled"]


def distance_trials(
    trials: int,
    *,
    countries: int,
    stems: int,
    null: Null | float = "noise",
    a_stem: int = 2,
    missing: float = 0.3,
    permutations: int = 199,
    seed: int = 0,
) -> list[list[Score]]:
    """Runs of a model that is near to the people by a share of truth, or of one of three nulls.

    ``noise``: answers around the world average. ``contentious``: the same, on questions that
    divide peoples the noisier. ``shuffled``: the people's own answers, of other countries in each
    question.
    """
    rng = np.random.default_rng(seed)
    found = []
    places = rng.standard_normal((countries, 3))
    for _ in range(trials):
        people = mapped(rng, places, stems * a_stem)
        found.append(
            distances_of(
                answer_table_of(
                    _holes(rng, people, missing),
                    _modelled(rng, people, null)[None, :, :, None, None],
                    a_stem=a_stem,
                ),
                seed=int(rng.integers(2**31)),
                permutations=permutations,
            )
        )
    return found


def mapped(
    rng: np.random.Generator, places: FloatArray, questions: int, *, divided: float = 0.5
) -> FloatArray:
    """Peoples who answer by where they are on a map; a share of the questions divides them."""
    options = 4
    loadings = rng.standard_normal((questions, places.shape[1], options))
    loadings *= rng.choice([1.0, 0.15], size=(questions, 1, 1), p=[divided, 1 - divided])
    logits = rng.standard_normal((1, questions, options)) + np.einsum(
        "cd,qdo->cqo", places, loadings
    )
    likely = np.exp(logits)
    found: FloatArray = likely / likely.sum(axis=-1, keepdims=True)
    return found


def _modelled(rng: np.random.Generator, people: FloatArray, null: Null | float) -> FloatArray:
    middle = np.repeat(people.mean(axis=0, keepdims=True), len(people), axis=0)
    if null == "shuffled":
        return _shuffled(rng, people)
    if null == "noise":
        return drawn(middle, rng, 20.0)
    if null == "contentious":
        divided = people.std(axis=0).mean(axis=-1)
        contentious = (divided > np.median(divided))[None, :, None]
        return np.where(contentious, drawn(middle, rng, 20.0), middle)
    assert not isinstance(null, str)
    return drawn(null * people + (1 - null) * middle, rng, 20.0)


def _shuffled(rng: np.random.Generator, people: FloatArray) -> FloatArray:
    order = rng.permuted(np.tile(np.arange(len(people))[:, None], people.shape[1]), axis=0)
    return np.take_along_axis(people, order[..., None], axis=0)


def _holes(rng: np.random.Generator, people: FloatArray, missing: float) -> FloatArray:
    return np.where(rng.random((*people.shape[:2], 1)) < missing, np.nan, people)


def tau_ends(rng: np.random.Generator, setting: Setting, repetitions: int) -> Ends:
    """Of a model that knows half, over fresh stems for the same ten countries."""
    places = np.random.default_rng(1).standard_normal((10, 3))
    found = np.array(
        [
            _tau(rng, setting, places, 0.5, "distance_tau_b", permutations=1)
            for _ in range(repetitions)
        ]
    )
    return Ends(low=found[:, 1], high=found[:, 2], truth=float(np.nanmean(found[:, 0])))


def tau_p(rng: np.random.Generator, setting: Setting, repetitions: int) -> FloatArray:
    """Of the three nulls in turn."""
    places = np.random.default_rng(1).standard_normal((10, 3))
    nulls: tuple[Null, ...] = ("noise", "contentious", "shuffled")
    return np.array(
        [
            _tau(rng, setting, places, nulls[k % 3], "distance_tau_b_p", permutations=SHUFFLES)[0]
            for k in range(repetitions)
        ]
    )


def _tau(
    rng: np.random.Generator,
    setting: Setting,
    places: FloatArray,
    null: Null | float,
    metric: str,
    *,
    permutations: int,
) -> tuple[float, float, float]:
    """Value and ends in one repetition; the skewed population has few questions that divide."""
    stem = np.repeat(np.arange(setting.units), np.minimum(sizes(setting), MOST_OF_A_STEM))
    people = mapped(rng, places, stem.size, divided=0.15 if setting.skewed else 0.5)
    table = answer_table_of(
        _holes(rng, people, 0.05),
        _modelled(rng, people, null)[None, :, :, None, None],
        stems=stem.tolist(),
    )
    (between, *_) = between_countries(table, "printed")
    (one,) = compared_with(between, {PEOPLE: None})
    ((p, shuffles),) = p_values([one], int(rng.integers(2**31)), permutations)
    (score,) = (s for s in scores_of(one, p, shuffles) if s.metric == metric)
    return score.value, score.low, score.high
