"""PERMANOVA within strata, the test of spread, and the published variance."""

from __future__ import annotations

import math

import numpy as np
import pytest

from benchmark.metrics.divergence import FloatArray
from benchmark.metrics.permanova import Stratum, permanova, shuffled_sums, sums_of_squares
from benchmark.metrics.published_variance import Design, f_tail, published_f, published_variances
from benchmark.metrics.robust_permanova import robust_statistic, without_effect
from benchmark.metrics.spread_of_groups import dispersion_test, distances_from_centre


def points(seed: int, *, shift: float = 0.0, scale: float = 1.0) -> tuple[Stratum, FloatArray]:
    """Twelve points in three groups, the first four moved or scattered, and the points."""
    x = np.random.default_rng(seed).random((12, 3))
    x[:4] = x[:4] * scale + shift
    d = np.linalg.norm(x[:, None] - x, axis=-1)
    return Stratum(distances=d, groups=np.repeat([0, 1, 2], 4)), x


def test_one_stratum_is_the_published_test() -> None:
    """Pseudo-F of one stratum as scikit-bio 0.7.4 has it."""
    stratum, _ = points(5, shift=0.3)
    sums = sums_of_squares([stratum], rng=np.random.default_rng(0), permutations=999)
    found = permanova(sums)
    assert found.f == pytest.approx(0.927411, abs=1e-6)
    assert found.p == pytest.approx(0.479, abs=0.05)


def test_sums_are_those_of_the_points_themselves() -> None:
    """With Euclidean distances they are ordinary sums of squares around means."""
    stratum, x = points(1)
    sums = sums_of_squares([stratum], rng=np.random.default_rng(0), permutations=1)
    assert sums.total[0] == pytest.approx(np.square(x - x.mean(axis=0)).sum())
    parts = [x[stratum.groups == g] for g in range(3)]
    assert sums.within[0] == pytest.approx(sum(np.square(p - p.mean(0)).sum() for p in parts))


def test_r2_without_an_effect_is_that_of_shuffled_labels() -> None:
    """The expectation over all shufflings, which needs none, is the mean over many."""
    stratum, _ = points(2)
    squares = np.square(stratum.distances)
    pairs = [np.triu_indices(4, 1)] * 3
    first, second = (
        np.concatenate([p[side] + 4 * g for g, p in enumerate(pairs)]) for side in (0, 1)
    )
    within = shuffled_sums(
        squares,
        [(first, second, np.full(first.size, 1 / 4))],
        rng=np.random.default_rng(0),
        permutations=4000,
    )
    sums = sums_of_squares([stratum], rng=np.random.default_rng(0), permutations=1)
    expected = 1 - within.mean() / sums.total[0]
    assert permanova(sums).r2_null == pytest.approx(expected, rel=0.01)


def test_labels_do_not_leave_their_stratum() -> None:
    """Strata far apart in kind add nothing: what differs between them is not an effect."""
    near, _ = points(3)
    far = Stratum(distances=near.distances * 50, groups=near.groups + 7)
    sums = sums_of_squares([near, far], rng=np.random.default_rng(0), permutations=99)
    one = permanova(sums, np.array([True, False]))
    other = permanova(sums, np.array([False, True]))
    assert one.r2 == pytest.approx(other.r2)
    assert sums.df_between.tolist() == [2, 2]


def test_p_is_uniform_without_an_effect() -> None:
    """Of 200 null sets of two strata as many p lie below 0.1, 0.3, 0.5 as should."""
    p = []
    for seed in range(200):
        strata = [points(1000 + 2 * seed + k)[0] for k in range(2)]
        sums = sums_of_squares(strata, rng=np.random.default_rng(seed), permutations=99)
        p.append(permanova(sums).p)
    for level in (0.1, 0.3, 0.5, 0.9):
        spread = math.sqrt(level * (1 - level) / 200)
        assert np.mean(np.array(p) <= level) == pytest.approx(level, abs=3.5 * spread)


def test_degenerate_strata_are_not_scored() -> None:
    """One group, groups of one member, or no distance at all: NaN."""
    d = np.ones((4, 4)) - np.eye(4)
    for groups, distances in (([0] * 4, d), ([0, 1, 2, 3], d), ([0, 0, 1, 1], 0 * d)):
        stratum = Stratum(distances=distances, groups=np.array(groups))
        sums = sums_of_squares([stratum], rng=np.random.default_rng(0), permutations=9)
        assert math.isnan(permanova(sums).p)


def test_the_robust_statistic_is_welchs_in_one_dimension() -> None:
    """Three groups of other sizes and spreads, against the formula for numbers."""
    rng = np.random.default_rng(3)
    parts = [rng.normal(0, 1, 9), rng.normal(1, 3, 4), rng.normal(0, 2, 6)]
    x = np.concatenate(parts)
    found = robust_statistic((x[:, None] - x) ** 2, np.array([9, 4, 6]))
    w = np.array([part.size / part.var(ddof=1) for part in parts])
    means = np.array([part.mean() for part in parts])
    middle = w @ means / w.sum()
    unknown = ((1 - w / w.sum()) ** 2 / np.array([8, 3, 5])).sum()
    welch = (w @ (means - middle) ** 2 / 2) / (1 + 2 / 8 * unknown)
    assert found == pytest.approx(welch)


def test_members_without_an_effect_are_the_points_themselves() -> None:
    """W*d of residuals that changed places, from coordinates instead of distances."""
    rng = np.random.default_rng(4)
    counts, group = np.array([4, 3, 5]), np.repeat([0, 1, 2], [4, 3, 5])
    x = rng.normal(size=(12, 3)) * np.array([1.0, 2.0, 3.0])[group][:, None] + group[:, None]
    order = rng.permutation(12)
    centres = np.array([x[group == g].mean(axis=0) for g in range(3)])
    residual = (x - centres[group]) * np.sqrt(counts / (counts - 1))[group][:, None]
    spread = np.sqrt(np.bincount(group, np.square(residual).sum(axis=1)) / counts)[group][:, None]
    moved = (residual / spread)[order] * spread
    squares, expected = (np.square(p[:, None] - p).sum(axis=-1) for p in (x, moved))
    found = without_effect(squares, counts, order[None])
    assert found[0] == pytest.approx(robust_statistic(expected, counts))


def clouds(sizes: list[int], scales: list[float], rng: np.random.Generator) -> Stratum:
    """Groups around one centre in many dimensions, each as scattered as it is told."""
    x = rng.normal(0, 1, (sum(sizes), 60)) * np.repeat(scales, sizes)[:, None]
    squares = np.square(x).sum(axis=1)
    d = np.sqrt(np.maximum(squares[:, None] + squares - 2 * x @ x.T, 0))
    return Stratum(distances=d, groups=np.repeat(np.arange(len(sizes)), sizes))


@pytest.mark.parametrize(
    ("sizes", "scales"),
    [
        ([10] * 5 + [2] * 3, [1.0] * 5 + [3.0] * 3),
        ([3] * 10, [1.0] * 8 + [3.0] * 2),
        ([8] * 5 + [1] * 4, [1.0] * 5 + [3.0] * 4),
    ],
    ids=["small wide groups", "groups of three", "wide singletons"],
)
def test_more_variety_alone_is_not_a_difference(sizes: list[int], scales: list[float]) -> None:
    """Where F rejected always, the p of W*d is at most 0.05 in at most 0.05 (150 runs)."""
    rng = np.random.default_rng(0)
    p = [
        permanova(sums_of_squares([clouds(sizes, scales, rng)], rng=rng, permutations=99)).p
        for _ in range(150)
    ]
    assert np.mean(np.array(p) <= 0.05) <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 150)


def test_members_that_are_alone_in_their_group_are_left_out() -> None:
    """They change no figure."""
    rng = np.random.default_rng(5)
    whole = clouds([4, 4, 1, 1], [1.0, 2.0, 5.0, 5.0], rng)
    part = Stratum(distances=whole.distances[:8, :8], groups=whole.groups[:8])
    found, expected = (
        permanova(sums_of_squares([one], rng=np.random.default_rng(0), permutations=99))
        for one in (whole, part)
    )
    assert found == expected


def test_a_group_without_spread_has_no_p() -> None:
    """How well its centre is known cannot be told; F and the effect stay."""
    d = np.array([[0, 0, 3, 4], [0, 0, 4, 3], [3, 4, 0, 1], [4, 3, 1, 0.0]])
    stratum = Stratum(distances=d, groups=np.array([0, 0, 1, 1]))
    found = permanova(sums_of_squares([stratum], rng=np.random.default_rng(0), permutations=9))
    assert math.isnan(found.p)
    assert found.f > 1


def test_distance_from_the_centre_needs_no_coordinates() -> None:
    """It is that to the mean of the points (scikit-bio's coordinates give the same)."""
    stratum, x = points(5, shift=0.3)
    found = distances_from_centre([stratum], 3)[:, 0] / np.sqrt(4 / 3)
    assert found == pytest.approx([0.481989017, 0.512966363, 0.452709985], abs=1e-8)
    own = x[:4] - x[:4].mean(axis=0)
    assert found[0] == pytest.approx(np.linalg.norm(own, axis=1).mean())


def test_a_scattered_group_is_found_and_equal_spread_is_not() -> None:
    """The p is small for planted scatter and uniform enough without."""
    rng = np.random.default_rng(0)
    wide = distances_from_centre([points(s, scale=3.0)[0] for s in range(8)], 3)
    assert dispersion_test(wide, rng=rng, permutations=199).p < 0.01
    p = [
        dispersion_test(
            distances_from_centre([points(100 * k + s)[0] for s in range(4)], 3),
            rng=rng,
            permutations=99,
        ).p
        for k in range(1, 81)
    ]
    assert np.mean(np.array(p) <= 0.2) == pytest.approx(0.2, abs=0.15)


def test_published_variance_has_its_bias_under_the_null() -> None:
    """With all distances 1 the variances are (n - 1)/n: four fifths within, 41/42 across."""
    groups, rounds = np.divmod(np.arange(210), 5)
    design = Design(distances=1 - np.eye(210), groups=groups, rounds=rounds, topic=0)
    found = published_variances([design], 1, rng=np.random.default_rng(0), permutations=3)
    assert found.within[0] == pytest.approx(4 / 5)
    assert found.across[0] == pytest.approx(41 / 42)
    assert found.within_null == pytest.approx(np.full((3, 1), 4 / 5))


def test_published_f_agrees_with_scipy() -> None:
    """F and its tail, of 35 values within and 35 across."""
    from scipy.stats import f_oneway

    a, b = np.random.default_rng(6).random((2, 35))
    expected = f_oneway(a, b + 0.2)
    f = float(published_f(a, b + 0.2))
    assert f == pytest.approx(expected.statistic)
    assert f_tail(f, 1, 68) == pytest.approx(expected.pvalue)
