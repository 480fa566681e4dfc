"""Simulations of figures that look at many groups, and of the error of confidences.

Knows how questions lie in pictures and groups; no picture. Groups are countries here; what is
computed of regions and categories goes by the same functions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np

from benchmark.analyses.questions.disparity import _pairs, _worst
from benchmark.analyses.questions.question_cells import picture_icc, shares
from benchmark.analyses.questions.shuffled_countries import AtSameMix
from benchmark.gates.judging import judge
from benchmark.gates.rules import Gate, Status
from benchmark.metrics.calibration import expected_calibration_error
from benchmark.metrics.divergence import BoolArray, FloatArray
from benchmark.records import Score
from tests.analyses.questioning import INHABITED, table_of
from tests.validity.figure import Ends
from tests.validity.populations import unit_values
from tests.validity.question_simulations import APART, worlds
from tests.validity.setting import Setting

PICTURES = 30  # of a group, or from 10 to 60
QUESTIONS = 3  # to a picture
ALIKE = 8.0  # a picture's chance is beta with so many questions' worth of its group's mean
MIDDLE, NEAR_CEILING, SPREAD = 0.6, 0.85, 0.08
IN_ORDER = "region"  # a factor whose members are all reported, not only the worst
PAIRED = 6  # groups of which all pairs are one family
SHUFFLINGS, OF_PAIRS = 99, 299
DOZEN = 12  # pictures that are one unit of calibration: a hundred questions are the least
OVERCONFIDENT = 0.1


def all_groups_at_once(rng: np.random.Generator, setting: Setting, repetitions: int) -> Ends:
    """How far the ends of the group that sticks out most lie beyond its truth: 0 is to be held."""
    low, high = np.empty(repetitions), np.empty(repetitions)
    for k, (found, truth) in enumerate(_looked_at(rng, setting, repetitions)):
        low[k] = max(s.low - true for s, true in zip(found[1:], truth, strict=True))
        high[k] = min(s.high - true for s, true in zip(found[1:], truth, strict=True))
    return Ends(low=low, high=high, truth=0.0)


def truly_worst_group(rng: np.random.Generator, setting: Setting, repetitions: int) -> Ends:
    """The lowest truth of all groups, whichever looks lowest."""
    low, high, truth = np.empty((3, repetitions))
    for k, (found, true) in enumerate(_looked_at(rng, setting, repetitions)):
        low[k], high[k], truth[k] = found[0].low, found[0].high, true.min()
    return Ends(low=low, high=high, truth=truth)


def passes_worst_group(rng: np.random.Generator, setting: Setting, repetitions: int) -> BoolArray:
    """A gate passes whose threshold is exactly what the truly worst group has."""
    passed = []
    for (worst, *_), truth in _looked_at(rng, setting, repetitions):
        gate = Gate(
            suite="cultureverse", metric=worst.metric, min=float(truth.min()), file="", place=""
        )
        passed.append(judge(gate, [worst]).status is Status.PASS)
    return np.array(passed)


def named_pair(rng: np.random.Generator, setting: Setting, repetitions: int) -> Ends:
    """Two of the groups, named in advance; the truth is that of the first less the second."""
    pairs = [
        (_difference(alike, 2)[0], level[alike.places[0]] - level[alike.places[1]])
        for alike, level in worlds(rng, setting, repetitions, apart=APART, shufflings=1)
    ]
    low, high = (np.array([getattr(s, end) for s, _ in pairs]) for end in ("low", "high"))
    return Ends(low=low, high=high, truth=np.array([truth for _, truth in pairs]))


def equal_pair(rng: np.random.Generator, setting: Setting, repetitions: int) -> FloatArray:
    """The p of two groups named in advance, where all are equal."""
    return _least_p(rng, setting, repetitions, members=2, shufflings=SHUFFLINGS)


def any_equal_pair(rng: np.random.Generator, setting: Setting, repetitions: int) -> FloatArray:
    """The least of Holm's p over the fifteen pairs of six equal groups."""
    return _least_p(
        rng, setting, repetitions, members=PAIRED, shufflings=OF_PAIRS, metric="_p_holm"
    )


def error_of_confidences(rng: np.random.Generator, setting: Setting, repetitions: int) -> Ends:
    """A model that is a tenth too sure, or (skewed) mostly near certain and right to be.

    A unit is a dozen pictures of three questions, or of one to five, that come out alike.
    """
    pictures = DOZEN * setting.units
    number = np.full(pictures, 3) if setting.equal else 1 + np.arange(pictures) % 5
    picture = np.repeat(np.arange(pictures), number)
    low, high = np.empty(repetitions), np.empty(repetitions)
    for k in range(repetitions):
        alike = rng.uniform(-0.15, 0.15, pictures)[picture]
        if setting.skewed:
            sure = rng.beta(4.0, 0.6, picture.size)
            chance = sure + alike * np.minimum(sure, 1 - sure)
        else:
            sure = rng.uniform(0.3, 0.9, picture.size)
            chance = sure - OVERCONFIDENT + alike
        found = expected_calibration_error(sure, rng.random(sure.size) < chance, picture)
        low[k], high[k] = found.low, found.high
    return Ends(low=low, high=high, truth=0.0 if setting.skewed else OVERCONFIDENT)


def _looked_at(
    rng: np.random.Generator, setting: Setting, repetitions: int
) -> Iterator[tuple[list[Score], FloatArray]]:
    """The worst and then every group with its ends, and the truths.

    Groups are all equal in every other repetition, and differ in the others: evenly, or (skewed)
    near the ceiling with few far below.
    """
    number = np.full(setting.units, PICTURES)
    if not setting.equal:
        number = np.round(np.geomspace(PICTURES / 3, 2 * PICTURES, setting.units)).astype(np.intp)
    group = np.repeat(np.arange(setting.units), number)
    rows = np.repeat(np.arange(group.size), QUESTIONS)
    names = sorted(INHABITED[: setting.units])
    country = [names[place] for place in group[rows]]
    table = table_of(np.zeros(rows.size), country, rows.tolist(), [0] * rows.size)
    mean = NEAR_CEILING if setting.skewed else MIDDLE
    for k in range(repetitions):
        apart = unit_values(rng, setting, 1)[0] * (k % 2)
        truth = mean + SPREAD * np.clip(apart, -4, 4)
        chance = rng.beta(truth[group] * ALIKE, (1 - truth[group]) * ALIKE)
        right = (rng.random(rows.size) < chance[rows]).astype(np.float64)
        drawn = replace(table, values={"correct": right})
        icc = picture_icc(drawn, "correct")
        cells = shares(drawn, drawn.group(("country",)), "correct", icc=icc)
        yield list(_worst(IN_ORDER, cells)), truth


def _difference(alike: AtSameMix, members: int) -> list[Score]:
    """The scores of all pairs of the first members."""
    some = replace(alike, places=alike.places[:members], shuffled=alike.shuffled[:, :members])
    return list(_pairs(IN_ORDER, some))


def _least_p(
    rng: np.random.Generator,
    setting: Setting,
    repetitions: int,
    *,
    members: int,
    shufflings: int,
    metric: str = "_p",
) -> FloatArray:
    drawn = partial(worlds, rng, setting, repetitions)
    return np.array(
        [
            min(s.value for s in _difference(alike, members) if s.metric.endswith(metric))
            for alike, _ in drawn(apart=0.0, shufflings=shufflings)
        ]
    )
