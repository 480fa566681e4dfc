"""Small cells drawn towards the rest, as far as the rest is alike."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.metrics.shrinkage import shrunken


@pytest.mark.parametrize(
    ("cells", "n", "icc", "most"), [(188, 6, 0.05, 0.5), (188, 20, 0.2, 0.95), (10, 20, 0.1, 1.0)]
)
def test_true_shares_are_covered_and_better_guessed(
    cells: int, n: int, icc: float, most: float
) -> None:
    """Intervals hold 92 to 98 % of the true shares; the squared error falls below the raw one's."""
    rng = np.random.default_rng(cells)
    held, error, raw = [], [], []
    for _ in range(30):
        truth = rng.beta(0.6 * (1 / icc - 1), 0.4 * (1 / icc - 1), cells)
        share = rng.binomial(n, truth) / n
        found = shrunken(share, np.full(cells, float(n)))
        held.append(((found.low <= truth) & (truth <= found.high)).mean())
        error.append(((found.value - truth) ** 2).mean())
        raw.append(((share - truth) ** 2).mean())
    assert 0.92 <= np.mean(held) <= 0.98
    assert np.mean(error) < most * np.mean(raw)


def test_no_difference_seen_is_full_shrinkage() -> None:
    """Cells that vary less than chance would have it all get the mean."""
    found = shrunken([0.5, 0.55, 0.45], [40, 40, 40])
    assert found.icc == 0
    assert found.value == pytest.approx([0.5, 0.5, 0.5])
    assert (found.low < found.value).all()
    assert (found.value < found.high).all()


def test_the_weights_are_those_of_the_beta_binomial() -> None:
    """By hand from the estimated correlation: (s m + n p) / (s + n)."""
    share, n = np.array([0.1, 0.5, 0.9]), np.array([50.0, 50.0, 50.0])
    found = shrunken(share, n)
    s = 1 / found.icc - 1
    assert found.mean == pytest.approx(0.5)
    assert found.value == pytest.approx((s * 0.5 + n * share) / (s + n))


def test_a_small_cell_moves_farther_than_a_large_one() -> None:
    """Three of three right says less than 300 of 300."""
    found = shrunken([1.0, 1.0, 0.2, 0.5, 0.6], [3, 300, 100, 100, 100])
    assert found.value[0] < found.value[1]


def test_a_cell_alone_keeps_its_share() -> None:
    """There is nothing to draw it to."""
    assert shrunken([0.25], [8]).value.tolist() == [0.25]


def test_shares_that_are_none_are_refused() -> None:
    """Above 1, or of no trials."""
    with pytest.raises(ValueError, match="shares"):
        shrunken([1.2], [3])
    with pytest.raises(ValueError, match="trials"):
        shrunken([0.2, 0.4], [3, 0])


@given(
    st.lists(
        st.tuples(st.floats(0, 1), st.integers(1, 500)),
        min_size=2,
        max_size=20,
    )
)
def test_values_stay_among_the_cells_and_in_their_intervals(cells: list[tuple[float, int]]) -> None:
    """Never beyond the largest and smallest share, never outside the own interval."""
    share, n = (np.array(column, dtype=np.float64) for column in zip(*cells, strict=True))
    found = shrunken(share, n)
    assert (found.value >= share.min() - 1e-9).all()
    assert (found.value <= share.max() + 1e-9).all()
    assert (found.low <= found.value).all()
    assert (found.value <= found.high).all()
    assert (found.low >= 0).all()
    assert (found.high <= 1).all()
