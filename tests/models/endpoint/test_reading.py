"""Which place of a completion holds the answer, and what is counted of it."""

from __future__ import annotations

import math

import pytest

from benchmark.models.endpoint.reading import BEHIND, LOW, MISSING, read_ids, read_top
from benchmark.records import Probabilities
from tests.models.asking import choice
from tests.models.endpoint.chat_server import SGLANG, ChatServer
from tests.models.endpoint.conftest import Open

LABELS = ("A", "B", "C", "D")
LEAD_IN = "Of these options I choose ("
Shares = dict[str, float]


def completion(*places: Shares) -> dict[str, object]:
    """The likeliest token is written at each place."""
    rows = []
    for shares in places:
        top = [{"token": token, "logprob": math.log(p)} for token, p in shares.items()]
        best = max(top, key=lambda row: float(str(row["logprob"])))
        rows.append({**best, "top_logprobs": top})
    return {"logprobs": {"content": rows}}


FIRST = {"(": 0.97, "A": 0.01, "B": 0.005, "C": 0.002, "D": 0.001}


def test_the_second_place_is_read_where_the_lead_ins_end_comes_first() -> None:
    """The labels' shares are those behind the bracket, with what they had without one."""
    second = {"C": 0.6, "B": 0.2, "A": 0.1, "D": 0.05}
    found = read_top(completion(FIRST, second), LABELS, LEAD_IN)
    assert found is not None
    masses = [FIRST[label] + 0.97 * second[label] for label in LABELS]
    assert found.probabilities.p == pytest.approx([x / sum(masses) for x in masses])
    assert found.probabilities.option_mass == pytest.approx(sum(masses))
    assert found.counts == (BEHIND,)


def test_an_answer_of_little_mass_is_counted() -> None:
    """With one place only, little is known: shares of .556/.278/.111/.056 are those of .018."""
    found = read_top(completion(FIRST), LABELS, LEAD_IN)
    assert found is not None
    assert found.probabilities.option_mass == pytest.approx(0.018)
    assert found.counts == (LOW,)
    words = {"The": 0.9, "A": 0.05, "B": 0.02, "C": 0.02, "D": 0.005}
    behind = read_top(completion(words, {"A": 1.0}), LABELS, LEAD_IN)
    assert behind is not None
    assert behind.probabilities.p[0] == pytest.approx(0.05 / 0.095)
    assert behind.counts == (LOW,)


def test_labels_that_both_places_lack_are_bounded_by_both() -> None:
    """What the lists leave over, the second's times the way there, against what was found."""
    whole = {"(": 0.9, "A": 0.1}
    for left, counts in ((0.2e-4, ("answers_with_labels_as_zero",)), (3e-4, (MISSING,))):
        found = read_top(completion(whole, {"A": 0.5, "B": 0.5 - left}), ("A", "B", "C"), LEAD_IN)
        assert found is not None
        assert found.counts == (BEHIND, *counts)
        assert math.isnan(found.probabilities.p[0]) == (counts == (MISSING,))


def test_numbers_are_read_at_the_first_place() -> None:
    """As a model's own weights are: behind a lead-in that is known to be continued."""
    sent = completion({"token_id:9": 0.97, "token_id:1": 0.01, "token_id:2": 0.03})
    found = read_ids(sent, (1, 2))
    assert found is not None
    assert found.probabilities.p == pytest.approx((0.25, 0.75))
    assert found.counts == (LOW,)


def test_two_places_are_asked_for_and_the_count_is_told(chat: ChatServer, opened: Open) -> None:
    """Through the adapter, from a server that repeats the bracket."""
    chat.can = SGLANG
    model = opened()
    chat.says = completion(FIRST, {"A": 0.75, "B": 0.125, "C": 0.125})
    (answer,) = model.answer([choice()])
    assert isinstance(answer, Probabilities)
    assert answer.p[0] == pytest.approx((0.01 + 0.97 * 0.75) / (0.017 + 0.97))
    assert chat.scored()[-1]["max_tokens"] == 2
    counts = model.describe()["counts"]
    assert isinstance(counts, dict)
    assert counts["answers_read_behind_a_repeated_lead_in"] == 1
