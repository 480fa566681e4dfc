"""What a passing failure, or the order of questions, must not settle about a server."""

from __future__ import annotations

import math

import pytest

from benchmark.errors import ModelProblem, RequestProblem
from benchmark.models.endpoint.fields import EXTENSIONS
from benchmark.records import Probabilities
from tests.models.asking import choice
from tests.models.endpoint.chat_server import ChatServer
from tests.models.endpoint.conftest import Open


def test_a_busy_path_is_not_a_missing_one(chat: ChatServer, opened: Open) -> None:
    """Without it the same question would be asked in another way, under the same key."""
    chat.first_token, chat.busy = True, frozenset({"/tokenize"})
    with pytest.raises(ModelProblem, match="still answers 503"):
        opened(retries=0).answer([choice()])
    assert chat.scored() == []
    chat.busy = frozenset()
    opened().answer([choice()])
    assert chat.scored()[-1]["add_special_tokens"] is True


def test_a_refusal_in_mid_run_changes_nothing_that_was_taken(
    chat: ChatServer, opened: Open
) -> None:
    """It is of one request; what the next is told is what the ones before were told."""
    model = opened(retries=0)
    model.answer([choice(question="One?\n")])
    before = {name: chat.scored()[-1][name] for name in EXTENSIONS if name in chat.scored()[-1]}
    chat.faults = [400]
    with pytest.raises(RequestProblem, match="refuses the request"):
        model.answer([choice(question="Two?\n")])
    model.answer([choice(question="Three?\n")])
    assert before
    assert {name: chat.scored()[-1].get(name) for name in before} == before
    assert model.describe()["fields_not_taken"] == []


def test_a_first_question_whose_labels_do_not_fit_settles_nothing(
    chat: ChatServer, opened: Open
) -> None:
    """It is one case; those behind it are scored by token numbers all the same."""
    odd = choice(question="One?\n", labels=("A", "A"))
    model = opened()
    model.answer([odd, choice(question="Two?\n")])
    assert model.describe()["scores"] == "ids"
    assert "logprob_token_ids" in chat.scored()[-1]


def test_a_known_marker_that_this_server_reads_as_words_is_asked(
    chat: ChatServer, opened: Open
) -> None:
    """Its tokens say so; run here, the same weights would be asked too."""
    chat.marks = ("<odd>",)
    (answer,) = opened().answer([choice(question="<s>old</s>?\n")])
    assert isinstance(answer, Probabilities)
    assert not math.isnan(answer.p[0])
