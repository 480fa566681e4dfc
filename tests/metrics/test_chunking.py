"""Cutting long texts by counts of tokens."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.metrics.chunking import RULES, chunks, sentences_of, spans


@given(st.lists(st.integers(1, 9), max_size=60), st.integers(9, 40))
def test_chunks_cover_the_text_and_fit(counts: list[int], window: int) -> None:
    """Every word is in one chunk, in order, and no chunk is longer than the window."""
    found = chunks(counts, window)
    assert list(itertools.chain.from_iterable(range(*span) for span in found)) == list(
        range(len(counts))
    )
    assert all(sum(counts[start:end]) <= window for start, end in found)


def test_a_word_longer_than_the_window_stands_alone() -> None:
    """It is not split here; the encoder cuts it."""
    assert chunks([2, 50, 2], 10) == [(0, 1), (1, 2), (2, 3)]


def test_no_chunk_is_a_scrap() -> None:
    """151 words in windows of 75 are three of about fifty, not two whole and one word."""
    sizes = [end - start for start, end in chunks([1] * 151, 75)]
    assert max(sizes) - min(sizes) <= 1


@pytest.mark.parametrize("rule", RULES)
def test_a_short_text_is_one_piece(rule: str) -> None:
    """Where all fits there is nothing to choose."""
    assert spans([1, 1, 1], [(0, 3)], 75, rule) == [(0, 3)]
    assert spans([], [], 75, rule) == []


def test_sentences_end_at_punctuation_and_space() -> None:
    """Quotes close with the sentence; a full stop inside a word does not end one."""
    text = 'He paid 3.50 for it. "Why?" she asked! Then they slept'
    ends = [" ".join(text.split()[a:b]) for a, b in sentences_of(text)]
    assert ends == ["He paid 3.50 for it.", '"Why?"', "she asked!", "Then they slept"]


def test_an_unknown_rule_is_refused() -> None:
    """The message lists the rules."""
    with pytest.raises(ValueError, match="truncate, mean-of-chunks, sentence-max"):
        spans([1], [(0, 1)], 5, "middle")
