"""Requests to a server: chat completions, and tokens where it has paths for them.

Knows paths, bodies and which fields this server takes; no prompt, label or score.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

from benchmark.errors import ModelProblem
from benchmark.models.endpoint.address import Address
from benchmark.models.endpoint.fields import TEMPLATE, Body, Fields
from benchmark.models.endpoint.options import EndpointOptions
from benchmark.models.endpoint.server import COMPLETIONS, Refused, Server, Unavailable
from benchmark.models.endpoint.spending import Spending
from benchmark.models.template_arguments import OPTION


class Api:
    """One server, asked with the fields that it takes; use as an asynchronous context."""

    def __init__(
        self,
        address: Address,
        options: EndpointOptions,
        fields: Fields,
        spending: Spending | None = None,
    ) -> None:
        self._server = Server(address, options, spending)
        self._url, self._root = address.url, address.root
        self.fields = fields

    async def __aenter__(self) -> Self:
        await self._server.__aenter__()
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self._server.__aexit__(*failure)

    async def chat(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """The first choice of a chat completion, with the completion's ``usage``."""
        reply = await self._adapted(COMPLETIONS, self.fields.completion, body)
        choices = reply.get("choices")
        if not (isinstance(choices, list) and choices and isinstance(choices[0], dict)):
            raise self._server.malformed("a completion without choices")
        return {**choices[0], "usage": reply.get("usage")}

    # --- extensions: a missing path is `Refused`, whatever the reason ---------------------------

    async def token_ids(self, body: Mapping[str, Any]) -> list[int]:
        """The tokens of a conversation, by the server's own template and tokenizer."""
        return await self._tokens(body, self.fields.conversation)

    async def text_ids(self, text: str) -> list[int]:
        """The tokens of a text by itself, without any that the tokenizer would add."""
        return await self._tokens({"prompt": text, "add_special_tokens": False}, dict)

    async def text_of(self, ids: Sequence[int]) -> str:
        """The text of tokens, markers included."""
        reply = await self._extension("/detokenize", {"tokens": list(ids)}, dict)
        if not isinstance(reply.get("prompt"), str):
            raise Refused(f"the endpoint {self._url} answers /detokenize without a text")
        return str(reply["prompt"])

    async def _tokens(
        self, body: Mapping[str, Any], fields: Callable[[Mapping[str, Any]], Body]
    ) -> list[int]:
        tokens = (await self._extension("/tokenize", body, fields)).get("tokens")
        if not (isinstance(tokens, list) and all(type(token) is int for token in tokens)):
            raise Refused(f"the endpoint {self._url} answers /tokenize without token ids")
        return tokens

    async def _extension(
        self, path: str, body: Mapping[str, Any], fields: Callable[[Mapping[str, Any]], Body]
    ) -> dict[str, Any]:
        try:
            return await self._adapted(f"{self._root}{path}", fields, body)
        except Unavailable:  # it may work the next time, and prompts would then differ
            raise
        except ModelProblem as problem:  # a gateway may block the path in any way
            raise Refused(str(problem)) from None

    async def _adapted(
        self, path: str, fields: Callable[[Mapping[str, Any]], Body], body: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Asked again without each field that the server refuses."""
        while True:
            sent = fields(body)
            try:
                reply = await self._server.post(path, sent)
            except Refused as refused:
                if self.fields.learn(refused.text, sent):
                    continue
                return await self._bare(path, sent, refused)
            self.fields.accepted = self.fields.accepted or path == COMPLETIONS
            return reply

    async def _bare(self, path: str, sent: Body, refused: Refused) -> dict[str, Any]:
        """Asked without any extension, if the refusal names no field.

        What one path refuses another may take; and once completions were taken with extensions,
        a later refusal is about something else.
        """
        if self.fields.insisted_on and TEMPLATE in refused.text:
            raise ModelProblem(
                f"{refused}; {OPTION} cannot reach this server's chat template; leave it out"
            )
        bare = self.fields.bare(sent)
        if bare is None or (path == COMPLETIONS and self.fields.accepted):
            raise refused
        try:
            reply = await self._server.post(path, bare)
        except Refused:
            raise refused from None
        if path == COMPLETIONS:
            self.fields.leave_out_extensions()
        return reply
