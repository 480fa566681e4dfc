"""Kendall's tau-b of two distance matrices and its permutation p."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy.stats import kendalltau

from benchmark.metrics.divergence import FloatArray
from benchmark.metrics.mantel import kendall_tau_b, mantel_tau_b


def matrices(n: int, *, seed: int, decimals: int = 9) -> tuple[FloatArray, FloatArray]:
    """Two symmetric matrices that agree in part; few decimals make ties."""
    rng = np.random.default_rng(seed)
    truth = rng.random((n, n))
    own = truth + 0.8 * rng.random((n, n))
    return tuple((m + m.T).round(decimals) for m in (own, truth))  # type: ignore[return-value]


def upper(table: FloatArray) -> FloatArray:
    """The pairs of a matrix."""
    return np.asarray(table[np.triu_indices(len(table), 1)])


@pytest.mark.parametrize("decimals", [9, 1])
@pytest.mark.parametrize("n", [4, 7, 10])
def test_tau_agrees_with_scipy(n: int, decimals: int) -> None:
    """SciPy's tau-b of the pairs, with and without ties, to 1e-12."""
    own, truth = matrices(n, seed=n, decimals=decimals)
    expected = kendalltau(upper(own), upper(truth)).statistic
    tau, _ = mantel_tau_b(own[None], truth, rng=np.random.default_rng(0), permutations=99)
    assert tau[0] == pytest.approx(expected, abs=1e-12)
    assert kendall_tau_b(upper(own), upper(truth)) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("n", [4, 6])
def test_exact_p_is_that_of_a_loop_over_all_relabellings(n: int) -> None:
    """Every permutation by SciPy's tau gives the same one-sided share."""
    own, truth = matrices(n, seed=20 + n)
    orders = [list(order) for order in itertools.permutations(range(n))]
    taus = [kendalltau(upper(own), upper(truth[np.ix_(o, o)])).statistic for o in orders]
    expected = np.mean(np.array(taus) >= taus[0] - 1e-9)
    _, p = mantel_tau_b(own[None], truth, rng=np.random.default_rng(0))
    assert p[0] == pytest.approx(expected, abs=1e-12)


def test_random_p_agrees_with_the_exact_one() -> None:
    """At seven members both can be had."""
    own, truth = matrices(7, seed=31)
    _, exact = mantel_tau_b(own[None], truth, rng=np.random.default_rng(0))
    _, drawn = mantel_tau_b(own[None], truth, rng=np.random.default_rng(0), permutations=3000)
    assert drawn[0] == pytest.approx(exact[0], abs=0.03)


def test_distance_against_distance_is_positive_when_aligned() -> None:
    """A planted case fixes the sign: near where near is +1, and its mirror -1 with p near 1."""
    places = np.random.default_rng(32).random((9, 2))
    truth = np.linalg.norm(places[:, None] - places, axis=-1)
    tau, p = mantel_tau_b([truth, 2 - truth], truth, rng=np.random.default_rng(0))
    assert tau.tolist() == [1, -1]
    assert p[0] < 0.001
    assert p[1] > 0.999


def test_a_model_without_differences_has_no_tau() -> None:
    """All distances equal, NaN among them, or fewer than three members: not scored."""
    _, truth = matrices(6, seed=33)
    hole = truth.copy()
    hole[0, 1] = hole[1, 0] = math.nan
    tau, p = mantel_tau_b([np.zeros((6, 6)), hole], truth, rng=np.random.default_rng(0))
    assert np.isnan([tau, p]).all()
    two = mantel_tau_b(truth[None, :2, :2], truth[:2, :2], rng=np.random.default_rng(0))
    assert np.isnan(two).all()
    assert math.isnan(kendall_tau_b([1, 1], [1, 2]))


def test_p_holds_where_nothing_is_shared() -> None:
    """Of 400 unrelated pairs of matrices 5 % fall below 0.05, within three standard errors."""
    rng = np.random.default_rng(34)
    points = rng.random((401, 8, 2))
    tables = np.linalg.norm(points[:, :, None] - points[:, None], axis=-1)
    _, p = mantel_tau_b(tables[1:], tables[0], rng=rng, permutations=999)
    assert (p <= 0.05).mean() == pytest.approx(0.05, abs=0.033)


def test_chunks_do_not_change_tau_or_p(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is held at once is a matter of memory."""
    own, truth = matrices(8, seed=35, decimals=1)
    whole = mantel_tau_b(own[None], truth, rng=np.random.default_rng(0), permutations=500)
    monkeypatch.setattr("benchmark.metrics.mantel.CHUNK", 37)
    monkeypatch.setattr("benchmark.metrics.mantel.BLOCK_CELLS", 100)
    parts = mantel_tau_b(own[None], truth, rng=np.random.default_rng(0), permutations=500)
    np.testing.assert_allclose(parts, whole, atol=1e-12)


def test_shapes_that_do_not_fit_are_refused() -> None:
    """Matrices of another size are an error."""
    with pytest.raises(ValueError, match="truth"):
        mantel_tau_b(np.zeros((1, 4, 4)), np.zeros((3, 3)), rng=np.random.default_rng(0))
