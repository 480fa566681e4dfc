"""The bootstrap of whole clusters, and the intervals read off it."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest

from benchmark.metrics.resampling import (
    cluster_bootstrap,
    cluster_weights,
    percentile_interval,
    resampled_means,
)


def rng() -> np.random.Generator:
    """A fresh seeded generator."""
    return np.random.default_rng(21)


def test_resamples_have_the_distribution_of_all_possible_draws() -> None:
    """Three clusters have 27 equally likely resamples; mean and spread agree with the list."""
    values, clusters = np.array([[1.0], [2.0], [6.0], [9.0]]), ["a", "b", "b", "c"]
    sums, counts = np.array([1.0, 8.0, 9.0]), np.array([1, 2, 1])
    every = [sums[list(d)].sum() / counts[list(d)].sum() for d in product(range(3), repeat=3)]
    drawn = cluster_bootstrap(values, clusters, rng=rng(), resamples=100_000)
    assert drawn.mean() == pytest.approx(np.mean(every), abs=0.03)
    assert drawn.std() == pytest.approx(np.std(every), abs=0.03)
    assert set(drawn[:, 0].round(9)) == set(np.round(every, 9))


def test_a_cluster_brings_all_its_items_along() -> None:
    """Means over the weights' own clusters, recomputed item by item."""
    generator = np.random.default_rng(22)
    values, clusters = generator.random((30, 2)), generator.integers(7, size=30)
    weights = cluster_weights(7, rng=rng(), resamples=50)
    expected = [np.average(values, axis=0, weights=row[clusters]) for row in weights]
    drawn = cluster_bootstrap(values, clusters, rng=rng(), resamples=50)
    np.testing.assert_allclose(drawn, expected, atol=1e-14)


def test_missing_values_are_left_out_of_their_column_alone() -> None:
    """A column with a gap is the mean of the rest; a resample of gaps only is NaN."""
    values = [[1.0, 1.0], [3.0, math.nan]]
    drawn = cluster_bootstrap(values, ["a", "b"], rng=rng(), resamples=200)
    only_b = drawn[:, 0] == 3
    assert only_b.any()
    assert np.isnan(drawn[only_b, 1]).all()
    assert (drawn[~only_b, 1] == 1).all()


def test_order_of_items_does_not_matter() -> None:
    """Equal seeds give equal resamples of the same clusters."""
    generator = np.random.default_rng(23)
    values, clusters = generator.random((40, 3)), generator.integers(8, size=40)
    order = generator.permutation(40)
    np.testing.assert_allclose(
        cluster_bootstrap(values, clusters, rng=rng(), resamples=100),
        cluster_bootstrap(values[order], clusters[order], rng=rng(), resamples=100),
        atol=1e-14,
    )


def test_weights_count_draws_in_any_block(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every resample draws as many clusters as there are; blocks leave the stream alone."""
    whole = cluster_weights(9, rng=rng(), resamples=40)
    assert (whole.sum(axis=1) == 9).all()
    monkeypatch.setattr("benchmark.metrics.resampling.BLOCK_CELLS", 20)
    np.testing.assert_array_equal(cluster_weights(9, rng=rng(), resamples=40), whole)


def test_resampled_means_take_leading_axes() -> None:
    """Sums with more axes than counts share the counts."""
    weights = cluster_weights(4, rng=rng(), resamples=6)
    sums, counts = (
        np.random.default_rng(24).random((3, 2, 4)),
        np.array([[1, 2, 1, 1], [1, 1, 1, 3]]),
    )
    means = resampled_means(sums, counts, weights)
    assert means.shape == (3, 2, 6)
    expected = (weights[5] @ sums[1, 0]) / (weights[5] @ counts[0])
    assert means[1, 0, 5] == pytest.approx(expected)


@pytest.mark.parametrize("level", [0.5, 0.9, 0.95])
def test_interval_agrees_with_numpy_quantiles(level: float) -> None:
    """The same linear rule as NumPy's default, on either axis."""
    samples = np.random.default_rng(25).normal(size=(101, 4))
    expected = np.quantile(samples, [(1 - level) / 2, (1 + level) / 2], axis=0)
    np.testing.assert_allclose(percentile_interval(samples, level), expected, atol=1e-14)
    np.testing.assert_allclose(percentile_interval(samples.T, level, axis=-1), expected, atol=1e-14)


def test_a_sample_that_does_not_exist_leaves_no_interval() -> None:
    """One NaN in a column makes both its ends NaN and leaves the other column alone."""
    low, high = percentile_interval([[1.0, math.nan], [2.0, 5.0]])
    assert np.isnan([low[1], high[1]]).all()
    assert low[0] < high[0]


def test_what_cannot_be_resampled_is_refused() -> None:
    """No clusters, shapes that do not fit, levels outside (0, 1) and no samples are errors."""
    with pytest.raises(ValueError, match="0 clusters"):
        cluster_bootstrap(np.empty((0, 1)), [], rng=rng())
    with pytest.raises(ValueError, match="items"):
        cluster_bootstrap([[1.0], [2.0]], ["a"], rng=rng())
    with pytest.raises(ValueError, match="level"):
        percentile_interval([1.0, 2.0], 95)
    with pytest.raises(ValueError, match="sample"):
        percentile_interval([])
