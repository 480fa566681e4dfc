"""Do identification, spread and distances hold under planted truth? Short samples."""

from __future__ import annotations

import numpy as np
import pytest

from tests.validity.countries_simulated import (
    covered,
    distance_trials,
    identification_trials,
    overall,
    rejected,
    spread_of_noisy_answers,
)


def at_most(share: float, level: float, trials: int) -> bool:
    """Not above the level, but for three standard errors of the simulation."""
    return share <= level + 3 * float(np.sqrt(level * (1 - level) / trials))


@pytest.mark.parametrize(("countries", "proxies"), [(6, 1), (12, 3)])
def test_identification_covers_and_holds_its_own_value(countries: int, proxies: int) -> None:
    """Of a model that knows some countries better than others; [1, 1] is not an interval."""
    trials = identification_trials(60, countries=countries, proxies=proxies, knowledge=(0.0, 0.8))
    for metric in ("identification_top1", "identification_mrr"):
        _, share, inside = covered(trials, metric)
        assert inside.all()
        assert at_most(1 - share, 0.05, 60)
        assert all(overall(t, metric).low < overall(t, metric).high for t in trials)
        assert {overall(t, metric).n_clusters for t in trials} == {countries}


def test_permuted_labels_reject_no_oftener_than_they_say() -> None:
    """A model that knows the world average, with noise and gaps."""
    trials = identification_trials(100, countries=8, proxies=2, missing=0.2, permutations=99)
    for metric in ("identification_top1_p", "identification_mrr_p"):
        assert at_most(rejected(trials, metric, 0.1), 0.1, 100)


@pytest.mark.parametrize("null", ["noise", "contentious", "shuffled"])
def test_shuffled_answers_reject_no_oftener_than_they_say(null: str) -> None:
    """Three nulls, in one of which the same questions divide model and people."""
    trials = distance_trials(60, countries=8, stems=12, null=null, permutations=99)  # type: ignore[arg-type]
    assert at_most(rejected(trials, "distance_tau_b_p", 0.1), 0.1, 60)


def test_the_interval_of_tau_covers_its_mean() -> None:
    """Of a model that knows a little, over fresh questions for the same countries."""
    trials = distance_trials(60, countries=8, stems=16, null=0.5, permutations=9, seed=3)
    truth, share, inside = covered(trials, "distance_tau_b")
    assert 0.2 < truth < 0.9
    assert inside.all()
    assert at_most(1 - share, 0.05, 60)


@pytest.mark.parametrize(("pictures", "orders"), [(3, 1), (5, 1), (3, 4)])
def test_noise_is_not_spread(pictures: int, orders: int) -> None:
    """Countries that are alike have none, and those that differ as people do have 1."""
    alike, _ = spread_of_noisy_answers(pictures=pictures, orders=orders)
    assert abs(alike) < 0.04
    differ, _ = spread_of_noisy_answers(pictures=pictures, orders=orders, alike=False)
    assert differ == pytest.approx(1, abs=0.06)


def test_a_liking_for_a_label_is_not_noise_between_countries() -> None:
    """It is the same for all countries: what is taken off is not more for it."""
    for orders in (2, 4):
        alike, _ = spread_of_noisy_answers(pictures=3, orders=orders, liking=0.5)
        assert abs(alike) < 0.03


def test_one_answer_each_is_not_debiased() -> None:
    """Nothing tells noise from variety then: the ratio of equal countries is far above 0."""
    ratio, _ = spread_of_noisy_answers(pictures=1)
    assert ratio > 0.5
