"""Means over resampled items and raters: hand-checked draws, coverage, pairing."""

from __future__ import annotations

import numpy as np
import pytest

from benchmark.metrics.crossed import crossed_means
from benchmark.metrics.divergence import FloatArray
from benchmark.metrics.resampling import cluster_weights, expanded_level, percentile_interval

NAN = float("nan")


def study(rng: np.random.Generator, cells: int, raters: int) -> FloatArray:
    """Two stories a cell that share its level, and raters who are strict or mild; the mean is 3."""
    level = np.repeat(rng.normal(0, 0.5, cells), 2)[:, None]
    strict = rng.normal(0, 0.4, raters)
    ratings = 3 + level + strict + rng.normal(0, 0.8, (2 * cells, raters))
    ratings[rng.random(ratings.shape) < 0.5] = NAN
    return ratings


def test_weights_multiply() -> None:
    """Each resample is the mean weighted by how often cell and rater were drawn."""
    ratings = np.array([[1.0, 2.0], [3.0, NAN], [5.0, 6.0]])
    cells, groups = [0, 0, 1], [0, 1, 1]
    found = crossed_means(
        ratings, cells, groups, rng=np.random.default_rng(4), raters_vary=True, resamples=50
    )
    rng = np.random.default_rng(4)
    by_cell, by_rater = (cluster_weights(2, rng=rng, resamples=50) for _ in range(2))
    for row, (cell, rater) in enumerate(zip(by_cell, by_rater, strict=True)):
        weights = cell[cells][:, None] * rater[None, :] * ~np.isnan(ratings)
        for group in (0, 1):
            mine = np.array(groups) == group
            total = weights[mine].sum()
            expected = np.nansum(weights[mine] * ratings[mine]) / total if total else NAN
            assert found[row, group] == pytest.approx(expected, nan_ok=True)


def test_held_raters_do_not_vary() -> None:
    """Then strict raters add nothing to the spread."""
    rng = np.random.default_rng(0)
    ratings = np.tile(np.array([1.0, 5.0, 3.0]), (20, 1))
    cells, group = np.arange(20), np.zeros(20, dtype=int)
    held = crossed_means(ratings, cells, group, rng=rng, raters_vary=False, resamples=100)
    drawn = crossed_means(ratings, cells, group, rng=rng, raters_vary=True, resamples=100)
    assert np.ptp(held) == pytest.approx(0)
    assert np.ptp(drawn) > 1


def test_a_group_without_ratings_is_not_scored() -> None:
    """And items of no group count nowhere."""
    ratings = [[1.0], [NAN], [9.0]]
    rng = np.random.default_rng(0)
    found = crossed_means(ratings, [0, 0, 0], [0, 1, -1], rng=rng, raters_vary=True, resamples=3)
    assert found[:, 0].tolist() == [1, 1, 1]
    assert np.isnan(found[:, 1]).all()
    with pytest.raises(ValueError, match="items, raters"):
        crossed_means([1.0], [0], [0], rng=rng, raters_vary=True)


def test_intervals_cover_the_mean_where_items_and_raters_vary() -> None:
    """At least about 95 % of studies of 20 cells and 12 raters; far fewer with raters held."""
    rng = np.random.default_rng(5)
    covered = {True: 0, False: 0}
    for _ in range(150):
        ratings = study(rng, 20, 12)
        for vary in covered:
            samples = crossed_means(
                ratings,
                np.repeat(np.arange(20), 2),
                np.zeros(40, dtype=int),
                rng=rng,
                raters_vary=vary,
                resamples=600,
            )
            low, high = percentile_interval(samples[:, 0], expanded_level(0.95, 12))
            covered[vary] += bool(low <= 3 <= high)
    assert covered[True] / 150 >= 0.93
    assert covered[False] / 150 < 0.93
