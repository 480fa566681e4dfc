"""Places among rivals with ties broken evenly, and their chance levels."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from benchmark.metrics.ranking import (
    chance_of_reciprocal_rank,
    chance_of_top1,
    reciprocal_rank,
    top1,
)


@pytest.mark.parametrize(("better", "tied"), list(itertools.product(range(4), range(4))))
def test_ties_are_the_mean_over_all_ways_to_break_them(better: int, tied: int) -> None:
    """Each of the tied places is as likely as another."""
    ranks = np.arange(better + 1, better + tied + 2)
    assert top1(better, tied) == pytest.approx((ranks == 1).mean())
    assert reciprocal_rank(better, tied) == pytest.approx((1 / ranks).mean())


def test_chance_is_the_mean_over_all_ranks() -> None:
    """Guessing puts the right one at every rank equally often."""
    for k in range(1, 12):
        ranks = np.arange(1, k + 1)
        assert chance_of_top1(k) == pytest.approx((ranks == 1).mean())
        assert chance_of_reciprocal_rank(k) == pytest.approx((1 / ranks).mean())


def test_all_tied_is_chance() -> None:
    """Who gives everybody one score ranks nobody."""
    assert top1(0, 9) == chance_of_top1(10)
    assert reciprocal_rank(0, 9) == pytest.approx(float(chance_of_reciprocal_rank(10)))
