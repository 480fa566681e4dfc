"""Budgets of a server: what is counted, where it ends, and that nothing paid for is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmark.engine.interview import Interview
from benchmark.engine.store import ResponseStore
from benchmark.errors import BudgetSpent, ModelProblem, RequestProblem
from benchmark.models.endpoint.adapter import EndpointModel
from benchmark.models.endpoint.address import parse_address
from benchmark.models.endpoint.options import EndpointOptions
from benchmark.models.endpoint.spending import Spending
from benchmark.records import Answer, Generate, GenerationParams, Text
from tests.engine.asking import IDENTITY
from tests.models.asking import SUBJECT, prompt
from tests.models.endpoint.chat_server import serving
from tests.models.endpoint.thinker import TEXTS, Thinker

LIMIT = 50  # tokens of an answer


@pytest.fixture
def thinker() -> Iterator[Thinker]:
    """A running server that charges by the token."""
    with serving(Thinker()) as server:
        assert isinstance(server, Thinker)
        yield server


def texts(n: int) -> list[Generate]:
    """Requests that differ by their seeds."""
    params = GenerationParams(max_new_tokens=LIMIT)
    return [
        Generate(prompt=prompt("rules ", lead_in=""), params=params, seed=k, subject=SUBJECT)
        for k in range(n)
    ]


def opened(server: Thinker, spending: Spending, *, retries: int = 2) -> EndpointModel:
    """The server's model, two requests at once."""
    options = EndpointOptions(concurrency=2, retries=retries)
    return EndpointModel(IDENTITY, parse_address(f"endpoint:{server.url}#fake"), options, spending)


def delivered(model: EndpointModel, n: int) -> dict[int, Answer]:
    """What a batch hands over before it ends with a problem, which there must be."""
    found: dict[int, Answer | RequestProblem] = {}
    with pytest.raises(ModelProblem):
        model.deliver(texts(n), found.__setitem__)
    return {i: given for i, given in found.items() if not isinstance(given, RequestProblem)}


def test_requests_end_with_the_budget_and_their_answers_are_kept(thinker: Thinker) -> None:
    """Five of eight are sent and five come back; then there is one sentence."""
    spending = Spending(max_requests=5)
    model = opened(thinker, spending)
    assert len(delivered(model, 8)) == 5 == len(thinker.chats) == spending.n_requests
    with pytest.raises(BudgetSpent, match="5 were sent by this process, which may send 5"):
        model.answer(texts(1))
    assert len(thinker.chats) == 5


@pytest.mark.parametrize("fault", [429, 500, "drop", "garbage"])
def test_what_is_sent_again_counts(thinker: Thinker, fault: int | str) -> None:
    """By the client or by the adapter: a service may charge for each."""
    thinker.faults = [fault, fault]  # type: ignore[list-item]
    spending = Spending(max_requests=4)
    assert len(delivered(opened(thinker, spending), 8)) == 2
    assert len(thinker.chats) == 4 == spending.n_requests


def test_tokens_are_never_passed_and_what_is_under_way_counts(thinker: Thinker) -> None:
    """The next is sent only if the most that it can take is left."""
    opened(thinker, whole := Spending()).answer(texts(1))
    each = whole.n_tokens
    spending = Spending(max_tokens=10 * each)
    found = delivered(opened(thinker, spending), 40)
    assert spending.n_tokens == len(found) * each <= 10 * each
    assert len(found) >= 10 - (LIMIT - TEXTS) // each - 1
    assert len(thinker.chats) == 1 + len(found)


def test_a_bound_below_one_request_sends_nothing(thinker: Thinker) -> None:
    """The sentence says what the next may take."""
    model = opened(thinker, Spending(max_tokens=LIMIT - 1))
    with pytest.raises(BudgetSpent, match=r"spent 0 of 49 tokens and the next may take \d\d"):
        model.answer(texts(1))
    assert thinker.chats == []


def test_answers_without_a_count_are_taken_for_the_most(thinker: Thinker) -> None:
    """A server that does not say what it used still meets the bound; their number is told."""
    thinker.usage = False
    spending = Spending(max_tokens=400)
    found = delivered(opened(thinker, spending), 20)
    assert 0 < len(found) <= 400 // LIMIT
    assert spending.counts()["answers_without_a_count_of_tokens"] == len(found)


def test_a_failure_in_mid_batch_keeps_the_finished_answers(
    thinker: Thinker, tmp_path: Path
) -> None:
    """It breaks at the fourth: the others are stored, and asked for no more when it goes on."""
    thinker.faults = ["slow", "slow", "slow", 500]
    model = opened(thinker, Spending(), retries=0)
    store = ResponseStore(tmp_path / "store.sqlite")
    interview = Interview(identity=IDENTITY, store=store, load=lambda: model, batch_size=64)
    with pytest.raises(ModelProblem, match="still answers 500"):
        interview.ask(texts(12))
    kept, sent = len(store), len(thinker.chats)
    assert kept == interview.n_computed == sent - 1 >= 3
    replies = interview.ask(texts(12))
    assert all(isinstance(reply.answer, Text) for reply in replies)
    assert len(thinker.chats) == sent + 12 - kept
