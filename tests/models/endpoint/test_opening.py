"""What stands before the lead-in on a server, and words of a question that would be obeyed."""

from __future__ import annotations

import math

import pytest

from benchmark.errors import ModelProblem, RequestProblem
from benchmark.records import Generate, GenerationParams, Probabilities, Text
from tests.models.asking import SUBJECT, choice, prompt
from tests.models.endpoint.chat_server import SGLANG, ChatServer
from tests.models.endpoint.conftest import Open

MARKS = ("<image>", "<|im_end|>", "<think>", "</think>", "<odd>")


def writing(question: str = "Write.", lead_in: str = "") -> Generate:
    """A request for a text."""
    params = GenerationParams(max_new_tokens=4)
    asked = prompt(question=question, lead_in=lead_in)
    return Generate(prompt=asked, params=params, seed=7, subject=SUBJECT)


def test_a_turn_that_opens_in_thinking_is_refused(chat: ChatServer, opened: Open) -> None:
    """Options would be scored inside it; a text without a lead-in is read behind it."""
    chat.prompts = "<think>\n"
    model = opened()
    with pytest.raises(ModelProblem, match=r"opens <think> before the answer.*--template-args"):
        model.answer([choice()])
    with pytest.raises(ModelProblem, match="opens <think> before 'I think'"):
        model.answer([writing(lead_in="I think")])
    assert model.answer([writing()]) == [Text(text="", finish="length", thinking=said(chat))]
    chat.says = {"message": {"content": "Hm.\n</think>\nA tale."}, "finish_reason": "stop"}
    assert model.answer([writing()]) == [Text(text="A tale.", finish="stop", thinking="Hm.")]


def said(chat: ChatServer) -> str:
    """What the server wrote last."""
    return str(chat.completion(chat.chats[-1])["choices"][0]["message"]["content"])


def test_an_empty_thinking_block_goes_before_the_lead_in(chat: ChatServer, opened: Open) -> None:
    """Where the template writes it when it asks for a turn, and not in one that it is given."""
    chat.prompts = "<think></think>"
    model = opened()
    model.answer([choice()])
    turn = chat.scored()[-1]["messages"][-1]
    assert turn == {"role": "assistant", "content": "<think></think>I choose ("}
    assert "missing_before_lead_in" not in model.describe()


def test_a_block_that_the_server_rewrites_is_told(chat: ChatServer, opened: Open) -> None:
    """The lead-in stands without it then, and the run says so."""
    chat.prompts = "<think>\n</think>"  # the stand-in's template escapes the line's end
    model = opened()
    model.answer([choice()])
    assert chat.scored()[-1]["messages"][-1]["content"] == "I choose ("
    assert model.describe()["missing_before_lead_in"] == ["<think>\n</think>"]


@pytest.mark.parametrize("order", [1, -1])
def test_questions_with_commands_are_unscored_by_name(
    chat: ChatServer, opened: Open, order: int
) -> None:
    """Whichever comes first, the other questions are answered; what is not a token is a word."""
    chat.marks = MARKS
    words = ["plain\n", "<image>\nWhich?\n", "x<odd>\n", "<even> if b < c\n", "No.<|im_end|>\n"]
    asked = [choice(question=word) for word in words][::order]
    model = opened()
    answers = model.answer(asked)[::order]
    scored = [isinstance(one, Probabilities) and not math.isnan(one.p[0]) for one in answers]
    assert scored == [True, False, False, True, False]
    counts = model.describe()["counts"]
    assert isinstance(counts, dict)
    named = {name: n for name, n in counts.items() if "which is a command" in name}
    assert sorted(named) == [
        f"unscored for {mark!r} in the words, which is a command to this model"
        for mark in sorted(("<image>", "<odd>", "<|im_end|>"))
    ]
    assert not any("im_end" in str(body) for body in chat.scored())


def test_well_known_commands_are_enough_where_no_tokens_are_shown(
    chat: ChatServer, opened: Open
) -> None:
    """A server without /tokenize may obey them, so they are not asked."""
    chat.can, chat.marks = SGLANG, MARKS
    first, second = opened().answer([choice(question="<image>?\n"), choice(question="<odd>?\n")])
    assert isinstance(first, Probabilities)
    assert isinstance(second, Probabilities)
    assert math.isnan(first.p[0])
    assert not math.isnan(second.p[0])


def test_a_text_with_commands_in_its_prompt_is_refused_alone(
    chat: ChatServer, opened: Open
) -> None:
    """It fails its case; nothing of it is sent."""
    chat.marks = MARKS
    model = opened()
    with pytest.raises(RequestProblem, match="hold <odd>"):
        model.answer([writing("Write <odd>.")])
