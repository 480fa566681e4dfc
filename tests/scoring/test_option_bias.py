"""From replies in a square to a question's biases, and from replies without content to shares."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon

from benchmark.records import Probabilities, Reply
from benchmark.scoring.choice_answers import AskedChoice
from benchmark.scoring.distributions import case_record
from benchmark.scoring.floors import Floors
from benchmark.scoring.latin_square import latin_layout
from benchmark.scoring.option_bias import ContentFree, bias_values, extended, without_content
from tests.models.asking import question
from tests.scoring.test_distributions import CASE, SURVEY

Q = question("q1", {"FRA": [0.6, 0.3, 0.1], "BRA": [0.2, 0.2, 0.6]})
SQUARE = latin_layout([Q], pictures=1)


def reply(p: Sequence[float], key: str = "k", mass: float = 1.0) -> Reply:
    """An answer to a choice."""
    return Reply(key=key, answer=Probabilities(p=tuple(p), option_mass=mass))


def shown(one: AskedChoice, *, places: Sequence[float], letters: Sequence[float]) -> Reply:
    """A model of no opinion with these weights of places and letters."""
    p = np.array(places) * np.array(letters)[list(one.letters)]
    return reply((p / p.sum()).tolist())


def test_a_model_that_always_says_a_has_a_bias_of_letters_alone() -> None:
    """Whatever stands under A; the averaged answer is uniform."""
    answers = [shown(one, places=[1, 1, 1], letters=[8, 1, 1]) for one in SQUARE]
    found = bias_values(SQUARE, answers)[0]
    assert found["label_bias"] == pytest.approx(0.8 - 1 / 3)
    assert found["position_bias"] == pytest.approx(0.0, abs=1e-12)
    record = case_record(
        CASE,
        questions=[Q],
        unasked=[],
        asked=SQUARE,
        replies=answers,
        image_ids=[],
        floors=Floors(SURVEY, seed=0),
    )
    assert record.items[0].model == pytest.approx([1 / 3] * 3)


def test_a_model_that_takes_the_first_has_a_bias_of_places_alone() -> None:
    """Whatever its letter is."""
    answers = [shown(one, places=[3, 1, 1], letters=[1, 1, 1]) for one in SQUARE]
    found = bias_values(SQUARE, answers)[0]
    assert found["position_bias"] == pytest.approx(0.6 - 1 / 3)
    assert found["label_bias"] == pytest.approx(0.0, abs=1e-12)
    assert found["option_bias_noise"] == pytest.approx(0.0, abs=1e-12)


def test_shares_of_a_few_answers_are_smoothed() -> None:
    """Four of four are not a certainty; a choice nobody answered leaves no value."""
    always_a = [reply([float(letter == 0) for letter in one.letters]) for one in SQUARE]
    found = bias_values(SQUARE, always_a, answers=4)[0]
    assert found["label_bias"] == pytest.approx(4.5 / 5.5 - 1 / 3)
    unread = [replace(always_a[0], answer=Probabilities(p=(math.nan,) * 3, option_mass=0.0))]
    assert math.isnan(bias_values(SQUARE, [*unread, *always_a[1:]], answers=4)[0]["label_bias"])


def test_answers_are_divided_by_the_mean_without_content_under_the_same_letters() -> None:
    """Each letters' own; the option mass stays, and each question has all keys."""
    asked = without_content(SQUARE, ("N/A", ""))
    assert len(asked) == 2 * 3
    biases = [[0.5, 0.3, 0.2], [0.3, 0.5, 0.2]]
    replies = [
        reply(np.array(biases[i % 2])[list(one.letters)].tolist(), key=f"f{i}")
        for i, one in enumerate(asked)
    ]
    free = ContentFree(asked, replies)
    for one in SQUARE:
        biased = np.array([0.4, 0.4, 0.2])[list(one.letters)]
        found = free.calibrate(one, reply(biased.tolist(), mass=0.3)).answer
        assert isinstance(found, Probabilities)
        assert found.p == pytest.approx([1 / 3] * 3)
        assert found.option_mass == 0.3
    assert free.keys == {0: tuple(f"f{i}" for i in range(6))}
    distance = jensenshannon([0.4, 0.4, 0.2], [1 / 3] * 3)
    assert free.values()[0]["content_free_js"] == pytest.approx(distance)


def test_more_values_and_keys_come_behind_those_of_the_record() -> None:
    """An item that is not named stays as it is."""
    record = case_record(
        CASE,
        questions=[Q],
        unasked=[question("q9", {"BRA": [1.0]})],
        asked=SQUARE[:1],
        replies=[reply([0.5, 0.3, 0.2])],
        image_ids=[],
        floors=Floors(SURVEY, seed=0),
    )
    more = extended(record, values={"q1": {"label_bias": 0.5}}, keys={"q1": ("x", "y")})
    assert more.items[0].request_keys == ("k", "x", "y")
    assert more.items[0].values == {**record.items[0].values, "label_bias": 0.5}
    assert more.items[1:] == record.items[1:]
    assert more.scores == record.scores
