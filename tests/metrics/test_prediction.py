"""How far a mean of further values may lie, against SciPy and by simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest

from benchmark.metrics.prediction import FEW, mean_limit, moved_limit, share_limit
from tests.validity.gate_runs import noise_missed

stats = pytest.importorskip("scipy.stats")


@pytest.mark.parametrize(("hits", "m"), [(0, 16), (0, 64), (3, 64), (5, 20)])
def test_of_endless_trials_it_is_clopper_and_pearsons_limit(hits: int, m: int) -> None:
    """Against SciPy; and many trials come near it from either side."""
    wanted = float(stats.binomtest(hits, m).proportion_ci(method="exact").high)
    assert share_limit(hits, m, math.inf) == pytest.approx(wanted)
    assert share_limit(hits, m, 20_000) == pytest.approx(wanted, rel=0.01)


@pytest.mark.parametrize(("hits", "m", "n"), [(0, 16, 6), (0, 64, 20), (2, 64, 58), (5, 30, 271)])
def test_the_count_is_the_largest_that_the_hypergeometric_allows(hits: int, m: int, n: int) -> None:
    """By trying each, against SciPy's distribution."""
    allowed = [y for y in range(n + 1) if stats.hypergeom.cdf(hits, m + n, hits + y, m) > 0.025]
    assert share_limit(hits, m, n) == max(allowed) / n


def test_a_mean_of_ever_more_values_is_bounded_by_a_confidence_limit() -> None:
    """As n grows only the uncertainty of the mean seen is left."""
    wanted = 0.3 + float(stats.t.ppf(0.975, 19)) * 0.1 / 20**0.5
    assert mean_limit(0.3, 0.1, 20, math.inf) == pytest.approx(wanted)
    assert math.isnan(mean_limit(0.3, 0.0, 1, 10))


def test_few_that_moved_are_bounded_by_their_share() -> None:
    """Never by their own mean and deviation, which would claim that nothing moves."""

    def limit(moved: int, m: int = 64) -> float:
        return moved_limit(m=m, moved=moved, mean=1e-4, sd=1e-3, largest=0.03, step=0.02, n=200)

    assert limit(FEW - 1) == pytest.approx(0.03 * share_limit(FEW - 1, 64, 200))
    assert limit(FEW) < limit(FEW - 1)
    assert math.isnan(limit(0, m=0))
    with pytest.raises(ValueError, match="says nothing"):
        share_limit(3, 2, 10)


@pytest.mark.parametrize("share", [0.01, 0.05, 0.3])
def test_a_mean_seldom_moves_further_than_its_limit(share: float) -> None:
    """In at most 2.5 % of runs up to chance and the skew of what moves, whatever share moves."""
    assert noise_missed(share=share, asked=64, n=58, seed=1, runs=1000) <= 0.045


def test_no_bound_of_single_answers_is_needed_for_a_mean() -> None:
    """Two in a hundred bfloat16 answers move by a step: the mean by 0.0004, not by 0.022."""
    changes = np.array([0.0221, 0.0221, *[0.0] * 98])
    limit = moved_limit(
        m=100,
        moved=2,
        mean=float(changes.mean()),
        sd=float(changes.std(ddof=1)),
        largest=0.0221,
        step=0.0221,
        n=271,
    )
    assert 0.0004 < limit < 0.0022
