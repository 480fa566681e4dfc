"""What goes wrong between here and a server: retries, one sentence each, and no key anywhere."""

from __future__ import annotations

import logging
import sys

import pytest

from benchmark.errors import ModelProblem, RequestProblem
from benchmark.models.endpoint.adapter import EndpointModel
from benchmark.records import Continuation, Embed, GenerationParams, Request
from tests.models.asking import SUBJECT, choice, prompt
from tests.models.endpoint.chat_server import HOSTED, SGLANG, ChatServer, Do
from tests.models.endpoint.conftest import Open

KEY = "sk-a-very-secret-key"
PLAIN = {"lead_in": "user", "scores": "top"}  # no probes: every chat is the question


def refused(model: EndpointModel, *asked: Request) -> str:
    """The one sentence with which the questions fail."""
    with pytest.raises((ModelProblem, RequestProblem)) as caught:
        model.answer(asked or (choice(),))
    text = str(caught.value)
    assert "\n" not in text
    return text


@pytest.mark.parametrize(
    "faults", [[429, 429], [500], [503], ["drop"], ["truncate"], ["garbage"], ["drop", 429]]
)
def test_passing_faults_are_retried(chat: ChatServer, opened: Open, faults: list[Do]) -> None:
    """The answer is that of an undisturbed server, after as many repetitions as faults."""
    (undisturbed,) = opened(**PLAIN).answer([choice()])
    chat.chats.clear()
    chat.retries.clear()
    chat.faults = list(faults)
    assert opened(**PLAIN).answer([choice()]) == [undisturbed]
    assert len(chat.chats) == len(faults) + 1
    if "garbage" not in faults:  # repeated by the adapter and not by the client, which counts
        assert chat.retries == list(range(len(faults) + 1))


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (429, "still answers 429 after 2 tries"),
        (500, "still answers 500 after 2 tries"),
        ("drop", "drops the connection"),
        ("truncate", "drops the connection"),
        ("garbage", "no readable JSON (2 tries)"),
        (403, "denies access (403): the key that was sent is not accepted"),
        (418, "refuses the request (418)"),
    ],
)
def test_lasting_faults_are_one_sentence_without_the_key(
    chat: ChatServer,
    opened: Open,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    fault: Do,
    words: str,
) -> None:
    """The address is named; the key is not, even where the server repeats it."""
    monkeypatch.setenv("CULTURE_API_KEY", KEY)
    chat.faults = [fault] * 9
    model = opened(retries=1, **PLAIN)
    with caplog.at_level(logging.DEBUG):
        text = refused(model)
    assert words in text
    assert chat.url in text
    assert chat.headers[-1]["authorization"] == f"Bearer {KEY}"
    for shown in (text, caplog.text, repr(model.identity), str(model.describe())):
        assert KEY not in shown


def test_a_slow_server_is_a_timeout(chat: ChatServer, opened: Open) -> None:
    """The limit is that of one try."""
    chat.faults, chat.slow_s = ["slow"], 1.5
    assert "no answer within 1 s (1 tries)" in refused(opened(retries=0, timeout=1, **PLAIN))


def test_an_unreachable_server_is_named(opened: Open) -> None:
    """Nothing listens on the port."""
    text = refused(opened(url="http://127.0.0.1:9/v1", retries=0))
    assert "the endpoint http://127.0.0.1:9/v1 cannot be reached" in text


def test_a_missing_key_is_asked_for(chat: ChatServer, opened: Open) -> None:
    """Both variables are named; with the key the same question is answered."""
    chat.key = KEY
    text = refused(opened())
    assert "(401): no key was sent; set CULTURE_API_KEY or OPENAI_API_KEY" in text
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENAI_API_KEY", KEY)
        assert len(opened().answer([choice()])) == 1


def test_an_unknown_model_lists_the_servers(opened: Open) -> None:
    """404 for a model, with the near ones."""
    assert "unknown model 'fakr'" in (text := refused(opened(model="fakr")))
    assert "did you mean fake?" in text
    assert "Known: fake, other" in text


def test_a_wrong_path_is_told_from_a_wrong_model(chat: ChatServer, opened: Open) -> None:
    """404 where there is no API."""
    url = chat.url.replace("/v1", "/api")
    assert "the URL usually ends in /v1" in refused(opened(url=url, **PLAIN))


def test_a_server_without_log_probabilities_is_refused(chat: ChatServer, opened: Open) -> None:
    """Choices need them."""
    chat.can, chat.logprobs = SGLANG, False
    assert "gives no log-probabilities for 'fake'" in refused(opened())


def test_ids_that_are_insisted_on_are_not_replaced(chat: ChatServer, opened: Open) -> None:
    """``scores=ids`` on a server that cannot is an error, not a change of method."""
    chat.can = HOSTED
    assert "scores=ids is asked for" in refused(opened(scores="ids"))


def test_other_tasks_are_refused(opened: Open) -> None:
    """Log-likelihoods of texts and embeddings need the weights."""
    asked = Continuation(prompt=prompt(), texts=("a", "b"), subject=SUBJECT)
    assert "was asked for continuation" in refused(opened(), asked)
    content = Embed(content="text", encoder="clip", subject=SUBJECT)
    assert "was asked for embed" in refused(opened(), content)


def test_the_missing_client_is_named(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra the sentence says what to install."""
    monkeypatch.setitem(sys.modules, "openai", None)
    with pytest.raises(ModelProblem, match=r"pytest-culture\[endpoint\]"):
        opened()


def test_text_is_generated_with_the_requests_settings(chat: ChatServer, opened: Open) -> None:
    """Length, temperature, nucleus and seed travel; the text is what follows the lead-in."""
    from benchmark.records import Generate, Text

    params = GenerationParams(max_new_tokens=4, temperature=0.5, top_p=0.9)
    asked = Generate(prompt=prompt(), params=params, seed=7, subject=SUBJECT)
    (answer,) = opened().answer([asked])
    assert isinstance(answer, Text)
    assert (len(answer.text), answer.finish) == (4, "length")
    body = chat.scored()[-1]
    sent = {name: body[name] for name in ("max_tokens", "temperature", "top_p", "seed")}
    assert sent == {"max_tokens": 4, "temperature": 0.5, "top_p": 0.9, "seed": 7}
    assert "logprobs" not in body
