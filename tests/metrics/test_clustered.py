"""Shares of clustered questions: correlation, design effect, coverage of the interval."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.metrics.clustered import anova_icc, design_effect, stratified_variance
from benchmark.metrics.divergence import FloatArray
from benchmark.metrics.proportions import wilson_bounds, wilson_interval

CELLS = 188


def drawn(
    pictures: int, questions: int, p: float, icc: float, rng: np.random.Generator
) -> FloatArray:
    """Right answers of each picture in each cell, beta-binomial, (cells, pictures)."""
    chance = np.full((CELLS, pictures), p)
    if icc > 0:
        chance = np.array(rng.beta(p * (1 / icc - 1), (1 - p) * (1 / icc - 1), chance.shape))
    return np.asarray(rng.binomial(questions, chance), dtype=np.float64)


def coverage(pictures: int, questions: int, p: float, icc: float, runs: int) -> tuple[float, float]:
    """How often the interval holds p: with the design effect, and as if questions were alone."""
    rng = np.random.default_rng(pictures)
    held = np.zeros(2)
    cell = np.repeat(np.arange(CELLS), pictures)
    n = np.full(CELLS, pictures * questions)
    for _ in range(runs):
        right = drawn(pictures, questions, p, icc, rng).ravel()
        share = np.bincount(cell, right) / n
        alike = anova_icc(right, right, np.full(right.size, questions), cell)
        spread, df = stratified_variance(right - questions * share[cell], cell, cell, CELLS)
        deff = design_effect(
            share, n, variance=spread / n**2, df=df, alike=np.full(CELLS, questions), icc=alike
        )
        for place, effective in enumerate((n / deff, n)):
            low, high = wilson_bounds(share, effective)
            held[place] += ((low <= p) & (p <= high)).mean()
    first, second = (held / runs).tolist()
    return first, second


@pytest.mark.parametrize(
    ("pictures", "questions", "p", "icc"),
    [(10, 3, 0.6, 0.3), (30, 3, 0.9, 0.5), (150, 3, 0.6, 0.3)],
)
def test_the_interval_covers_where_pictures_bring_several_questions(
    pictures: int, questions: int, p: float, icc: float
) -> None:
    """Within 93 and 97 % of cells of either size; as if alone it would cover below 91 %."""
    with_effect, without = coverage(pictures, questions, p, icc, runs=12)
    assert 0.93 <= with_effect <= 0.97
    assert without < 0.91


def test_questions_that_are_independent_lose_nothing() -> None:
    """Without correlation the design effect is about 1 and both cover alike."""
    with_effect, without = coverage(20, 3, 0.6, 0.0, runs=10)
    assert with_effect == pytest.approx(without, abs=0.01)


def test_the_correlation_is_found() -> None:
    """Planted 0.3, found 0.3, in cells of six pictures too."""
    right = drawn(6, 3, 0.6, 0.3, np.random.default_rng(0))
    cell = np.repeat(np.arange(CELLS), 6)
    found = anova_icc(right.ravel(), right.ravel(), np.full(right.size, 3), cell)
    assert found == pytest.approx(0.3, abs=0.04)


def test_the_correlation_is_the_textbooks() -> None:
    """By hand: clusters (1, 1), (0, 0), (1, 0): between 1/2, within 1/6, so 1/2."""
    assert anova_icc([2, 0, 1], [2, 0, 1], [2, 2, 2], [0, 0, 0]) == pytest.approx(0.5)


@pytest.mark.parametrize("sums", [[], [1], [1, 0], [2, 2]])
def test_no_correlation_where_none_can_be_told(sums: list[float]) -> None:
    """No clusters, one, clusters of one question, no variance: 0."""
    size = 2 if sums == [2, 2] else 1
    n = [size] * len(sums)
    assert anova_icc(sums, sums, n, [0] * len(sums)) == 0


def test_the_variance_of_a_sum_is_that_of_clusters() -> None:
    """Against the sample variance in each stratum."""
    rng = np.random.default_rng(1)
    z, stratum = rng.normal(size=30), np.repeat([0, 1, 2], 10)
    expected = sum(10 * z[stratum == h].var(ddof=1) for h in range(3))
    found, df = stratified_variance(z, np.zeros(30, dtype=np.intp), stratum, 2)
    assert found[0] == pytest.approx(expected)
    assert np.isnan(found[1])
    assert df.tolist() == [27, 0]


@given(st.lists(st.integers(0, 3), min_size=2, max_size=30))
def test_the_order_of_clusters_does_not_matter(right: list[int]) -> None:
    """The correlation is the same for every order."""
    order = np.random.default_rng(len(right)).permutation(len(right))
    x, n = np.array(right, dtype=np.float64), np.full(len(right), 3)
    group = np.arange(len(right)) % 2
    assert anova_icc(x, x, n, group) == pytest.approx(
        anova_icc(x[order], x[order], n, group[order])
    )


@given(st.integers(1, 200), st.data())
def test_many_shares_have_the_interval_of_one(n: int, data: st.DataObject) -> None:
    """Equal to `wilson_interval`, number by number."""
    right = data.draw(st.integers(0, n))
    low, high = wilson_bounds(np.array([right / n]), np.array([n]))
    assert (float(low[0]), float(high[0])) == pytest.approx(wilson_interval(right, n))


def test_bounds_of_nothing_are_nothing() -> None:
    """No question, no share: NaN, without a warning."""
    low, high = wilson_bounds([np.nan, 0.5], [0, 0])
    assert np.isnan([low, high]).all()
