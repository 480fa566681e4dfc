"""The generalised Jensen-Shannon divergence of a group."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import entropy

from benchmark.metrics import dispersion
from benchmark.metrics.dispersion import Noise, group_js_divergence, noise_in_group
from benchmark.metrics.divergence import js_divergence


def test_two_members_are_the_pair_s_divergence() -> None:
    """For a pair it is the Jensen-Shannon divergence itself."""
    p, q = np.random.default_rng(51).dirichlet(np.ones(5), size=(2, 50))
    both = np.stack([p, q], axis=1)
    np.testing.assert_allclose(group_js_divergence(both), js_divergence(p, q), atol=1e-12)


@pytest.mark.parametrize("members", [3, 10])
def test_agrees_with_a_loop_over_scipy(members: int) -> None:
    """Entropy of the mean less mean entropy, by SciPy, row by row."""
    rows = np.random.default_rng(52).dirichlet(np.full(6, 0.3), size=(40, members))
    expected = [entropy(group.mean(axis=0)) - entropy(group, axis=1).mean() for group in rows]
    np.testing.assert_allclose(group_js_divergence(rows), expected, rtol=0, atol=1e-12)


def test_members_without_an_answer_are_left_out() -> None:
    """A NaN member changes nothing; fewer than two that answered are not a group."""
    rows = np.random.default_rng(53).dirichlet(np.ones(3), size=4)
    with_gap = np.vstack([rows, [[math.nan] * 3]])
    assert group_js_divergence(with_gap) == pytest.approx(float(group_js_divergence(rows)))
    assert math.isnan(group_js_divergence(with_gap[-2:]))


def test_agreement_is_exactly_zero_and_discord_ln_k() -> None:
    """No rounding is left where all are equal; k certainties of their own reach ln k."""
    row = np.random.default_rng(54).dirichlet(np.ones(7))
    assert group_js_divergence(np.tile(row, (9, 1))) == 0
    assert group_js_divergence(np.eye(4)) == pytest.approx(math.log(4))


def test_what_is_no_group_is_refused() -> None:
    """One distribution has no members."""
    with pytest.raises(ValueError, match="members"):
        group_js_divergence([0.5, 0.5])


@pytest.mark.parametrize("members", [2, 10])
def test_noise_is_what_means_of_noisy_answers_differ_by(members: int) -> None:
    """Equal members, five answers each: what is left of the divergence is a sixth at most."""
    rng = np.random.default_rng(55)
    true = rng.dirichlet(np.ones(5), size=(500, 1, 1))
    each = rng.standard_gamma(20 * np.broadcast_to(true, (500, members, 5, 5)) + 0.01)
    each /= each.sum(axis=-1, keepdims=True)
    mean = each.mean(axis=-2)
    others = (each.sum(axis=-2, keepdims=True) - each) / 4
    lost = dispersion.entropy(mean) - dispersion.entropy(others).mean(axis=-1)
    noise = Noise(own=4 * lost, variance=each.var(axis=-2))
    raw = group_js_divergence(mean).mean()
    assert raw > 0.01
    assert abs((group_js_divergence(mean) - noise_in_group(mean, noise)).mean()) < raw / 6


def test_without_noise_nothing_is_taken_off_and_members_without_an_answer_are_left_out() -> None:
    """0 for certain means, the same with a gap, NaN for one member."""
    rows = np.random.default_rng(56).dirichlet(np.ones(3), size=4)
    none = Noise(own=np.zeros(4), variance=np.zeros((4, 3)))
    assert noise_in_group(rows, none) == 0
    noise = Noise(own=np.full(5, 0.1), variance=np.full((5, 3), 0.01))
    some = Noise(own=noise.own[:4], variance=noise.variance[:4])
    with_gap = np.vstack([rows, [[math.nan] * 3]])
    assert noise_in_group(with_gap, noise) == pytest.approx(float(noise_in_group(rows, some)))
    alone = Noise(own=noise.own[:2], variance=noise.variance[:2])
    assert math.isnan(noise_in_group(with_gap[-2:], alone))
