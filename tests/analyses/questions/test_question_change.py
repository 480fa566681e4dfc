"""The change of accuracy since another run, question by question."""

from __future__ import annotations

import numpy as np
import pytest

from benchmark.analyses.questions.question_change import paired_accuracy_changes
from benchmark.records import Score
from tests.analyses.questioning import Asked, clustered_outcomes, pictures_of, question, records_of

NOTHING = Score(metric="accuracy", value=0.5, n=1, higher_is_better=True)
WANTED = [
    NOTHING,
    Score(metric="accuracy", value=0.5, n=1, scope={"region": "Africa"}, higher_is_better=True),
]


def asked(right: list[float]) -> list[Asked]:
    """Questions of Nigeria, a picture each."""
    return [question(r, picture=f"p{i}", item_id=f"q{i}") for i, r in enumerate(right)]


def test_the_change_is_of_questions_that_both_scored() -> None:
    """By hand: of ten questions eight in common, three gained and one lost."""
    before = asked([0, 0, 0, 1, 1, 1, 1, 0, np.nan])
    now = asked([1, 1, 1, 0, 1, 1, 1, 0, 1, 1])
    found = paired_accuracy_changes(records_of(now), records_of(before), WANTED)
    assert found[0].value == pytest.approx(2 / 8)
    assert (found[0].n, found[0].n_missing) == (8, 2)
    assert found[0].low < 2 / 8 < found[0].high
    assert found[0].method == "paired over 8 of 10 questions"
    assert found[1].scope == {"region": "Africa"}


def test_other_metrics_and_scopes_are_left_to_others() -> None:
    """No pairing is made up for a contrast or for Gini."""
    records = records_of(asked([1, 0]))
    others = [
        Score(metric="gini", value=0.1, n=2, higher_is_better=True),
        Score(metric="accuracy", value=0.1, n=2, scope={"contrast": "a-b"}, higher_is_better=True),
    ]
    assert paired_accuracy_changes(records, records, others) == {}


def test_few_pictures_have_no_interval() -> None:
    """Below six; and the method says so."""
    found = paired_accuracy_changes(records_of(asked([1, 0])), records_of(asked([0, 0])), [NOTHING])
    assert np.isnan(found[0].low)
    assert found[0].method.endswith("too few pictures (2 < 6)")


def test_a_true_change_is_covered() -> None:
    """0.05 better on the same 60 pictures of three questions: held in 90 to 99 % of 150 runs."""
    rng, held = np.random.default_rng(0), 0
    names = ("NGA", "FRA")
    for _ in range(150):
        old = clustered_outcomes(np.full(2, 0.6), 30, 3, 0.3, rng)
        learned = (old == 0) & (rng.random(old.shape) < 0.125)
        records = [records_of(pictures_of(one, names)) for one in (old + learned, old)]
        (change,) = paired_accuracy_changes(records[0], records[1], [NOTHING]).values()
        held += change.low <= 0.05 <= change.high
    assert 135 <= held <= 149
