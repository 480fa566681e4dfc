"""Krippendorff's alpha: the published example, a definition by pairs, raters from a known model."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.metrics.divergence import FloatArray
from benchmark.metrics.rater_agreement import alpha_interval, ordinal_alpha, rated_twice
from tests.metrics.strategies import unhurried

NAN = float("nan")
# The worked example of Krippendorff (2011), section D: four observers, twelve units.
PUBLISHED = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
    [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
]


def by_pairs(ratings: FloatArray) -> float:
    """The definition as loops over pairs of ratings; knows no matrix of coincidences."""
    units = [[v for v in row if not np.isnan(v)] for row in ratings.tolist()]
    units = [row for row in units if len(row) > 1]
    every = [value for row in units for value in row]

    def apart(a: float, b: float) -> float:
        low, high = sorted((a, b))
        between = sum(low <= value <= high for value in every)
        return float((between - (every.count(a) + every.count(b)) / 2) ** 2)

    n = len(every)
    if not n:
        return NAN
    seen = sum(apart(a, b) / (len(row) - 1) for row in units for a, b in permutations(row, 2)) / n
    chance = sum(apart(a, b) for a, b in permutations(every, 2)) / (n * (n - 1))
    return 1 - seen / chance if chance else NAN


def raters(rng: np.random.Generator, *, items: int, number: int, attentive: float) -> FloatArray:
    """Ratings that are an item's own with this chance, and any of five otherwise.

    Two ratings of an item then differ as two of different items do unless both are its own, so
    that the expected alpha is the square of ``attentive`` whatever the distance.
    """
    true = rng.integers(1, 6, size=(items, 1))
    noise = rng.integers(1, 6, size=(items, number))
    return np.where(rng.random((items, number)) < attentive, true, noise).astype(np.float64)


def test_published_example() -> None:
    """0.815 with the ordinal distance, as printed; unit 12 has one rating and does not count."""
    ratings = np.array(PUBLISHED).T
    assert round(ordinal_alpha(ratings), 3) == 0.815
    assert rated_twice(ratings) == 11


def test_agrees_with_the_library_where_it_is_installed() -> None:
    """The package `krippendorff` (GPL, and so no dependency) gives the same."""
    library = pytest.importorskip("krippendorff")
    ratings = raters(np.random.default_rng(0), items=40, number=4, attentive=0.5)
    ratings[::7, 0] = NAN
    expected = library.alpha(ratings.T, level_of_measurement="ordinal")
    assert ordinal_alpha(ratings) == pytest.approx(expected, abs=1e-12)


tables = st.lists(
    st.lists(st.sampled_from([1.0, 2.0, 3.0, 4.0, 5.0, NAN]), min_size=3, max_size=3),
    min_size=1,
    max_size=8,
).map(np.array)


@unhurried
@given(tables, st.integers(0, 9))
def test_it_is_the_definition_in_any_order(ratings: FloatArray, seed: int) -> None:
    """Equal to loops over pairs; unchanged by the order of items and raters; at most 1."""
    alpha = ordinal_alpha(ratings)
    assert alpha == pytest.approx(by_pairs(ratings), abs=1e-9, nan_ok=True)
    rng = np.random.default_rng(seed)
    shuffled = rng.permuted(ratings[rng.permutation(len(ratings))], axis=1)
    assert ordinal_alpha(shuffled) == pytest.approx(alpha, abs=1e-9, nan_ok=True)
    assert np.isnan(alpha) or alpha <= 1 + 1e-12


@unhurried
@given(tables)
def test_only_the_order_of_the_values_counts(ratings: FloatArray) -> None:
    """Any increasing change of the scale leaves it."""
    alpha = ordinal_alpha(ratings)
    assert ordinal_alpha(ratings**3 + 7) == pytest.approx(alpha, abs=1e-9, nan_ok=True)


@pytest.mark.parametrize("attentive", [0.0, 0.5, 0.8, 1.0])
def test_raters_of_a_known_model_have_its_alpha(attentive: float) -> None:
    """The square of how often they see the item's own value, within sampling error; 0 by chance."""
    rng = np.random.default_rng(1)
    found = [
        ordinal_alpha(raters(rng, items=200, number=3, attentive=attentive)) for _ in range(40)
    ]
    assert np.mean(found) == pytest.approx(attentive**2, abs=0.015)


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """About 95 % of studies of 60 items; chance raters' hold 0."""
    rng = np.random.default_rng(2)
    inside = []
    for attentive in (0.0, 0.7):
        for _ in range(100):
            ratings = raters(rng, items=60, number=3, attentive=attentive)
            low, high = alpha_interval(ratings, rng=rng, resamples=400)
            inside.append(low <= attentive**2 <= high)
    assert 0.89 <= np.mean(inside) <= 0.99


def test_there_is_nothing_to_say_of_too_little() -> None:
    """One value only, or nobody rated the same item: NaN; few items: no interval."""
    assert np.isnan(ordinal_alpha([[3, 3], [3, 3]]))
    assert np.isnan(ordinal_alpha([[1, NAN], [NAN, 2]]))
    few = [[1, 1], [2, 2], [3, 3], [4, 4], [5, 5]]
    assert np.isnan(alpha_interval(few, rng=np.random.default_rng(0))).all()
    with pytest.raises(ValueError, match="items, raters"):
        ordinal_alpha([1.0, 2.0])
