"""Sign flips, the published bootstrap's p, and the correction of families."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control, permutation_test

from benchmark.metrics.permutation import benjamini_hochberg, holm, percentile_p, sign_flip_p
from tests.metrics.strategies import unhurried

ps = st.lists(st.floats(1e-6, 1), min_size=1, max_size=12)


def rng() -> np.random.Generator:
    """A fresh seeded generator."""
    return np.random.default_rng(41)


@pytest.mark.parametrize("clusters", [1, 6, 9])
def test_exact_p_is_that_of_a_loop_over_all_signs(clusters: int) -> None:
    """Every one of 2^k signs counted by hand gives the same p to 1e-12."""
    sums = np.random.default_rng(42).normal(0.3, 1, size=(clusters, 4))
    signs = np.array(list(itertools.product((1, -1), repeat=clusters)))
    expected = (np.abs(signs @ sums) >= np.abs(sums.sum(axis=0)) - 1e-12).mean(axis=0)
    np.testing.assert_allclose(sign_flip_p(sums, rng=rng()), expected, atol=1e-12)


def test_exact_p_agrees_with_scipy() -> None:
    """SciPy's paired permutation test, which flips the same signs."""
    sums = np.random.default_rng(43).normal(0.4, 1, size=10)
    both = permutation_test(
        (sums,), np.sum, permutation_type="samples", n_resamples=math.inf, rng=rng()
    )
    assert sign_flip_p(sums[:, None], rng=rng())[0] == pytest.approx(both.pvalue, abs=1e-12)


def test_random_signs_agree_with_all_of_them() -> None:
    """With twelve clusters both can be had; the random p is (1 + k) / (1 + B), never zero."""
    sums = np.random.default_rng(44).normal(0.5, 1, size=(12, 5))
    exact = sign_flip_p(sums, rng=rng())
    drawn = sign_flip_p(sums, rng=rng(), resamples=4000)
    np.testing.assert_allclose(drawn, exact, atol=0.02)
    assert (drawn * 4001 == np.round(drawn * 4001)).all()
    assert sign_flip_p(np.ones((40, 1)), rng=rng(), resamples=999)[0] == 1 / 1000


def test_no_difference_is_no_evidence() -> None:
    """All zero gives 1, and NaN gives NaN without touching its neighbour."""
    p = sign_flip_p([[0.0, math.nan, 1.0]] * 6, rng=rng())
    assert p[0] == 1
    assert math.isnan(p[1])
    assert p[2] == 2 / 64


def test_blocks_do_not_change_the_p(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is held at once is a matter of memory."""
    sums = np.random.default_rng(45).normal(0.5, 1, size=(9, 3))
    whole = sign_flip_p(sums, rng=rng())
    monkeypatch.setattr("benchmark.metrics.permutation.BLOCK_CELLS", 50)
    np.testing.assert_array_equal(sign_flip_p(sums, rng=rng()), whole)


def test_holm_by_hand() -> None:
    """Four times 0.01, three times 0.02, twice 0.03, and 0.5."""
    assert holm([0.02, 0.5, 0.01, 0.03]).tolist() == pytest.approx([0.06, 0.5, 0.04, 0.06])


@unhurried
@given(ps)
def test_benjamini_hochberg_agrees_with_scipy(values: list[float]) -> None:
    """The same q as SciPy's, and never above Holm's."""
    found = benjamini_hochberg(values)
    np.testing.assert_allclose(found, false_discovery_control(values), atol=1e-12)
    assert (found <= holm(values) + 1e-12).all()
    assert (found >= np.array(values) - 1e-12).all()


@pytest.mark.parametrize("correct", [holm, benjamini_hochberg])
def test_what_was_not_tested_does_not_count(correct: object) -> None:
    """NaN is left out of the number of tests and stays NaN."""
    assert callable(correct)
    found = correct([0.04, math.nan, 0.01])
    np.testing.assert_array_equal(found[[0, 2]], correct([0.04, 0.01]))
    assert math.isnan(found[1])
    assert correct([]).size == 0


def test_percentile_p_by_hand() -> None:
    """Twice the smaller side; exact zeros count on both."""
    assert percentile_p([[-1.0, 0.0], [2.0, 0.0], [3.0, 1.0], [4.0, 2.0]]).tolist() == [0.5, 1.0]
    assert percentile_p([[1.0, 2.0]], axis=1).tolist() == [0.0]
    assert math.isnan(percentile_p([1.0, math.nan]))


def test_what_cannot_be_tested_is_refused() -> None:
    """No clusters, no resamples and no samples are errors."""
    with pytest.raises(ValueError, match="clusters"):
        sign_flip_p(np.empty((0, 2)), rng=rng())
    with pytest.raises(ValueError, match="0 resamples"):
        sign_flip_p([[1.0]], rng=rng(), resamples=0)
    with pytest.raises(ValueError, match="sample"):
        percentile_p([])
