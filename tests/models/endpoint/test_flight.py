"""How many requests are under way at once, when each picture is asked about once."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmark.engine.interview import Interview
from benchmark.engine.store import ResponseStore
from tests.models.asking import choice, picture
from tests.models.endpoint.chat_server import ChatServer
from tests.models.endpoint.conftest import Open

N, CONCURRENCY = 24, 8


@pytest.mark.parametrize(
    ("batch_size", "least", "most"), [(64, CONCURRENCY // 2, CONCURRENCY), (1, 1, 1)]
)
def test_requests_of_different_pictures_are_under_way_together(
    chat: ChatServer, opened: Open, tmp_path: Path, batch_size: int, least: int, most: int
) -> None:
    """Up to the bound on concurrency; with batches of one, the control, never two."""
    chat.faults, chat.slow_s = ["slow"] * (N + 8), 0.05
    model = opened(concurrency=CONCURRENCY)
    asked = [choice(picture("red", (40 + i, 40)), question="Which?\n") for i in range(N)]
    store = ResponseStore(tmp_path / "store.sqlite")
    interview = Interview(
        identity=model.identity, store=store, load=lambda: model, batch_size=batch_size
    )
    replies = interview.ask(asked)
    store.close()
    assert len({reply.key for reply in replies}) == N
    assert least <= chat.most <= most
