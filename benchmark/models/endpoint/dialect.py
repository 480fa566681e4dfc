"""What a server can do beyond the OpenAI API, found out once a run by asking it.

Knows which extensions the adapter would like: an open last message, and log-probabilities of
tokens by number. A server that ignores an unknown field is told from one that honours it.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmark.errors import ModelProblem, RequestProblem
from benchmark.models.endpoint.messages import CONTINUE
from benchmark.models.endpoint.scores import Entry, by_ids
from benchmark.models.endpoint.server import Refused
from benchmark.models.labels import label_tokens
from benchmark.records import Choice, Embed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmark.models.endpoint.options import EndpointOptions
    from benchmark.models.endpoint.server import Server
    from benchmark.records import Request

ASK = {"role": "user", "content": "Choose one."}
ONE_TOKEN = {"max_tokens": 1, "temperature": 0}
SHORTER = 4  # characters by which a lead-in may be cut to end where a token ends


@dataclass(frozen=True, kw_only=True, slots=True)
class Labels:
    """The tokens of labels behind ``lead_in``, which is cut to where they begin to differ."""

    lead_in: str
    ids: tuple[int, ...]


class Dialect:
    """What was learnt of one server; None until it was needed."""

    def __init__(self, options: EndpointOptions) -> None:
        self._wanted = options
        self.continues = None if options.lead_in == "auto" else options.lead_in == "continue"
        self.by_ids = False if options.scores == "top" else None
        self._labels: dict[tuple[str, tuple[str, ...]], Labels | None] = {}

    def labels(self, request: Choice) -> Labels | None:
        """How to ask for this choice's labels by number, None where it goes by their text."""
        return self._labels.get((request.prompt.lead_in, request.labels))

    async def learn(self, server: Server, batch: Sequence[Request]) -> None:
        """Find out what these requests need to know and is not known yet."""
        asked = [request for request in batch if not isinstance(request, Embed)]
        if self.continues is None and any(request.prompt.lead_in for request in asked):
            self.continues = await self._continues(server)
        for request in asked:
            if not isinstance(request, Choice) or self.by_ids is False:
                continue
            key = (request.prompt.lead_in, request.labels)
            if key not in self._labels:
                self._labels[key] = await self._find(server, *key)

    async def _continues(self, server: Server) -> bool:
        """Whether the flags for an open last message are taken, and not just ignored.

        With the last message closed and another turn begun the same conversation is longer.
        """
        body = {"messages": [ASK, {"role": "assistant", "content": "I choose ("}], **ONE_TOKEN}
        try:
            opened = await server.chat({**body, **CONTINUE})
        except Refused:
            return False
        try:
            closed = await server.chat(body)
        except Refused:
            return True
        lengths = [_prompt_tokens(reply) for reply in (opened, closed)]
        return None in lengths or lengths[0] != lengths[1]

    async def _find(self, server: Server, lead_in: str, labels: tuple[str, ...]) -> Labels | None:
        try:
            found = await self._tokens(server, lead_in, labels)
            served = found is not None and await self._serves(server, found)
        except Refused:
            found, served = None, False
        if not served and self._wanted.scores == "ids":
            raise ModelProblem(
                f"--model-args scores=ids is asked for, but the server does not give the "
                f"log-probabilities of {', '.join(labels)} by token number behind {lead_in!r}; "
                "leave it out or use scores=top"
            )
        # A server without the extension is not asked again; labels that do not fit are one case.
        self.by_ids = served if found is not None or self.by_ids is None else self.by_ids
        return found if served else None

    async def _tokens(self, server: Server, lead_in: str, labels: tuple[str, ...]) -> Labels | None:
        """Labels' tokens in context; the lead-in must end, in tokens, right before them."""
        if not (self.continues and lead_in):
            return None
        texts = [lead_in + label for label in labels]
        rows = dict(zip(texts, await self._rows(server, texts), strict=True))
        try:
            found = label_tokens(rows.__getitem__, lead_in, labels)
        except RequestProblem:
            return None
        shared = rows[texts[0]][: len(rows[texts[0]]) - found.n_after]
        heads = [lead_in[: len(lead_in) - n] for n in range(min(SHORTER, len(lead_in)))]
        for head in heads:
            if (await self._rows(server, [head]))[0] == shared:
                return Labels(lead_in=head, ids=found.ids)
        return None

    async def _rows(self, server: Server, texts: list[str]) -> list[list[int]]:
        talks = [[ASK, {"role": "assistant", "content": text}] for text in texts]
        return await asyncio.gather(
            *(server.token_ids({"messages": talk, **CONTINUE}) for talk in talks)
        )

    async def _serves(self, server: Server, labels: Labels) -> bool:
        talk = [ASK, {"role": "assistant", "content": labels.lead_in}]
        reply = await server.chat({"messages": talk, **CONTINUE, **ids_fields(labels.ids)})
        return by_ids(listed(reply), labels.ids) is not None


def ids_fields(ids: Sequence[int]) -> dict[str, Any]:
    """The fields that ask vLLM for these tokens' log-probabilities over the whole vocabulary."""
    return {
        **ONE_TOKEN,
        "logprobs": True,
        "logprob_token_ids": list(ids),
        "return_tokens_as_token_ids": True,
    }


def top_fields(k: int) -> dict[str, Any]:
    """The fields that ask any server for the likeliest tokens."""
    return {**ONE_TOKEN, "logprobs": True, "top_logprobs": k}


def listed(reply: Mapping[str, Any]) -> list[Entry]:
    """The tokens listed for the first position, with the chosen one; [] where there are none."""
    content = (reply.get("logprobs") or {}).get("content") or []
    if not content:
        return []
    rows = [*(content[0].get("top_logprobs") or []), content[0]]
    pairs = dict.fromkeys(
        (str(row["token"]), float(row["logprob"]))
        for row in rows
        if isinstance(row.get("logprob"), int | float)
    )
    return [Entry(token=token, logprob=logprob) for token, logprob in pairs]


def _prompt_tokens(reply: Mapping[str, Any]) -> int | None:
    count = (reply.get("usage") or {}).get("prompt_tokens")
    return count if isinstance(count, int) else None
