"""Choices asked of a server: exact probabilities in each dialect, and how requests travel."""

from __future__ import annotations

import base64
import io
import math

import pytest
from PIL import Image

from benchmark.models.endpoint.adapter import EndpointModel
from benchmark.records import Answer, Choice, ImageRef, Probabilities
from tests.models.asking import choice, picture
from tests.models.endpoint.chat_server import HOSTED, SGLANG, VLLM, ChatServer
from tests.models.endpoint.conftest import Open

LABELS = ("A", "B", "C")


def expected(chat: ChatServer, body: dict[str, object], labels: tuple[str, ...]) -> Probabilities:
    """The labels' shares by the server's own logits."""
    found = chat.log_probabilities(body)
    raw = [math.exp(found[label]) for label in labels]
    return Probabilities(p=tuple(x / math.fsum(raw) for x in raw), option_mass=math.fsum(raw))


def agrees(found: Answer, wanted: Probabilities) -> bool:
    """Equal up to the rounding of two logarithms."""
    assert isinstance(found, Probabilities)
    close = zip((*found.p, found.option_mass), (*wanted.p, wanted.option_mass), strict=True)
    return all(math.isclose(one, other, abs_tol=1e-12) for one, other in close)


def counted(model: EndpointModel) -> dict[str, int]:
    """What the model counts that is not zero."""
    counts = model.describe()["counts"]
    assert isinstance(counts, dict)
    return {name: n for name, n in counts.items() if isinstance(n, int) and n}


@pytest.mark.parametrize(
    ("can", "lead_in", "scores"),
    [(VLLM, "continue", "ids"), (SGLANG, "continue", "top"), (HOSTED, "user", "top")],
)
def test_probabilities_are_the_servers(
    chat: ChatServer, opened: Open, can: frozenset[str], lead_in: str, scores: str
) -> None:
    """Whatever the server can do, its own next-token probabilities come back."""
    chat.can = can
    model = opened()
    asked = [choice("rules", question=f"Question {i}\n") for i in range(3)]
    answers = model.answer(asked)
    told = model.describe()
    assert (told["lead_in"], told["scores"]) == (lead_in, scores)
    bodies = {str(body["messages"]): body for body in chat.scored()}
    assert len(bodies) == 3
    for i, answer in enumerate(answers):
        (body,) = [b for text, b in bodies.items() if f"Question {i}" in text]
        assert agrees(answer, expected(chat, body, LABELS))


def test_lead_in_is_continued_or_closes_the_users_turn(chat: ChatServer, opened: Open) -> None:
    """An open last message where the server takes one, the user's last line elsewhere."""
    opened().answer([choice("rules ", question="Q\n")])
    assert chat.scored()[-1]["messages"] == [
        {"role": "user", "content": "rules Q"},
        {"role": "assistant", "content": "I choose ("},
    ]
    opened(lead_in="user").answer([choice("rules ", question="Q\n")])
    assert chat.scored()[-1]["messages"] == [{"role": "user", "content": "rules Q\nI choose ("}]


def test_a_server_that_ignores_the_open_message_is_found_out(
    chat: ChatServer, opened: Open
) -> None:
    """Equal prompt lengths with and without the flags: they had no effect."""
    chat.can = frozenset({"ignores"})
    model = opened()
    model.answer([choice()])
    assert model.describe()["lead_in"] == "user"


def test_merged_labels_are_asked_for_before_the_bracket(chat: ChatServer, opened: Open) -> None:
    """Where ``(A`` is one token the lead-in ends before it, and that token is asked for."""
    chat.merges = True
    model = opened()
    (answer,) = model.answer([choice()])
    body = chat.scored()[-1]
    assert body["messages"][-1]["content"] == "I choose "
    assert body["logprob_token_ids"] == [100_065, 100_066, 100_067]
    assert agrees(answer, expected(chat, body, LABELS))


def test_the_server_is_probed_once(chat: ChatServer, opened: Open) -> None:
    """Later batches with the same labels ask nothing but their questions."""
    model = opened()
    model.answer([choice()])
    before = len(chat.headers)
    model.answer([choice(question="another\n")])
    assert len(chat.headers) == before + 1


def test_negligible_missing_labels_count_as_zero(chat: ChatServer, opened: Open) -> None:
    """What is left of the list cannot change the shares; the answer is counted."""
    chat.can, chat.letters, chat.below = SGLANG, "ABC", 60.0
    model = opened(top_logprobs=42)
    (answer,) = model.answer([choice()])
    assert isinstance(answer, Probabilities)
    assert answer.p[2] == 0.0
    assert math.fsum(answer.p) == pytest.approx(1)
    assert counted(model) == {"answers_with_labels_as_zero": 1}


def test_a_label_that_may_weigh_leaves_the_question_unscored(
    chat: ChatServer, opened: Open
) -> None:
    """A short list: the missing label could be as likely as the last listed token."""
    chat.can, chat.letters, chat.below, chat.weight = SGLANG, "ABC", 60.0, 0.0
    model = opened(top_logprobs=3)
    (answer,) = model.answer([choice()])
    assert isinstance(answer, Probabilities)
    assert all(map(math.isnan, answer.p))
    assert 0 < answer.option_mass <= 1
    assert counted(model) == {"answers_unscored_for_missing_labels": 1}


def test_pictures_arrive_with_exact_pixels(chat: ChatServer, opened: Open) -> None:
    """PNG data URLs, in their place between the texts."""
    image = Image.frombytes("RGB", (7, 5), bytes(range(105)))
    ref = ImageRef(image_id="x", digest="x", pixels=lambda: image)
    opened().answer([choice("before", ref, "after ", question="Q\n")])
    before, shown, after = chat.scored()[-1]["messages"][0]["content"]
    assert (before["text"], after["text"]) == ("before", "after Q")
    kind, _, data = shown["image_url"]["url"].partition(",")
    assert kind == "data:image/png;base64"
    got = Image.open(io.BytesIO(base64.b64decode(data)))
    assert (got.mode, got.size, got.tobytes()) == ("RGB", image.size, image.tobytes())


def test_prompts_of_one_picture_follow_each_other(chat: ChatServer, opened: Open) -> None:
    """One after another by prefix, answers in the order asked, the bound on concurrency kept."""
    red, blue = picture("red"), picture("blue")
    asked: list[Choice] = [
        choice(red if i % 2 else blue, question=f"Question {i}\n") for i in range(12)
    ]
    chat.faults = ["slow"] * 40
    model = opened(concurrency=3)
    answers = model.answer(asked)
    order = [body["messages"][0]["content"][0]["image_url"]["url"] for body in chat.scored()]
    assert order == sorted(order, key=order.index)
    assert len(set(order)) == 2
    assert 1 < chat.most <= 3
    (alone,) = opened().answer([asked[7]])
    assert answers[7] == alone
