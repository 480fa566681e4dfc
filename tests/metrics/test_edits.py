"""Word edit distance: by hand, against a plain dynamic programme, and as a metric."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.metrics.edits import (
    normalised_word_edit_distance,
    self_similarity,
    word_edit_distances,
)

# Single letters and longer words together: RapidFuzz hashes them in different ways.
WORDS = st.lists(st.sampled_from(["a", "b", "tea", "rice", "a tea"]), max_size=12)


def _slow(a: Sequence[str], b: Sequence[str]) -> int:
    row = list(range(len(b) + 1))
    for i, left in enumerate(a, start=1):
        previous, row = row, [i]
        for j, right in enumerate(b, start=1):
            row.append(min(previous[j] + 1, row[-1] + 1, previous[j - 1] + (left != right)))
    return row[-1]


def test_by_hand() -> None:
    """Two replacements and one insertion; case and punctuation do not count."""
    assert normalised_word_edit_distance("The cat sat on the mat.", "a cat sat on a mat today") == (
        pytest.approx(3 / 7)
    )
    assert normalised_word_edit_distance("The cat sat", "the CAT, sat!") == 0
    assert normalised_word_edit_distance("one two three four", "two three") == 0.5


def test_words_are_compared_whole() -> None:
    """One letter more makes another word: the distance counts words and not letters."""
    assert normalised_word_edit_distance("colour matters", "colours matter") == 1


def test_texts_without_words() -> None:
    """Against nothing everything differs; nothing against nothing is undefined."""
    assert normalised_word_edit_distance("", "two words") == 1
    assert math.isnan(normalised_word_edit_distance("", "..."))


@given(WORDS, WORDS)
def test_equals_a_plain_dynamic_programme(a: list[str], b: list[str]) -> None:
    """And is symmetric, and zero only for the same words; nothing to nothing is undefined."""
    found = normalised_word_edit_distance(a, b)
    if not a and not b:
        assert math.isnan(found)
        return
    assert found == pytest.approx(_slow(a, b) / max(len(a), len(b)))
    assert found == normalised_word_edit_distance(b, a)
    assert (found == 0) == (a == b)


@given(st.lists(WORDS, max_size=6), st.lists(WORDS, max_size=4))
def test_the_matrix_holds_every_pair(rows: list[list[str]], columns: list[list[str]]) -> None:
    """Square and blocked matrices equal one pair at a time, NaN included."""
    for others in (None, columns):
        matrix = word_edit_distances(rows, others)
        second = rows if others is None else others
        assert matrix.shape == (len(rows), len(second))
        for i, a in enumerate(rows):
            for j, b in enumerate(second):
                expected = _slow(a, b) / max(len(a), len(b)) if a or b else math.nan
                assert matrix[i, j] == pytest.approx(expected, abs=1e-15, nan_ok=True)


def test_threads_change_nothing() -> None:
    """The same bits with two workers."""
    rng = np.random.default_rng(3)
    texts = [[f"w{k}" for k in rng.integers(0, 30, rng.integers(5, 60))] for _ in range(25)]
    np.testing.assert_array_equal(word_edit_distances(texts), word_edit_distances(texts, workers=2))


def test_self_similarity_leaves_out_a_text_against_itself() -> None:
    """Equal texts are 1, unrelated ones 0, one text or none is undefined."""
    assert self_similarity(["a b", "A b!", "a, b"]) == 1
    assert self_similarity(["a b", "c d"]) == 0
    assert self_similarity(["a b", "a c", "a d", "a e"]) == pytest.approx(0.5)
    assert math.isnan(self_similarity(["a b"]))
    assert math.isnan(self_similarity([]))


def test_self_similarity_leaves_out_pairs_without_words() -> None:
    """Of three pairs the empty one is undefined and the other two are wholly different."""
    assert self_similarity(["", "...", "a b"]) == 0
    assert math.isnan(self_similarity(["", ""]))
