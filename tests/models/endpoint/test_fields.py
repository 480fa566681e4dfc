"""Fields that a server or a model refuses: learnt once a run, and told."""

from __future__ import annotations

import pytest

from benchmark.errors import ModelProblem, RequestProblem
from benchmark.records import Generate, GenerationParams, Text
from tests.models.asking import SUBJECT, choice, prompt
from tests.models.endpoint.chat_server import HOSTED, SGLANG, VLLM, ChatServer
from tests.models.endpoint.conftest import Open

PLAIN = {"lead_in": "user", "scores": "top"}
PARAMS = GenerationParams(max_new_tokens=4, temperature=0.5, top_p=0.9)


def writing(seed: int = 7) -> Generate:
    """A request for a text."""
    return Generate(prompt=prompt(lead_in=""), params=PARAMS, seed=seed, subject=SUBJECT)


@pytest.mark.parametrize(
    "words",
    [
        "Unsupported parameter: '{}' is not supported with this model.",
        "Unsupported value: '{}' does not support 0.5 with this model. Only the default (1) value",
        "{}: Extra inputs are not permitted",
        "Unrecognized request argument supplied: {}",
    ],
)
def test_fields_that_a_model_refuses_are_left_out(
    chat: ChatServer, opened: Open, words: str
) -> None:
    """Length under its newer name, sampling as the model has it; later requests ask at once."""
    chat.refuses = {name: words.format(name) for name in ("temperature", "seed", "min_p")}
    chat.refuses["max_tokens"] = "'max_tokens' is not supported, use 'max_completion_tokens'"
    model = opened(**PLAIN)
    (answer,) = model.answer([writing()])
    assert isinstance(answer, Text)
    before = len(chat.chats)
    assert before == len(chat.refuses) + 1
    model.answer([writing(8)])
    assert len(chat.chats) == before + 1
    body = chat.chats[-1]
    assert body["max_completion_tokens"] == 4
    assert body["top_p"] == 0.9
    assert not set(chat.refuses) & set(body)
    assert model.describe()["fields_not_taken"] == ["max_tokens", "min_p", "seed", "temperature"]


def test_a_wrong_value_is_not_taken_for_a_field_that_is_unknown(
    chat: ChatServer, opened: Open
) -> None:
    """The server takes temperatures, but not this one: that is the user's to know."""
    chat.refuses = {"temperature": "temperature must be at most 0.3"}
    with pytest.raises(RequestProblem, match=r"temperature must be at most 0\.3"):
        opened(**PLAIN).answer([writing()])


def test_a_refusal_without_a_name_is_tried_without_extensions(
    chat: ChatServer, opened: Open
) -> None:
    """Some gateways only say that a request is bad."""
    chat.refuses = {"top_k": "bad request", "chat_template_kwargs": "bad request"}
    model = opened(**PLAIN)
    assert len(model.answer([choice()])) == 1
    assert "chat_template_kwargs" not in chat.chats[-1]


def test_template_arguments_reach_every_conversation(chat: ChatServer, opened: Open) -> None:
    """Thinking is off unless it is asked for; what is asked for goes with it."""
    opened().answer([choice()])
    told = [body["chat_template_kwargs"] for body in (*chat.chats, *chat.conversations)]
    assert len(told) > len(chat.chats) > 1
    assert all(one == {"enable_thinking": False, "thinking": False} for one in told)
    chat.chats.clear()
    opened(template={"enable_thinking": "true", "style": "plain"}).answer([choice()])
    wanted = {"enable_thinking": True, "thinking": False, "style": "plain"}
    assert all(body["chat_template_kwargs"] == wanted for body in chat.chats)


def test_template_arguments_that_do_not_arrive_are_an_error(chat: ChatServer, opened: Open) -> None:
    """They are part of the run's name; left out, it would have another."""
    chat.can = HOSTED
    chat.refuses = {"chat_template_kwargs": "Unrecognized request argument: chat_template_kwargs"}
    assert len(opened().answer([choice()])) == 1
    with pytest.raises(ModelProblem, match="--template-args cannot reach"):
        opened(template={"enable_thinking": "false"}).answer([choice()])


@pytest.mark.parametrize(
    ("can", "first", "template", "asked"),
    [
        (VLLM, True, False, True),  # the template leaves the first token to the tokenizer
        (VLLM, True, True, False),  # it writes it: once more would be twice
        (VLLM, False, False, False),  # the tokenizer has none
        (SGLANG, True, False, False),  # nobody shows what it would do
    ],
)
def test_the_tokenizers_first_token_is_asked_for_where_it_is_missing(
    chat: ChatServer, opened: Open, can: frozenset[str], first: bool, template: bool, asked: bool
) -> None:
    """As the harness does for a model of its own."""
    chat.can, chat.first_token, chat.writes_first = can, first, template
    model = opened()
    model.answer([choice()])
    assert chat.scored()[-1].get("add_special_tokens", False) is asked
    assert model.describe()["add_special_tokens"] is asked
