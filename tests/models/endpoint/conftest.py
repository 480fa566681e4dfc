"""A server of the test's own, and the model behind it as the command line would open it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from benchmark.models import registry
from benchmark.models.endpoint.adapter import EndpointModel
from tests.models.asking import options
from tests.models.endpoint.chat_server import ChatServer, serving

Open = Callable[..., EndpointModel]


@pytest.fixture(autouse=True)
def no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """No key of the developer's, and no proxy before the loopback."""
    pytest.importorskip("openai", reason="needs the extra 'endpoint'")
    for name in ("OPENAI_API_KEY", "CULTURE_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def chat() -> Iterator[ChatServer]:
    """A running server that speaks vLLM's dialect."""
    with serving(ChatServer()) as server:
        yield server


@pytest.fixture
def opened(chat: ChatServer, tmp_path: Path) -> Open:
    """Opens the model by name, as a run does; keyword arguments are ``--model-args``.

    ``template`` are the ``--template-args``.
    """

    def open_model(
        *,
        model: str = "fake",
        url: str = "",
        template: Mapping[str, str] | None = None,
        **args: object,
    ) -> EndpointModel:
        pairs = {"retries": "2"} | {name: str(value) for name, value in args.items()}
        chosen = options(
            tmp_path, device="auto", model_args=tuple(pairs.items()),
            template_args=tuple((template or {}).items()),
        )  # fmt: skip
        spec = registry.resolve(f"endpoint:{url or chat.url}#{model}")
        identity = registry.identify(spec, chosen, survey=None)
        found = registry.load(spec, identity, chosen, survey=None)
        assert isinstance(found, EndpointModel)
        return found

    return open_model
