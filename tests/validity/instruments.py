"""Rows of docs/validity.md: biases of options, written answers, the population behind a sample.

Knows the metrics of runs with such instruments; not how tables are made.
"""

from __future__ import annotations

import numpy as np

from benchmark.analyses.stem_intervals import Figure as OfStems
from benchmark.metrics.baselines import skill
from benchmark.metrics.ceilings import expected_sample_similarity
from benchmark.metrics.divergence import FloatArray, js_divergence, js_similarity
from benchmark.metrics.letters_against_shares import kappa_of_means
from benchmark.metrics.population import population_similarity, scatter_across
from benchmark.metrics.proportions import share_of_units
from tests.validity.bias import MODELS, RESPONDENTS, Items, people_items
from tests.validity.figure import Ends, Figure
from tests.validity.populations import sizes, unit_values
from tests.validity.setting import Setting
from tests.validity.stem_tables import intervals, units_of_items
from tests.validity.values_simulated import mean_of_stems

MANY = 100_000  # items that stand for all
BLOCK = 100  # repetitions drawn at once
MODEL = MODELS["good"]  # where a sample and its population differ most among plausible models
RATE = 0.8  # of questions whose written answer is the scored one
COPIES = 0.6  # of written answers that follow the scored one; the others follow its habits
HABITS = (0.45, 0.25, 0.15, 0.10, 0.05)


def similarity_to_population(rng: np.random.Generator, setting: Setting, repetitions: int) -> Ends:
    """Similarity to everybody, from a sample."""
    return _population(rng, setting, repetitions, OfStems(columns=("score",), interval=True))


def skill_to_population(rng: np.random.Generator, setting: Setting, repetitions: int) -> Ends:
    """The way from the world's average to the population itself."""

    def to_one(score: FloatArray, floor: FloatArray) -> FloatArray:
        return skill(score, floor, 1.0)

    figure = OfStems(columns=("score", "floor"), of_means=to_one, interval=True)
    return _population(rng, setting, repetitions, figure)


def _population(
    rng: np.random.Generator, setting: Setting, repetitions: int, figure: OfStems
) -> Ends:
    shifts, errors = (_stems(rng, setting, MANY) for _ in range(2))
    every = people_items(rng, shifts, errors, MODEL)
    whole = [js_similarity(every.people, p).mean() for p in (every.model, every.world)]
    truth = figure.of_means(*whole[: len(figure.columns)])
    unit, found = units_of_items(setting), []
    for n in np.diff([*range(0, repetitions, BLOCK), repetitions]).tolist():
        shifts, errors = (unit_values(rng, setting, n)[:, unit].ravel() for _ in range(2))
        columns = _columns(rng, people_items(rng, shifts, errors, MODEL))
        wide = {name: column.reshape(n, -1) for name, column in columns.items()}
        found.append(intervals(wide, unit, figure, float(truth)))
    low, high = (np.concatenate([getattr(one, end) for one in found]) for end in ("low", "high"))
    return Ends(low=low, high=high, truth=float(truth))


def _stems(rng: np.random.Generator, setting: Setting, n: int) -> FloatArray:
    """Items of as many stems."""
    return unit_values(rng, setting, -(-n // setting.units)).ravel()


def _columns(rng: np.random.Generator, items: Items) -> dict[str, FloatArray]:
    sample = rng.multinomial(RESPONDENTS, items.people) / RESPONDENTS
    ceiling, _ = expected_sample_similarity(sample, RESPONDENTS, rng=rng, draws=12)
    scatter = scatter_across(ceiling, (sample > 0).sum(axis=1))
    answers = {"score": items.model, "floor": items.world}
    return {
        name: population_similarity(js_divergence(sample, answer), scatter)
        for name, answer in answers.items()
    }


def agreement_of_stems(rng: np.random.Generator, setting: Setting, repetitions: int) -> Ends:
    """A share of questions that are alike within stems, by Wilson's interval over stems."""
    n = np.minimum(sizes(setting), 4)  # questions are drawn stem by stem, so few of each
    own = 0.1 * unit_values(rng, setting, repetitions)
    won = rng.binomial(n, np.clip(RATE + own, 0.0, 1.0))
    truth = float(np.clip(RATE + 0.1 * _stems(rng, setting, 400_000), 0.0, 1.0).mean())
    found = [share_of_units(row, n) for row in won]
    low, high = (np.array([getattr(one, end) for one in found]) for end in ("low", "high"))
    return Ends(low=low, high=high, truth=truth)


def kappa_of_stems(rng: np.random.Generator, setting: Setting, repetitions: int) -> Ends:
    """Of answers that follow the scored ones so often, and else the same habits: that share."""
    unit = units_of_items(setting)
    shape = (repetitions, unit.size)
    scored, other = (rng.choice(len(HABITS), shape, p=HABITS) for _ in range(2))
    often = np.clip(COPIES + 0.1 * unit_values(rng, setting, repetitions)[:, unit], 0.0, 1.0)
    written = np.where(rng.random(shape) < often, scored, other)
    columns = {"same": (scored == written).astype(np.float64)}
    for place in range(len(HABITS)):
        columns[f"scored_{place}"] = (scored == place).astype(np.float64)
        columns[f"written_{place}"] = (written == place).astype(np.float64)

    def kappa(same: FloatArray, *marks: FloatArray) -> FloatArray:
        return kappa_of_means(same, np.stack(marks[::2]), np.stack(marks[1::2]))

    figure = OfStems(columns=tuple(columns), of_means=kappa, interval=True)
    truth = float(np.clip(COPIES + 0.1 * _stems(rng, setting, 400_000), 0.0, 1.0).mean())
    return intervals(columns, unit, figure, truth)


INSTRUMENTS: tuple[Figure, ...] = (
    Figure(
        names=("label_bias", "position_bias"),
        estimates="probability that letters (places) alone move from uniform, mean over stems; "
        "exact where content, place and letter multiply",
        intervals=mean_of_stems,
        note="noise adds: read it against `option_bias_noise`",
    ),
    Figure(
        names=("option_bias_noise",),
        estimates="what noise alone would show in either bias",
    ),
    Figure(
        names=("content_free_js",),
        estimates="distance to uniform of the answer to a prompt without content",
        intervals=mean_of_stems,
    ),
    Figure(
        names=("js_similarity_population",),
        estimates="similarity to the population of which the survey asked a sample",
        intervals=similarity_to_population,
        repetitions=500,
        note="of a model at 0.97, where sample and population differ by 0.008; one that is nearer "
        "than a sample is scores too low, never too high",
    ),
    Figure(
        names=("skill_population",),
        estimates="share of the way from the world average (0) to that population (1)",
        intervals=skill_to_population,
        repetitions=500,
    ),
    Figure(
        names=("written_agreement", "written_unreadable"),
        estimates="share of questions whose written answer is the scored one, or names none",
        intervals=agreement_of_stems,
    ),
    Figure(
        names=("written_kappa",),
        estimates="the same agreement beyond what a liking for places reaches",
        intervals=kappa_of_stems,
    ),
    Figure(
        names=("written_tv",),
        estimates="distance of written frequencies to the scored probabilities, mean over stems",
        intervals=mean_of_stems,
    ),
    Figure(
        names=("written_tv_expected",),
        estimates="what as many draws from these probabilities would show",
    ),
)
