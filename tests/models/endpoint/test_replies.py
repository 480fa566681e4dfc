"""What servers send, in every shape they have: a text, thinking, a refusal, or one sentence."""

from __future__ import annotations

import math

import pytest

from benchmark.errors import ModelProblem
from benchmark.models.endpoint.replies import Unreadable, positions, text
from benchmark.records import Generate, GenerationParams, Probabilities, Text
from tests.models.asking import SUBJECT, choice, prompt
from tests.models.endpoint.chat_server import SGLANG, ChatServer
from tests.models.endpoint.conftest import Open

TALE = {"type": "text", "text": "A tale."}


def reply(reason: str | None = "stop", **message: object) -> dict[str, object]:
    """A choice of a completion with this message."""
    return {"finish_reason": reason, "message": {"role": "assistant", **message}}


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (reply(content="A tale."), Text(text="A tale.", finish="stop")),
        (reply("length", content=" A tale"), Text(text="A tale", finish="length")),
        (reply(None, content=None), Text(text="", finish="stop")),
        (reply(content=[TALE, TALE]), Text(text="A tale.A tale.", finish="stop")),
        (reply(content=["A ", "tale."]), Text(text="A tale.", finish="stop")),
        (
            reply(content=[{"type": "thinking", "thinking": [{"text": "Hm."}]}, TALE]),
            Text(text="A tale.", finish="stop", thinking="Hm."),
        ),
        (
            reply(content="A tale.", reasoning_content="Hm.", reasoning="Hm."),
            Text(text="A tale.", finish="stop", thinking="Hm."),
        ),
        (
            reply(content="<think>\nHm.\n</think>\n\nA tale."),
            Text(text="A tale.", finish="stop", thinking="Hm."),
        ),
        # All of it was thinking, though the server calls the end of it a stop.
        (reply(content=None, reasoning="Hm."), Text(text="", finish="length", thinking="Hm.")),
        (reply(content=None, refusal="I can't."), Text(text="I can't.", finish="refused")),
        (reply(content=[{"type": "refusal", "refusal": "No"}]), Text(text="No", finish="refused")),
        (reply("content_filter", content=""), Text(text="", finish="refused")),
        (reply("content_filter", content="A t"), Text(text="A t", finish="refused")),
    ],
)  # fmt: skip
def test_every_shape_of_a_text_is_read(sent: dict[str, object], read: Text) -> None:
    """Parts are joined, thinking is kept apart, a refusal is one."""
    assert text(sent) == read


@pytest.mark.parametrize(
    "sent",
    [
        reply(content=3),
        reply(content={"text": "A tale."}),
        reply(content=[{"type": "image_url", "image_url": {}}]),
        reply(content=[{"type": "text", "text": 3}]),
        reply(content="A tale.", refusal=True),
        reply(content="A tale.", reasoning=["Hm."]),
        {"message": "A tale."},
        {"message": {"content": "A tale."}, "finish_reason": 1},
    ],
)
def test_a_text_of_another_type_is_not_stored(sent: dict[str, object]) -> None:
    """Python's repr of a list is not a story."""
    with pytest.raises(Unreadable, match=r"^[^\n]+$"):
        text(sent)


def listing(*rows: tuple[object, object], chosen: tuple[object, object]) -> dict[str, object]:
    """One place with these tokens listed, and the one that was written."""
    top = [{"token": token, "logprob": value} for token, value in rows]
    written = {"token": chosen[0], "logprob": chosen[1], "top_logprobs": top}
    return {"logprobs": {"content": [written]}}


@pytest.mark.parametrize("value", [3.0, True, "-2.0", math.nan, [-2.0], {}])
def test_a_log_probability_of_another_type_is_not_read(value: object) -> None:
    """A positive, true, quoted or missing number is the server's mistake and no probability."""
    with pytest.raises(Unreadable, match=r"a log-probability of .* for the token 'A'"):
        positions(listing(("A", value), ("B", -1.0), chosen=("B", -1.0)))


@pytest.mark.parametrize(
    "sent",
    [
        listing((3, -1.0), chosen=("B", -1.0)),
        {"logprobs": []},
        {"logprobs": {"content": {}}},
        {"logprobs": {"content": ["A"]}},
        {"logprobs": {"content": [{"token": "A", "logprob": -1.0, "top_logprobs": "A"}]}},
    ],
)
def test_lists_of_another_type_are_not_read(sent: dict[str, object]) -> None:
    """Nor is a list that is none."""
    with pytest.raises(Unreadable):
        positions(sent)


def test_only_the_chosen_tokens_repetition_is_dropped() -> None:
    """Two tokens may be spelt alike and be equally likely; one without a number is left out."""
    sent = listing(("A", -2.0), ("A", -2.0), ("B", -1.0), ("C", None), chosen=("B", -1.0 + 1e-6))
    (place,) = positions(sent)
    assert [(entry.token, entry.logprob) for entry in place.entries] == [
        ("A", -2.0),
        ("A", -2.0),
        ("B", -1.0),
    ]
    (alone,) = positions(listing(("A", -2.0), chosen=("B", -1.0)))
    assert [entry.token for entry in alone.entries] == ["A", "B"]


# --- through the adapter ----------------------------------------------------------------------


def asked(opened: Open, **args: object) -> object:
    """The model's answer to a request for a text."""
    params = GenerationParams(max_new_tokens=4)
    request = Generate(prompt=prompt(lead_in=""), params=params, seed=7, subject=SUBJECT)
    (answer,) = opened(**args).answer([request])
    return answer


def test_a_refused_question_is_unscored_and_counted(chat: ChatServer, opened: Open) -> None:
    """A filter before the model leaves no log-probabilities; the other questions have theirs."""
    chat.can = SGLANG
    model = opened(lead_in="user", scores="top")
    chat.says = {"finish_reason": "content_filter", "logprobs": None}
    (answer,) = model.answer([choice()])
    chat.says = {}
    assert isinstance(answer, Probabilities)
    assert math.isnan(answer.p[0])
    counts = model.describe()["counts"]
    assert isinstance(counts, dict)
    assert counts["answers_unscored_as_refused"] == 1


def test_a_wrong_type_is_one_sentence_with_the_address(chat: ChatServer, opened: Open) -> None:
    """It says what was sent and where."""
    chat.says = {"message": {"content": 3}}
    with pytest.raises(ModelProblem) as caught:
        asked(opened)
    assert str(caught.value) == (
        f"the endpoint {chat.url} answers with content that is 3 and not a text; is this an "
        "OpenAI-compatible API?"
    )


def test_thinking_that_a_server_shows_is_not_scored(chat: ChatServer, opened: Open) -> None:
    """The first token is the thinking's, whatever the list says of A and B."""
    chat.can = SGLANG
    model = opened(lead_in="user", scores="top")
    chat.says = {"message": {"content": "(A)", "reasoning_content": "Hm."}}
    with pytest.raises(ModelProblem, match=r"think before it answers.*--scoring 'sampled 10'"):
        model.answer([choice()])
