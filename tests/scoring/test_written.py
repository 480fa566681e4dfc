"""What is written against what is scored: which questions, which requests, which values."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from benchmark.metrics.letters_against_shares import expected_total_variation
from benchmark.records import Generate, Probabilities, Reply, Text
from benchmark.scoring.written import DRAWN, Writing, drawn_questions, written_values
from tests.models.asking import choice, question

WRITING = Writing(tokens=64, seed=3)
SCORED = Probabilities(p=(0.5, 0.25, 0.25), option_mass=0.9)


def texts(greedy: str, *drawn: str) -> list[Reply]:
    """Written answers: the greedy one, then as many drawn ones as there are, in turn."""
    every = [greedy, *(drawn[i % len(drawn)] for i in range(DRAWN))]
    return [
        Reply(key=f"w{i}", answer=Text(text=text, finish="stop")) for i, text in enumerate(every)
    ]


def test_a_stem_is_drawn_once_before_any_twice() -> None:
    """The interval is over stems; the seed decides which, and more questions keep the first."""
    battery = [
        replace(question(f"b{i}", {"FRA": [1.0]}), stem="battery", question_id=f"b{i}")
        for i in range(20)
    ]
    single = [question(f"s{i}", {"FRA": [1.0]}) for i in range(4)]
    few = drawn_questions([*battery, *single], 5, seed=0)
    assert {one.question_id for one in single} <= few
    assert len(few) == 5
    assert few < drawn_questions([*single, *battery], 10, seed=0)
    assert drawn_questions(battery, 3, seed=0) != drawn_questions(battery, 3, seed=1)
    assert len(drawn_questions(single, 9, seed=0)) == 4


def test_the_same_prompt_is_asked_for_a_letter() -> None:
    """Greedily once, then drawn with seeds of their own; without the lead-in."""
    asked = choice("Rules.")
    asked = replace(asked, prompt=replace(asked.prompt, letter="Write one of {labels}."))
    requests = [one for one in WRITING.requests(asked) if isinstance(one, Generate)]
    assert len(requests) == WRITING.n_texts == 1 + DRAWN
    assert [one.params.temperature for one in requests] == [0.0, *[1.0] * DRAWN]
    assert len({one.seed for one in requests[1:]}) == DRAWN
    for one in requests:
        assert one.prompt.prefix == asked.prompt.prefix
        assert one.prompt.suffix == f"{asked.prompt.suffix}Write one of A, B, C."
        assert (one.prompt.lead_in, one.labels) == ("", asked.labels)


def test_a_written_letter_agrees_where_it_is_the_most_probable() -> None:
    """The distance is that of the drawn letters' shares."""
    found = written_values("ABC", SCORED, texts("Answer: A", "(A)", "(B)"))
    assert (found["scored_option"], found["written_option"]) == (0.0, 0.0)
    assert (found["written_agreement"], found["written_unreadable"]) == (1.0, 0.0)
    assert found["written_tv"] == pytest.approx(0.25)
    expected = float(expected_total_variation(SCORED.p, DRAWN))
    assert found["written_tv_expected"] == pytest.approx(expected)
    other = written_values("ABC", SCORED, texts("Answer: B", "B"))
    assert (other["written_agreement"], other["written_option"]) == (0.0, 1.0)


def test_of_tied_options_each_agrees_to_its_share() -> None:
    """No place is preferred; letters in another order are those of their places."""
    tied = replace(SCORED, p=(0.4, 0.4, 0.2))
    assert written_values("ABC", tied, texts("B", "B"))["written_agreement"] == 0.5
    assert written_values("CAB", SCORED, texts("C", "B"))["written_agreement"] == 1.0
    assert written_values("CAB", SCORED, texts("C", "B"))["written_tv"] == pytest.approx(0.75)


def test_what_names_no_option_is_counted_and_not_scored() -> None:
    """Nor is anything without probabilities."""
    silent = written_values("ABC", SCORED, texts("I would rather not say", "who knows"))
    assert silent["written_unreadable"] == 1.0
    for name in ("written_option", "written_agreement", "written_tv", "written_tv_expected"):
        assert math.isnan(silent[name])
    unscored = replace(SCORED, p=(math.nan,) * 3)
    found = written_values("ABC", unscored, texts("A", "A"))
    assert math.isnan(found["written_agreement"])
    assert found["written_unreadable"] == 0.0
