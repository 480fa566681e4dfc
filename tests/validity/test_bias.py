"""A small sample of the simulations of bias.py; the long ones are printed by the module itself."""

from __future__ import annotations

import numpy as np
import pytest

from tests.validity.bias import MODELS, agreement, answers_alone, calibration, kappa, people


def rng() -> np.random.Generator:
    """The same for every test."""
    return np.random.default_rng(0)


@pytest.mark.parametrize("name", ["middling", "good"])
def test_intervals_hold_the_population_once_the_scatter_is_taken_off(name: str) -> None:
    """0.95 within Monte-Carlo error of 400 repetitions; also where a respondent's answers agree."""
    similarity, skill = people(rng(), 40, 400, model=MODELS[name], corrected=True)
    assert similarity.coverage > 0.91
    assert skill.coverage > 0.91
    assert abs(similarity.bias) < 0.002
    alike, _ = people(rng(), 40, 60, model=MODELS[name], alike=0.3, corrected=True)
    assert alike.coverage > 0.85


def test_against_the_sample_a_good_model_is_not_what_it_is_to_the_population() -> None:
    """The interval of the plain similarity is about the sample: it holds the other in 5 %."""
    similarity, skill = people(rng(), 40, 400, model=MODELS["good"], corrected=False)
    assert similarity.bias == pytest.approx(-0.0078, abs=0.001)
    assert similarity.coverage < 0.15
    assert skill.bias < -0.05


def test_calibration_takes_off_what_multiplies_and_puts_on_what_is_not_there() -> None:
    """Hence it is an option, and not the default."""
    before, after = calibration(rng(), multiplies=True)
    assert before > 0.1
    assert after < 1e-6
    before, after = calibration(rng(), multiplies=False)
    assert before < 1e-6
    assert after > 0.1


def test_few_written_answers_look_biased() -> None:
    """So the figure of sampled runs is read against its noise."""
    assert answers_alone(rng(), 5, 4) > 2 * answers_alone(rng(), 5, 400)


@pytest.mark.parametrize("stems", [6, 20])
def test_written_agreement_covers(stems: int) -> None:
    """Wilson over stems never below 0.95; kappa by t, short of it at 6 stems and high kappa."""
    for rate in (0.5, 0.8, 0.95):
        assert agreement(rng(), stems, 400, rate=rate, alike=0.3).coverage > 0.93
    for copies in (0.0, 0.5):
        assert kappa(rng(), stems, 600, copies=copies).coverage > 0.92
