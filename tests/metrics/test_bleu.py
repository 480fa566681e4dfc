"""BLEU of all pairs at once."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from benchmark.metrics.bleu import bleu_matrix, symmetric_bleu

TEXTS = (
    "the old woman baked bread and the child sang",
    "the old man baked bread while a child slept",
    "bread",
    "rain fell on the river rain fell on the hill",
    "a child sang the song of the old woman",
)
# sacrebleu 2.6.0, sentence_bleu(row, [column], tokenize="none") / 100
EXPECTED = (
    (1.0, 0.1425876976, 0.0476770702, 0.05073552, 0.2335689889),
    (0.1425876976, 1.0, 0.0476770702, 0.0426633169, 0.1348511186),
    (0.0003354626, 0.0003354626, 1.0, 0.0, 0.0),
    (0.049900497, 0.0419611491, 0.0, 1.0, 0.049900497),
    (0.2335689889, 0.1348511186, 0.0, 0.05073552, 1.0),
)


def test_it_is_sacrebleus_sentence_bleu() -> None:
    """All pairs, short ones and ones without a shared word too."""
    np.testing.assert_allclose(bleu_matrix(TEXTS), EXPECTED, atol=1e-9)


def test_a_text_without_words_has_nothing_in_common() -> None:
    """0, with itself too, and no warning."""
    assert bleu_matrix(["", "a b"]).tolist() == [[0.0, 0.0], [0.0, 1.0]]
    assert bleu_matrix([]).shape == (0, 0)


words = st.lists(st.lists(st.sampled_from("abc"), max_size=8), min_size=1, max_size=5)


@given(words)
def test_a_pair_does_not_depend_on_the_other_texts(texts: list[list[str]]) -> None:
    """Bounds, symmetry of the mean, and each pair by itself gives the same."""
    found = bleu_matrix(texts)
    assert ((found >= 0) & (found <= 1 + 1e-12)).all()
    both = symmetric_bleu(texts)
    assert np.array_equal(both, both.T)
    alone = bleu_matrix([texts[0], texts[-1]])
    np.testing.assert_allclose(alone[0, 1], found[0, -1], atol=1e-12)
