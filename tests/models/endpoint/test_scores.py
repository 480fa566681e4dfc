"""The arithmetic of listed log-probabilities, by hand."""

from __future__ import annotations

import math

import pytest

from benchmark.models.endpoint.scores import Entry, TokenList, by_ids, by_text


def listing(**shares: float) -> list[TokenList]:
    """One place whose tokens have these probabilities."""
    entries = [Entry(token=token, logprob=math.log(p)) for token, p in shares.items()]
    return [TokenList(entries=entries)]


def test_spellings_of_a_label_are_added() -> None:
    """``A``, ``" A"``, ``(A``, ``A)``: one label; words that begin with it are not."""
    shares = {"A": 0.2, " A": 0.1, "(A": 0.1, "B)": 0.3, "▁B.": 0.1, "And": 0.1, "a": 0.1}
    found = by_text(listing(**shares), ("A", "B"))
    assert found.probabilities.p == pytest.approx((0.5, 0.5))
    assert found.probabilities.option_mass == pytest.approx(0.8)
    assert found.n_missing == 0


@pytest.mark.parametrize(("left", "scored"), [(0.5e-4, True), (2e-4, False)])
def test_the_bound_on_missing_labels_decides(left: float, scored: bool) -> None:
    """Against 0.0001 of what was found: what the list leaves over bounds the missing label."""
    found = by_text(listing(A=0.6, B=0.4 - left), ("A", "B", "C"))
    assert found.n_missing == 1
    assert math.isnan(found.probabilities.p[0]) is not scored
    assert found.probabilities.option_mass == pytest.approx(1 - left)


def test_no_label_found_is_unscored() -> None:
    """The model wanted to say something else, and nothing is known of the labels."""
    found = by_text(listing(The=0.9, I=0.1), ("A", "B"))
    assert all(map(math.isnan, found.probabilities.p))
    assert found.probabilities.option_mass == 0.0


def test_ids_keep_labels_of_vanishing_mass_apart() -> None:
    """Computed from logarithms: shares stay right where probabilities would underflow."""
    entries = [Entry(token=f"token_id:{i}", logprob=-799.0 - i) for i in (1, 2)]
    found = by_ids(entries, (1, 2))
    assert found is not None
    assert found.p[0] / found.p[1] == pytest.approx(math.e)
    assert by_ids(entries, (1, 3)) is None


def test_labels_at_the_floor_are_unscored() -> None:
    """-9999 stands for minus infinity: no shares follow from it."""
    found = by_ids([Entry(token=f"token_id:{i}", logprob=-9999.0) for i in (1, 2)], (1, 2))
    assert found is not None
    assert all(map(math.isnan, found.p))
