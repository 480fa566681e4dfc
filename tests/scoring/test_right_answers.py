"""`benchmark.scoring.right_answers`: replies in any order of options become values and means."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import pytest

from benchmark.errors import ModelProblem
from benchmark.questions.embedded import sample_questions
from benchmark.records import Answer, Case, CaseRecord, LogLikelihoods, Probabilities, Reply, Text
from benchmark.scoring.option_orders import Order, cyclic_orders
from benchmark.scoring.right_answers import Replies, right_answer_record

QUESTIONS = sample_questions().questions[:2]
CASE = Case(suite="s", country="AUS", topic="handicrafts", proxy="cultural-knowledge")
PLAIN = cyclic_orders(4, 1)


def answered(answers: Sequence[Sequence[Answer]], orders: Sequence[Order] = PLAIN) -> Replies:
    """Replies to the questions, each in these orders."""
    replies = [
        [Reply(key=f"{i}/{j}", answer=one) for j, one in enumerate(each)]
        for i, each in enumerate(answers)
    ]
    return Replies(replies=replies, orders=[orders] * len(answers))


def record(given: Replies, blind: Replies | None = None) -> CaseRecord:
    """The record of the two questions."""
    return right_answer_record(CASE, questions=QUESTIONS, answered=given, blind=blind)


def p(*shares: float) -> Probabilities:
    """An answer that gave half of its probability to labels."""
    return Probabilities(p=shares, option_mass=0.5)


def sure(place: int) -> Probabilities:
    """All on one label."""
    return p(*(float(k == place) for k in range(4)))


def test_probabilities_are_scored_and_averaged() -> None:
    """One right at 0.7, one wrong at 0.1: by hand."""
    first, second = (question.answer for question in QUESTIONS)
    good = [0.1] * 4
    good[first] = 0.7
    bad = [0.7, 0.1, 0.1, 0.1] if second != 0 else [0.1, 0.7, 0.1, 0.1]
    found = record(answered([[p(*good)], [p(*bad)]]))
    scores = {score.metric: score for score in found.scores}
    assert found.scores[0].metric == "accuracy"
    assert (scores["accuracy"].value, scores["accuracy"].n) == (0.5, 2)
    assert scores["p_right"].value == pytest.approx(0.4)
    assert scores["option_mass"].value == 0.5
    assert found.items[0].values["brier"] == pytest.approx(0.12)
    assert found.items[1].values["confidence"] == pytest.approx(0.7)
    assert found.items[0].cluster == QUESTIONS[0].image_id
    assert (found.items[0].human, found.items[0].model) == ((), tuple(good))


def test_orders_are_put_back_and_averaged() -> None:
    """Who always takes the first label is right in one order of four, which cancels its liking."""
    orders = cyclic_orders(4, None)
    found = record(answered([[sure(0)] * 4] * 2, orders))
    assert found.items[0].model == (0.25,) * 4
    assert found.items[0].values["correct"] == 0.25
    assert found.items[0].values["order_sensitivity"] > 0.4
    knowing = [[sure(order.index(q.answer)) for order in orders] for q in QUESTIONS]
    right = record(answered(knowing, orders))
    assert [item.values["correct"] for item in right.items] == [1.0, 1.0]
    assert right.items[0].values["order_sensitivity"] == 0.0


def test_written_answers_are_read_and_unreadable_ones_counted() -> None:
    """Nothing is drawn at random: no letter, no score."""
    letter = "ABCD"[QUESTIONS[0].answer]
    texts = [[Text(text=f"Answer: {letter}", finish="stop")], [Text(text="Hm.", finish="length")]]
    found = record(answered(texts))
    first, second = found.items
    assert (first.values["correct"], first.values["unscored"]) == (1.0, 0.0)
    assert (second.model, second.values["unscored"]) == (None, 1.0)
    assert math.isnan(second.values["correct"])
    accuracy, unscored = found.scores[:2]
    assert (accuracy.value, accuracy.n, accuracy.n_missing) == (1.0, 1, 1)
    assert (unscored.metric, unscored.value) == ("unscored", 0.5)
    assert "p_right" not in first.values


def test_blind_answers_stand_beside_and_their_keys_too() -> None:
    """What the picture gained is the difference of the right option's probability."""
    seen = answered([[sure(q.answer)] for q in QUESTIONS])
    without = answered([[p(0.25, 0.25, 0.25, 0.25)]] * 2)
    item = record(seen, without).items[0]
    assert (item.values["blind_correct"], item.values["image_gain"]) == (0.25, 0.75)
    assert item.request_keys == ("0/0", "0/0")


def test_a_missing_answer_is_unscored_and_another_kind_is_refused() -> None:
    """A rule without data says NaN; log-likelihoods do not answer a choice."""
    nothing = Probabilities(p=(math.nan,) * 4, option_mass=math.nan)
    found = record(answered([[nothing], [sure(0)]]))
    assert found.items[0].values["unscored"] == 1.0
    assert found.items[0].model is None
    wrong = LogLikelihoods(total=(0.0,), n_tokens=(1,))
    with pytest.raises(ModelProblem, match="LogLikelihoods"):
        record(answered([[wrong], [wrong]]))


def test_questions_of_unlike_width_meet_in_one_case() -> None:
    """Two options beside four: the mean is over the question's own."""
    narrow = replace(QUESTIONS[1], options=("yes", "no"), answer=1)
    given = Replies(
        replies=[[Reply(key="a", answer=sure(0))], [Reply(key="b", answer=p(0.5, 0.5))]],
        orders=[PLAIN, cyclic_orders(2, 1)],
    )
    found = right_answer_record(CASE, questions=[QUESTIONS[0], narrow], answered=given)
    assert found.items[1].model == (0.5, 0.5)
    assert found.items[1].values["correct"] == 0.5
