"""Which token stands for a label, in tokenizers that do and do not merge it with a bracket."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.errors import RequestProblem
from benchmark.models.weights.labels import Tokenise, common_prefix, label_tokens

LABELS = ("A", "B", "C")


def greedy(*vocabulary: str) -> Tokenise:
    """A tokenizer that takes the longest known piece, else one character."""
    pieces = sorted(vocabulary, key=len, reverse=True)

    def tokenise(text: str) -> list[int]:
        ids: list[int] = []
        while text:
            piece = next((p for p in pieces if text.startswith(p)), text[0])
            ids.append(1000 + pieces.index(piece) if piece in pieces else ord(piece))
            text = text[len(piece) :]
        return ids

    return tokenise


def test_plain_tokenizer_scores_the_letter_behind_the_bracket() -> None:
    """`(` is shared, the letters follow it."""
    found = label_tokens(greedy(), "I say (", LABELS)
    assert found.ids == (ord("A"), ord("B"), ord("C"))
    assert found.probe == (ord("("), ord("A"))
    assert found.n_after == 1


def test_merging_tokenizer_scores_bracket_and_letter_before_the_bracket() -> None:
    """Where `(A` is one token, the score is read where that token would start."""
    found = label_tokens(greedy("(C", "(B", "(A"), "I say (", LABELS)
    assert found.ids == (1002, 1001, 1000)
    assert found.probe[0] == ord(" ")
    assert found.n_after == 1


def test_one_merged_label_moves_the_question_before_the_bracket_for_all() -> None:
    """If only `(A` merges, the others start with the bracket, and they cannot be told apart."""
    with pytest.raises(RequestProblem, match="do not begin with different tokens"):
        label_tokens(greedy("(A"), "I say (", LABELS)
    assert label_tokens(greedy("(A"), "I say (", ("A", "B")).ids == (1000, ord("("))


def test_what_labels_share_joins_the_context() -> None:
    """`A1`, `A2` differ in the digit, so the score is read behind the letter."""
    found = label_tokens(greedy(), "(", ("A1", "A2"))
    assert found.ids == (ord("1"), ord("2"))
    assert found.probe == (ord("A"), ord("1"))


@pytest.mark.parametrize("labels", [("A", "A"), ("1", "10"), ("AB", "AC", "D", "D")])
def test_labels_without_different_first_tokens_are_refused(labels: tuple[str, ...]) -> None:
    """A wrong score would be silent, so there is none."""
    with pytest.raises(RequestProblem, match="use labels that differ"):
        label_tokens(greedy(), "say (", labels)


def test_first_token_of_all_cannot_be_scored() -> None:
    """Without any context there is no position that predicts the label."""
    with pytest.raises(RequestProblem):
        label_tokens(greedy(), "", LABELS)


def test_single_label_is_scored_where_it_starts_last() -> None:
    """One label shares everything with itself: its last token is asked for."""
    assert label_tokens(greedy(), "(", ("A",)).ids == (ord("A"),)


@given(
    context=st.text("ab (", min_size=1, max_size=8),
    labels=st.lists(st.sampled_from("ABCDEFGH"), min_size=2, max_size=8, unique=True),
    merged=st.booleans(),
)
def test_probe_ends_the_text_with_the_first_label(
    context: str, labels: list[str], merged: bool
) -> None:
    """`probe` is the tail of context + first label, and the scored token is its second."""
    pieces = [context[-1] + label for label in labels] if merged else []
    tokenise = greedy(*pieces)
    whole = list(tokenise(context + labels[0]))
    if merged and len(whole) == 1:
        return  # nothing stands before the merged token
    found = label_tokens(tokenise, context, labels)
    assert tuple(whole[-len(found.probe) :]) == found.probe
    assert found.probe[1] == found.ids[0]


@pytest.mark.parametrize(
    ("rows", "length"),
    [([], 0), ([[1, 2]], 2), ([[1, 2], [1, 2, 3]], 2), ([[1], [2]], 0), ([[], [1]], 0)],
)
def test_common_prefix(rows: list[list[int]], length: int) -> None:
    """Worked by hand."""
    assert common_prefix(rows) == length
