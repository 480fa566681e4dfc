"""What is shown in which order: all of it each epoch, options in changing orders, by the seed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from benchmark.finetune.schedule import digest, right_places, schedule
from tests.finetune.test_splitting import QUESTION

FOUR = replace(QUESTION, options=("a", "b", "c", "d"), answer=2)
QUESTIONS = [replace(FOUR, question_id=str(i)) for i in range(20)]


def test_each_epoch_has_each_question_once() -> None:
    """Two epochs and a half, shuffled anew."""
    drawn = schedule(QUESTIONS, n=50, seed=1)
    ids = [one.question.question_id for one in drawn]
    assert set(Counter(ids[:20]).values()) == set(Counter(ids[20:40]).values()) == {1}
    assert len(set(ids[40:])) == 10
    assert ids[:20] != ids[20:40]


def test_no_place_is_right_more_often() -> None:
    """Of 4 000 draws each label has a quarter, to five standard errors; orders are permutations."""
    drawn = schedule(QUESTIONS, n=4000, seed=0)
    assert all(abs(n - 1000) < 5 * 27.4 for n in right_places(drawn).values())
    assert {tuple(sorted(one.order)) for one in drawn} == {(0, 1, 2, 3)}
    assert {one.label == "ABCD"[one.order.index(2)] for one in drawn} == {True}


def test_the_seed_decides_and_a_longer_one_begins_alike() -> None:
    """So more steps are a continuation."""
    short, long = (schedule(QUESTIONS, n=n, seed=3) for n in (30, 70))
    assert long[:30] == short
    assert digest(short) == digest(schedule(QUESTIONS, n=30, seed=3))
    assert digest(short) != digest(schedule(QUESTIONS, n=30, seed=4))
