"""Lexical diversity: by hand, against published implementations' values, and by property."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import hypergeom

from benchmark.metrics.diversity import distinct_n, hdd, length, mtld, ngrams


def _rule(n: int, step: int, modulus: int) -> list[str]:
    return [f"w{(k * k + step * k) % modulus}" for k in range(n)]


WORDS = st.lists(
    st.sampled_from(["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]), min_size=0, max_size=70
)


def test_length_counts_words() -> None:
    """Punctuation is not a word."""
    assert length("One, two; three!") == 3
    assert length("") == 0


def test_mtld_by_hand() -> None:
    """Factors are complete where the share of different words is 0.72 or less.

    Forwards: a b c a a has 3/5 and makes one; b c b has 2/3 and makes another; d is left with
    share 1, no part of a factor: 9 / 2. Backwards: d b c b a a has 4/6 and makes one; c b a is
    left with share 1: 9 / 1.
    """
    text = ["a", "b", "c", "a", "a", "b", "c", "b", "d"]
    assert mtld(text, minimum=1) == pytest.approx((9 / 2 + 9) / 2)


def test_the_rest_counts_as_part_of_a_factor() -> None:
    """Of a b c d a 4/5 differ, so 0.2/0.28 of a factor either way."""
    assert mtld("a b c d a", minimum=5) == pytest.approx(5 / (0.2 / 0.28))


def test_a_share_equal_to_the_threshold_ends_a_factor() -> None:
    """18 different of 25 words is 0.72 exactly; the pair after it then makes a second factor.

    Backwards the pair makes one, three pairs of w0 three more, and of the last 19 words 18 differ.
    """
    text = [*(f"w{k}" for k in range(18)), *["w0"] * 7, "x", "x"]
    backwards = 4 + (1 / 19) / 0.28
    assert mtld(text, minimum=1) == pytest.approx((27 / 2 + 27 / backwards) / 2)


def _slow(text: Sequence[str], threshold: float = 0.72) -> float:
    """MTLD in one direction, written anew: every prefix's share is counted from the list."""
    factors, start = 0.0, 0
    for end in range(1, len(text) + 1):
        stretch = text[start:end]
        if len(set(stretch)) / len(stretch) <= threshold:
            factors, start = factors + 1, end
    if rest := text[start:]:
        factors += (1 - len(set(rest)) / len(rest)) / (1 - threshold)
    return len(text) / factors if factors else math.nan


@given(WORDS)
def test_mtld_equals_a_slow_reading(text: list[str]) -> None:
    """Both directions, undefined in the same cases, and never below one word."""
    expected = (_slow(text) + _slow(text[::-1])) / 2 if text else math.nan
    assert mtld(text, minimum=1) == pytest.approx(expected, nan_ok=True)
    assert not expected < 1


@pytest.mark.parametrize(
    ("text", "expected_mtld", "expected_hdd"),
    [
        (_rule(200, 0, 61), 33.333333333333336, 0.578406092536177),
        (_rule(350, 3, 97), 50.53239691889443, 0.7008765645199187),
        ([f"w{k * 7 % 29}" for k in range(120)], 42.1664464993395, 0.5765657324687129),
    ],
)
def test_values_of_published_implementations(
    text: list[str], expected_mtld: float, expected_hdd: float
) -> None:
    """MTLD of lexicalrichness 0.5.1; HD-D of it and of lexical-diversity 0.1.1, which agree."""
    assert mtld(text) == pytest.approx(expected_mtld, abs=1e-12)
    assert hdd(text) == pytest.approx(expected_hdd, abs=1e-12)


def test_mtld_is_undefined_for_short_texts_and_without_repetition() -> None:
    """99 words are too few by default; a hundred different ones end no factor."""
    assert math.isnan(mtld(["no"] * 99))
    assert mtld(["no"] * 100) == 2.0
    assert math.isnan(mtld([f"w{k}" for k in range(100)]))
    assert math.isnan(mtld("", minimum=0))


@pytest.mark.parametrize("threshold", [0.0, 1.0, -1.0, math.nan])
def test_a_threshold_must_be_a_share(threshold: float) -> None:
    """The bounds themselves would never or always end a factor."""
    with pytest.raises(ValueError, match="share between 0 and 1"):
        mtld("a b", threshold=threshold)


@given(WORDS, st.integers(1, 42))
def test_hdd_equals_scipys_hypergeometric(text: list[str], sample: int) -> None:
    """One minus the chance of drawing none of a word's occurrences, summed over words."""
    if len(text) < sample:
        assert math.isnan(hdd(text, sample=sample))
        return
    counts = np.array([text.count(word) for word in set(text)])
    missed = hypergeom.pmf(0, len(text), counts, sample)
    assert hdd(text, sample=sample) == pytest.approx(np.sum(1 - missed) / sample, abs=1e-12)


def test_hdd_at_its_ends() -> None:
    """Nothing repeated is 1, one word alone 1/42, 41 words are too few."""
    assert hdd([f"w{k}" for k in range(42)]) == pytest.approx(1)
    assert hdd(["no"] * 42) == pytest.approx(1 / 42)
    assert math.isnan(hdd([f"w{k}" for k in range(41)]))
    with pytest.raises(ValueError, match="at least one word"):
        hdd("a b", sample=0)


def test_hdd_depends_less_on_length_than_the_share_of_different_words() -> None:
    """The same vocabulary four times as long: distinct-1 falls by half at least, HD-D by little."""
    rng = np.random.default_rng(5)
    words = [f"w{k}" for k in rng.integers(0, 120, 800)]
    assert distinct_n(words, n=1) < distinct_n(words[:200], n=1) / 2
    assert abs(hdd(words) - hdd(words[:200])) < 0.03


def test_distinct_n_by_hand() -> None:
    """Repeated pairs count once; too short is undefined."""
    assert distinct_n("a b a b a", n=1) == pytest.approx(2 / 5)
    assert distinct_n("a b a b a", n=2) == pytest.approx(2 / 4)
    assert distinct_n("a b a b a", n=5) == 1
    assert math.isnan(distinct_n("a", n=2))
    assert math.isnan(distinct_n("", n=1))
    with pytest.raises(ValueError, match="at least one word"):
        distinct_n("a", n=0)


@given(WORDS, st.integers(1, 4))
def test_distinct_n_does_not_change_when_words_are_renamed(text: list[str], n: int) -> None:
    """Only equality of words matters; there is one n-gram for each start."""
    renamed = [f"{word}x" for word in text]
    assert distinct_n(text, n=n) == pytest.approx(distinct_n(renamed, n=n), nan_ok=True)
    assert len(ngrams(text, n=n)) == max(len(text) - n + 1, 0)
