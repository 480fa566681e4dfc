"""Choices as written answers: what is asked, how it is read, what is stored and asked again."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from benchmark.engine.interview import Interview
from benchmark.engine.sampled import Sampled, answering, sampled_by
from benchmark.engine.sampled_choices import asking, expanded, shares
from benchmark.engine.store import ResponseStore
from benchmark.errors import DataProblem
from benchmark.metrics.proportions import wilson_bounds
from benchmark.models.rules.reference import drawn_letter
from benchmark.records import Answer, Choice, Generate, Probabilities, Request, Task, Text
from tests.engine.asking import IDENTITY, choice

LETTER = "Write one letter of {labels}."
PLANTED = (0.6, 0.3, 0.1)


def way(answers: int = 4) -> Sampled:
    """So many answers of a choice."""
    return Sampled(answers=answers, tokens=64, temperature=1.0)


def question(name: str = "Which?", labels: tuple[str, ...] = ("A", "B", "C")) -> Choice:
    """A choice whose prompt can be asked for a letter."""
    found = choice(name, labels=labels)
    return replace(found, prompt=replace(found.prompt, letter=LETTER))


class Writer:
    """Thinks of the wrong letter and writes one that is drawn from planted shares."""

    supports = frozenset({Task.GENERATE})

    def __init__(self, *, stop_after: int | None = None) -> None:
        self.identity = IDENTITY
        self.asked: list[Request] = []
        self._stop_after = stop_after

    def answer(self, batch: Sequence[Request]) -> list[Answer]:
        if self._stop_after is not None and len(self.asked) >= self._stop_after:
            raise KeyboardInterrupt
        self.asked += batch
        return [self._text(request) for request in batch]

    def _text(self, request: Request) -> Text:
        assert isinstance(request, Generate)
        text = f"<think>(C), surely. Answer: C</think>{drawn_letter(PLANTED, request)}"
        return Text(text=text, finish="stop")


def interview(model: Writer, path: Path, *, batch_size: int = 8) -> Interview:
    """Over a store in this folder; a second one continues the first."""
    store = ResponseStore(path / "store.sqlite")
    return Interview(
        identity=model.identity, store=store, load=lambda: model, batch_size=batch_size
    )


def test_the_letter_is_asked_for_in_the_users_turn_without_a_lead_in() -> None:
    """Nothing would stand inside thinking that a template opened; the labels are named."""
    asked = expanded([question()], way(3), seed=0)
    assert [request.prompt.suffix for request in asked if isinstance(request, Generate)] == [
        "Which?\nWrite one letter of A, B, C."
    ] * 3
    assert all(isinstance(one, Generate) and one.prompt.lead_in == "" for one in asked)
    assert all(isinstance(one, Generate) and one.labels == ("A", "B", "C") for one in asked)


def test_each_answer_has_a_seed_of_its_own() -> None:
    """Of question, run and place: the first four of eight are those of four."""
    eight = [r.seed for r in expanded([question()], way(8), seed=0) if isinstance(r, Generate)]
    four = [r.seed for r in expanded([question()], way(4), seed=0) if isinstance(r, Generate)]
    other = [r.seed for r in expanded([question()], way(8), seed=1) if isinstance(r, Generate)]
    another = [r.seed for r in expanded([question("Who?")], way(8), seed=0) if hasattr(r, "seed")]
    assert eight[:4] == four
    assert len({*eight, *other, *another}) == 24
    assert all(0 <= seed < 2**31 for seed in eight)


def test_what_is_no_choice_is_asked_as_it_is() -> None:
    """Texts and rankings of the same stage keep their places."""
    text = expanded([question()], way(1), seed=0)[0]
    assert expanded([text, question(), text], way(2), seed=0)[0] is text
    assert len(expanded([text, question(), text], way(2), seed=0)) == 4
    assert expanded([question()], None, seed=0) == [question()]


@pytest.mark.parametrize(
    ("texts", "p", "mass"),
    [
        (["A", "(B)", "Answer: B", "b"], (0.25, 0.75, 0.0), 1.0),
        (["<think>A? no</think>C", "I will not say", "A or B", "(C)"], (0.0, 0.0, 1.0), 0.5),
        (["Answer: D", "Answer: X", "A, I think, or B"], (math.nan,) * 3, 0.0),
    ],
)
def test_letters_are_counted_and_the_rest_is_left_out(
    texts: list[str], p: tuple[float, ...], mass: float
) -> None:
    """Shares of the readable ones; without any there are none; D of three labels names nothing."""
    found = shares(texts, ("A", "B", "C"))
    assert found.option_mass == mass
    assert found.p == pytest.approx(p, nan_ok=True)


def test_a_planted_distribution_is_recovered_within_its_interval(tmp_path: Path) -> None:
    """Of 400 answers each share lies within a simultaneous interval of the planted one."""
    ask = asking(interview(Writer(), tmp_path).ask, way(400), seed=0)
    (reply,) = ask([question()])
    assert isinstance(reply.answer, Probabilities)
    low, high = wilson_bounds(reply.answer.p, 400, level=1 - 0.05 / 3)
    assert ((low <= PLANTED) & (high >= PLANTED)).all()
    assert max(high - low) < 0.13


def test_a_run_that_was_killed_asks_for_the_missing_answers_alone(tmp_path: Path) -> None:
    """Every text has a key of its own, so what was written is not written again."""
    asked = [question(f"Question {i}") for i in range(3)]
    first = Writer(stop_after=6)
    with pytest.raises(KeyboardInterrupt):
        asking(interview(first, tmp_path, batch_size=2).ask, way(4), seed=0)(asked)
    second = Writer()
    replies = asking(interview(second, tmp_path, batch_size=2).ask, way(4), seed=0)(asked)
    assert (len(first.asked), len(second.asked)) == (6, 6)
    whole = asking(interview(Writer(), tmp_path / "other").ask, way(4), seed=0)(asked)
    assert replies == whole
    assert Counter(len(reply.keys) for reply in replies) == {4: 3}


def test_more_answers_ask_for_what_they_add(tmp_path: Path) -> None:
    """Eight after four: four more."""
    asking(interview(Writer(), tmp_path).ask, way(4), seed=0)([question()])
    more = Writer()
    asking(interview(more, tmp_path).ask, way(8), seed=0)([question()])
    assert len(more.asked) == 4


def test_letters_in_another_order_are_those_of_their_places() -> None:
    """As in a Latin square: the second place is called A."""
    found = shares(["Answer: A", "(A)", "C"], ("B", "A", "C"))
    assert found.p == pytest.approx((0, 2 / 3, 1 / 3))
    requests = expanded([question(labels=("B", "A", "C"))], way(1), seed=0)
    assert requests[0].prompt.suffix.endswith("one letter of B, A, C.")  # type: ignore[union-attr]


def test_prompts_without_a_line_for_the_letter_are_refused() -> None:
    """A prompt file in another language says how to ask, or nobody does."""
    with pytest.raises(DataProblem, match=r"no line that asks for a letter"):
        expanded([choice("Welche?")], way(), seed=0)


def test_the_identity_says_how_choices_are_asked_and_who_answers() -> None:
    """Another number is another identity; the texts behind both are one model's."""
    plain = replace(IDENTITY, scoring="shared 1")
    four, eight = way(4).of(plain), way(8).of(plain)
    assert four.scoring == "sampled 4 v2 (64 tokens, temperature 1) shared 1"
    assert sampled_by(four) == way(4)
    assert four != eight
    assert answering(four) == answering(eight) == plain
    assert (sampled_by(plain), answering(plain)) == (None, plain)
    assert answering(way(4).of(IDENTITY)) == IDENTITY
