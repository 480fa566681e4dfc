"""Figures of stem means: their intervals, against SciPy, by hand and at the edges."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from benchmark.metrics.divergence import FloatArray
from benchmark.metrics.skewed_means import mean_interval, mean_p
from benchmark.metrics.stem_means import (
    effective_stems,
    fieller_interval,
    jackknife_interval,
    mean_of_stem_means,
    stem_p,
)


@pytest.mark.parametrize("k", [6, 7, 20])
def test_a_plain_mean_has_scipy_s_t_interval_and_p(k: int) -> None:
    """Of symmetric stems, in several groups at once, each as if alone."""
    stems = np.linspace(-1, 1, k) * [[1], [2], [3]] + [[1], [0.2], [0.5]]
    found = jackknife_interval([stems.ravel()], np.repeat(np.arange(3), k), 3)
    low, high = stats.t.interval(0.95, k - 1, stems.mean(axis=1), stats.sem(stems, axis=1))
    np.testing.assert_allclose(found.value, stems.mean(axis=1))
    np.testing.assert_allclose([found.low, found.high], [low, high])
    expected = stats.ttest_1samp(stems, 0, axis=1).pvalue
    np.testing.assert_allclose(stem_p(found), expected)


def test_skewed_stems_have_the_interval_of_a_skewed_mean() -> None:
    """Group by group that of `skewed_means`, where it is tested and its choice documented."""
    stems = np.random.default_rng(3).gamma(2, size=(3, 9))
    found = jackknife_interval([stems.ravel()], np.repeat(np.arange(3), 9), 3)
    np.testing.assert_allclose([found.low, found.high], mean_interval(stems))
    np.testing.assert_allclose(stem_p(found), mean_p(stems))
    assert (found.value - found.low < found.high - found.value).all()


def test_p_and_interval_agree() -> None:
    """P is below 0.05 exactly where the interval leaves 0 out."""
    stems = np.random.default_rng(0).standard_normal((500, 8)) + 0.5
    found = jackknife_interval([stems.ravel()], np.repeat(np.arange(500), 8), 500)
    p = stem_p(found)
    outside = (found.low > 0) | (found.high < 0)
    assert 0 < outside.sum() < 500
    assert ((p < 0.05) == outside).all()


def test_fieller_s_interval_inverts_the_t_test() -> None:
    """An end is where SciPy's t of numerator less ratio times denominator is just at its quantile.

    Or further out, where `jackknife_interval` has it, which knows of a tail.
    """
    rng = np.random.default_rng(4)
    stems = rng.lognormal(size=(2, 30, 12))
    where = (stems.reshape(2, -1), np.repeat(np.arange(30), 12), 30)
    found, other = fieller_interval(*where), jackknife_interval(*where, of_means=np.divide)
    assert 20 < np.isfinite(found.low).sum() < 30  # of heavy tails, some cannot be told from 0
    at_quantile = 0
    for end, further in ((found.low, other.low), (found.high, other.high)):
        rest = stems[0] - end[:, None] * stems[1]
        p = stats.ttest_1samp(rest, 0, axis=1).pvalue
        own = np.isfinite(end) & (end != further)
        np.testing.assert_allclose(p[own], 0.05, rtol=1e-6)
        assert (p[np.isfinite(end)] <= 0.05 + 1e-9).all()
        at_quantile += int(own.sum())
    assert at_quantile
    assert np.isnan(found.low).tolist() == [
        stats.ttest_1samp(row, 0).pvalue >= 0.05 for row in stems[1]
    ]


def test_too_few_stems_have_a_value_alone() -> None:
    """Five stems and none at all beside six."""
    groups = [0] * 5 + [2] * 6
    found = jackknife_interval([np.arange(11.0)], groups, 3)
    assert found.k.tolist() == [5, 0, 6]
    assert found.value.tolist()[::2] == [2.0, 7.5]
    assert np.isnan(found.value[1])
    assert np.isnan(found.low).tolist() == [True, True, False]


def test_a_figure_that_one_stem_carries_has_no_interval() -> None:
    """Where the rest alone would leave no room above the floor, the error is unknown."""

    def ratio(above: FloatArray, room: FloatArray) -> FloatArray:
        return np.where(room > 0, above / np.where(room > 0, room, 1), np.nan)

    above, room = [0.1] * 7, [1.0, *[-0.1] * 6]
    found = jackknife_interval([above, room], [0] * 7, 1, of_means=ratio)
    assert np.isfinite(found.value[0])
    assert np.isnan(found.low[0])


def test_equal_stems_give_no_width_and_p_says_so() -> None:
    """A difference without any spread is as sure as it can be; none at all has p = 1."""
    found = jackknife_interval([[0.5] * 6 + [0.0] * 6], [0] * 6 + [1] * 6, 2)
    assert (found.low == found.high).all()
    assert stem_p(found).tolist() == [0, 1]


def test_effective_stems_of_equal_stems_are_all_of_them() -> None:
    """Whatever their size."""
    assert effective_stems([7] * 9, [0] * 9, 1).tolist() == [9]


def test_a_mean_of_nothing_is_not_a_number() -> None:
    """All missing, or no item."""
    for column in ([], [float("nan")] * 3):
        mean = mean_of_stem_means(column, ["a"] * len(column))
        assert np.isnan(mean.value)
        assert (mean.n, mean.n_missing) == (0, len(column))
