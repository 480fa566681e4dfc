"""Effects of places and letters: planted ones come back exactly, whatever the options say."""

from __future__ import annotations

import numpy as np
import pytest

from benchmark.metrics.divergence import FloatArray
from benchmark.metrics.option_effects import (
    calibrated,
    displaced,
    displaced_by_noise,
    effect_shares,
    smoothed,
)
from benchmark.scoring.latin_square import presentations
from benchmark.scoring.option_orders import cyclic_orders

SIZES = (2, 3, 4, 5, 6, 7, 10)


def planted(
    k: int, rng: np.random.Generator, *, content: float, place: float, letter: float
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Answers to the square of k options by logits of such spreads; letters, and both effects."""
    of_content, of_place, of_letter = (s * rng.normal(size=k) for s in (content, place, letter))
    square = presentations(k)
    letters = np.array([one.letters for one in square])
    logits = np.array([of_content[list(one.order)] for one in square])
    logits = logits + of_place + of_letter[letters]
    shares = np.exp(logits)
    effects = (np.exp(e) / np.exp(e).sum() for e in (of_letter, of_place))
    return shares / shares.sum(axis=1, keepdims=True), letters, *effects


@pytest.mark.parametrize("k", SIZES)
def test_planted_letters_and_places_come_back_apart(k: int) -> None:
    """Both at once, under strong content: each exactly its own."""
    rng = np.random.default_rng(k)
    p, letters, of_letter, of_place = planted(k, rng, content=2.0, place=0.7, letter=1.0)
    places = np.broadcast_to(np.arange(k), p.shape)
    assert effect_shares(p, letters) == pytest.approx(of_letter, abs=1e-12)
    assert effect_shares(p, places) == pytest.approx(of_place, abs=1e-12)


@pytest.mark.parametrize("k", SIZES)
def test_one_bias_is_not_taken_for_the_other(k: int) -> None:
    """A model that knows only letters has no bias of place, and the other way round."""
    rng = np.random.default_rng(k)
    p, letters, _, _ = planted(k, rng, content=1.0, place=0.0, letter=1.0)
    places = np.broadcast_to(np.arange(k), p.shape)
    assert displaced(effect_shares(p, places)) == pytest.approx(0.0, abs=1e-12)
    assert displaced(effect_shares(p, letters)) > 0.05
    p, letters, _, _ = planted(k, rng, content=1.0, place=1.0, letter=0.0)
    assert displaced(effect_shares(p, letters)) == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("k", SIZES)
def test_noise_alone_shows_what_is_expected_of_it(k: int) -> None:
    """Logits that wobble, no bias: the mean of both biases, within 5 %; effects change it not."""
    rng = np.random.default_rng(k)
    square = presentations(k)
    letters = np.array([one.letters for one in square])
    contents = np.array([one.order for one in square])
    found, expected = [], []
    for _ in range(1500):
        p, *_ = planted(k, rng, content=1.0, place=0.5, letter=0.0)
        p = p * np.exp(0.3 * rng.normal(size=p.shape))
        p /= p.sum(axis=1, keepdims=True)
        found.append(displaced(effect_shares(p, letters)))
        expected.append(displaced_by_noise(p, contents, letters))
    # With one degree of freedom the estimate of a deviation is 0.80 of it.
    assert np.mean(expected) == pytest.approx(np.mean(found), rel=0.25 if k == 2 else 0.06)
    exact, *_ = planted(k, rng, content=1.0, place=1.0, letter=1.0)
    assert displaced_by_noise(exact, contents, letters) == pytest.approx(0.0, abs=1e-12)


def test_cyclic_orders_under_fixed_letters_cannot_tell_them_apart() -> None:
    """The first place is always A: the same numbers for two different biases."""
    orders = np.array(cyclic_orders(4, None))
    fixed = np.broadcast_to(np.arange(4), orders.shape)
    p = np.full(orders.shape, 0.1) + np.array([0.6, 0, 0, 0])
    assert effect_shares(p, fixed).tolist() == effect_shares(p, fixed.copy()).tolist()
    assert displaced(effect_shares(p, fixed)) == pytest.approx(0.45)


def test_an_answer_that_is_missing_leaves_no_effect() -> None:
    """NaN, not zero; shapes that differ are an error."""
    assert np.isnan(effect_shares([[np.nan, np.nan], [0.5, 0.5]], [[0, 1], [0, 1]])).all()
    with pytest.raises(ValueError, match="must be alike"):
        effect_shares([[0.5, 0.5]], [[0, 1], [0, 1]])


def test_calibration_undoes_a_bias_that_multiplies() -> None:
    """Content times bias over bias is content; a uniform answer without content changes nothing."""
    rng = np.random.default_rng(0)
    content, bias = rng.dirichlet(np.ones(5), 20), rng.dirichlet(np.ones(5), 20)
    biased = content * bias / (content * bias).sum(axis=1, keepdims=True)
    assert calibrated(biased, bias) == pytest.approx(content)
    assert calibrated(biased, np.full(5, 0.2)) == pytest.approx(biased)
    assert np.isnan(calibrated([0.5, 0.5], [np.nan, np.nan])).all()
    assert calibrated([0.5, 0.5], [1.0, 0.0]).tolist() == pytest.approx([0.0, 1.0], abs=1e-8)


def test_smoothing_keeps_what_was_not_drawn_possible() -> None:
    """Half an answer each; a missing row stays missing."""
    assert smoothed([[0.25, 0.75]], [4]).tolist() == [[0.3, 0.7]]
    assert np.isnan(smoothed([np.nan, np.nan], 3)).all()
