"""Simulations of figures of questions: accuracy, and countries that were asked different mixes.

Knows how questions lie in pictures, categories and countries; no picture.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from benchmark.analyses.questions.blind import GAIN_P, _gains
from benchmark.analyses.questions.disparity import gap_of_shares
from benchmark.analyses.questions.question_cells import picture_icc, shares
from benchmark.analyses.questions.shuffled_countries import (
    AtSameMix,
    at_same_mix,
    shuffled_countries,
)
from benchmark.metrics.divergence import FloatArray
from benchmark.metrics.inequality import gini
from benchmark.metrics.shuffling import shuffled_p
from benchmark.records import Score
from tests.analyses.questioning import INHABITED, table_of
from tests.validity.figure import Ends
from tests.validity.populations import unit_values
from tests.validity.setting import Setting

LEVELS = (0.9, 0.6, 0.3)  # accuracy in an easy, a middling and a hard category
MIDDLING, NEAR_ONE = (0.3, 0.7), (0.8, 0.98)  # shares of a run
APART = 0.25  # between the best and the worst country, where they differ
RUN = 40  # countries of a run, from all of which the likeness of a picture's questions is known
PICTURES = 90  # of a country, one question each
SHUFFLINGS = 99


def accuracy_of_pictures(rng: np.random.Generator, setting: Setting, repetitions: int) -> Ends:
    """One of forty countries; pictures of unlike chances with three questions, or one to five.

    The share differs from run to run, as Wilson's interval keeps its promise on average over shares
    and not at each.
    """
    questions = np.full(setting.units, 3) if setting.equal else 1 + np.arange(setting.units) % 5
    places = np.repeat(np.arange(RUN), setting.units)
    picture = np.repeat(np.arange(places.size), np.tile(questions, RUN))
    names = sorted(INHABITED[:RUN])
    country = [names[place] for place in places[picture]]
    table = table_of(np.zeros(picture.size), country, picture.tolist(), [0] * picture.size)
    ends, truth = [], []
    for _ in range(-(-repetitions // RUN)):
        mean = rng.uniform(*(NEAR_ONE if setting.skewed else MIDDLING))
        truth += [mean] * RUN
        chance = rng.beta(mean * 4, (1 - mean) * 4, places.size)[picture]
        right = (rng.random(picture.size) < chance).astype(np.float64)
        drawn = replace(table, values={"correct": right})
        icc = picture_icc(drawn, "correct")
        ends.append(shares(drawn, drawn.group(("country",)), "correct", icc=icc).bounds())
    low, high = (np.concatenate(side)[:repetitions] for side in zip(*ends, strict=True))
    return Ends(low=low, high=high, truth=np.array(truth[:repetitions]))


def skill_of_pictures(rng: np.random.Generator, setting: Setting, repetitions: int) -> Ends:
    """The same accuracy on the scale from a chance of one in four to all right."""
    found = accuracy_of_pictures(rng, setting, repetitions)
    low, high = ((end - 0.25) / 0.75 for end in (found.low, found.high))
    return Ends(low=low, high=high, truth=(found.truth - 0.25) / 0.75)


def gain_of_pictures(rng: np.random.Generator, setting: Setting, repetitions: int) -> Ends:
    """One of forty countries: questions whose right option gains by their picture, unlike much."""
    questions = np.full(setting.units, 3) if setting.equal else 1 + np.arange(setting.units) % 5
    places = np.repeat(np.arange(RUN), setting.units)
    picture = np.repeat(np.arange(places.size), np.tile(questions, RUN))
    names = sorted(INHABITED[:RUN])
    country = [names[place] for place in places[picture]]
    table = table_of(np.zeros(picture.size), country, picture.tolist(), [0] * picture.size)
    found: list[Score] = []
    for _ in range(-(-repetitions // RUN)):
        of_pictures = unit_values(rng, setting, RUN).ravel()[picture]
        gain = 0.1 + 0.1 * of_pictures + 0.05 * rng.standard_normal(picture.size)
        drawn = replace(table, values={GAIN_P: gain})
        found += _gains(drawn, drawn.group(("country",)), GAIN_P, "image_gain")
    low, high = (
        np.array([getattr(s, end) for s in found[:repetitions]]) for end in ("low", "high")
    )
    return Ends(low=low, high=high, truth=0.1)


def gap_of_countries(rng: np.random.Generator, setting: Setting, repetitions: int) -> Ends:
    """Countries whose accuracies rise evenly, whatever each was asked."""
    low, high = np.empty(repetitions), np.empty(repetitions)
    for k, (alike, _) in enumerate(worlds(rng, setting, repetitions, apart=APART, shufflings=1)):
        gap = gap_of_shares(alike.cells, alike.places)
        low[k], high[k] = gap.low, gap.high
    return Ends(low=low, high=high, truth=APART)


def gap_of_equal_countries(rng: np.random.Generator, setting: Setting, repetitions: int) -> Ends:
    """The same where all are equal."""
    low, high = np.empty(repetitions), np.empty(repetitions)
    for k, (alike, _) in enumerate(worlds(rng, setting, repetitions, apart=0.0, shufflings=1)):
        gap = gap_of_shares(alike.cells, alike.places)
        low[k], high[k] = gap.low, gap.high
    return Ends(low=low, high=high, truth=0.0)


def gap_p_of_equal_countries(
    rng: np.random.Generator, setting: Setting, repetitions: int
) -> FloatArray:
    """The p of the gap by permutation."""
    return np.array(
        [
            shuffled_p(float(np.ptp(alike.cells.of.mean[alike.places])), np.ptp(alike.shuffled, 1))
            for alike, _ in worlds(rng, setting, repetitions, apart=0.0, shufflings=SHUFFLINGS)
        ]
    )


def gini_p_of_equal_countries(
    rng: np.random.Generator, setting: Setting, repetitions: int
) -> FloatArray:
    """The p of the Gini coefficient by permutation."""
    return np.array(
        [
            shuffled_p(float(gini(alike.cells.of.mean[alike.places])), gini(alike.shuffled))
            for alike, _ in worlds(rng, setting, repetitions, apart=0.0, shufflings=SHUFFLINGS)
        ]
    )


def worlds(
    rng: np.random.Generator,
    setting: Setting,
    repetitions: int,
    *,
    apart: float,
    shufflings: int,
) -> Iterator[tuple[AtSameMix, FloatArray]]:
    """Countries of 90 pictures (or 30 to 90) in three categories; mixes differ (skewed) or not.

    With each, by how much a country's accuracy lies above the mean of all at the same mix.
    """
    number = np.full(setting.units, PICTURES)
    if not setting.equal:
        number = np.round(np.linspace(PICTURES / 3, PICTURES, setting.units)).astype(np.intp)
    country = np.repeat(np.arange(setting.units), number)
    easy = np.linspace(0.1, 0.8, setting.units) if setting.skewed else np.full(setting.units, 1 / 3)
    topic = np.concatenate([_topics(n, share) for n, share in zip(number, easy, strict=True)])
    names = sorted(INHABITED[: setting.units])
    table = table_of(
        np.zeros(country.size),
        [names[c] for c in country],
        list(range(country.size)),
        topic.tolist(),
    )
    level = rng.permutation(np.linspace(-apart / 2, apart / 2, setting.units))
    chance = np.array(LEVELS)[topic] * (1 - apart) + apart / 2 + level[country]
    for _ in range(repetitions):
        right = (rng.random(country.size) < chance).astype(np.float64)
        drawn = replace(table, values={"correct": right})
        cells = shares(
            drawn, drawn.group(("country",)), "correct", icc=picture_icc(drawn, "correct")
        )
        null = shuffled_countries(drawn, "correct", rng=rng, resamples=shufflings)
        yield at_same_mix(drawn, "country", cells, null.of("country")), level


def _topics(n: int, easy: float) -> np.ndarray:
    """So many pictures, a share of them easy, the others middling and hard alike."""
    first = max(1, round(n * easy))
    return np.concatenate([np.zeros(first, dtype=np.intp), 1 + np.arange(n - first) % 2])
