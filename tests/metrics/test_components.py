"""Variance components of facets, and how many levels are enough."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from benchmark.metrics.components import enough, facet_variance


def test_planted_components_are_recovered() -> None:
    """Sixty pictures in twelve countries by ten stems, effects of SD 0.1 under noise of 0.3."""
    rng = np.random.default_rng(0)
    pictures, stems = 60, 10
    effect = 0.1 * rng.standard_normal(pictures)
    values = effect[:, None] + rng.standard_normal(stems) + 0.3 * rng.standard_normal((60, 10))
    picture, stem = np.indices((pictures, stems))
    values += (picture // 5) * 0.5  # countries differ, which is no difference between pictures
    found = facet_variance(values.ravel(), picture.ravel(), stem.ravel(), picture.ravel() // 5)
    assert found.levels == 60
    assert found.variance == pytest.approx(0.01, abs=0.006)


def test_noise_alone_is_about_nothing() -> None:
    """Estimates of a component that is not there are cut off at 0, and small."""
    rng = np.random.default_rng(1)
    level, block = np.indices((8, 20))
    found = [
        facet_variance(rng.standard_normal(160), level.ravel(), block.ravel(), 0 * level.ravel())
        for _ in range(200)
    ]
    variances = [one.variance for one in found]
    assert min(variances) == 0
    assert np.mean(variances) < 0.02


def test_one_block_gives_the_variance_of_the_levels() -> None:
    """As for stems, which nothing is crossed with."""
    values = np.array([1.0, 4.0, 2.0])
    zero = np.zeros(3, dtype=np.intp)
    found = facet_variance(values, np.arange(3), zero, zero)
    assert found.variance == pytest.approx(values.var(ddof=1))


def test_one_level_has_no_variance() -> None:
    """Unknown is not zero."""
    zero = np.zeros(4, dtype=np.intp)
    found = facet_variance(np.arange(4.0), zero, np.arange(4), zero)
    assert (math.isnan(found.variance), found.levels) == (True, 0)


@pytest.mark.parametrize("variance", [1e-5, 0.001, 0.04])
def test_enough_is_the_first_number_whose_arm_is_short(variance: float) -> None:
    """One fewer is too few."""
    n = int(enough(variance, 0.02))
    arms = [stats.t.ppf(0.975, m - 1) * math.sqrt(variance / m) for m in (n, max(2, n - 1))]
    assert arms[0] <= 0.02
    assert n == 2 or arms[1] > 0.02
