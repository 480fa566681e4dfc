"""What a server can do beyond the OpenAI API, found out once a run by asking it.

Knows which extensions the adapter would like: an open last message, log-probabilities of tokens
by number, the tokenizer's own first token. Distinguishes a server that ignores a field from
one that honours it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from benchmark.errors import ModelProblem, RequestProblem
from benchmark.models.endpoint.api import Api
from benchmark.models.endpoint.fields import SPECIAL
from benchmark.models.endpoint.messages import CONTINUE
from benchmark.models.endpoint.opening import Opening, find_opening
from benchmark.models.endpoint.options import EndpointOptions
from benchmark.models.endpoint.reading import read_ids
from benchmark.models.endpoint.replies import prompt_tokens
from benchmark.models.endpoint.server import Refused
from benchmark.models.weights.labels import label_tokens
from benchmark.records import Choice, Embed, Request

ASK = {"role": "user", "content": "Choose one."}
ONE_TOKEN = {"max_tokens": 1, "temperature": 0}
TWO_TOKENS = {"max_tokens": 2, "temperature": 0}
SHORTER = 4  # characters by which a lead-in may be cut to end where a token ends


@dataclass(frozen=True, kw_only=True, slots=True)
class Labels:
    """The tokens of labels after ``lead_in``, which is cut to where they begin to differ."""

    lead_in: str
    ids: tuple[int, ...]


class Dialect:
    """What was learnt about one server; None until it was needed."""

    def __init__(self, options: EndpointOptions) -> None:
        self._wanted = options
        self.continues = None if options.lead_in == "auto" else options.lead_in == "continue"
        self.by_ids = False if options.scores == "top" else None
        self.tokenizes: bool | None = None
        self.openings: dict[str, Opening] = {}
        self._labels: dict[tuple[str, tuple[str, ...]], Labels | None] = {}

    def labels(self, request: Choice) -> Labels | None:
        """How to ask for this choice's labels by number; None if they are matched by text."""
        return self._labels.get((request.prompt.lead_in, request.labels))

    def opening(self, lead_in: str) -> Opening:
        """How the model's turn begins before this lead-in, as far as the server shows it."""
        return self.openings.get(lead_in, Opening())

    async def learn(self, api: Api, batch: Sequence[Request]) -> None:
        """Find out what these requests need that is not known yet."""
        asked = [request for request in batch if not isinstance(request, Embed)]
        if self.continues is None and any(request.prompt.lead_in for request in asked):
            self.continues = await self._continues(api)
        if self.tokenizes is None and asked:
            self.tokenizes = await self._tokenizes(api)
        for lead_in in {request.prompt.lead_in for request in asked} - set(self.openings):
            if self.tokenizes:
                continued = lead_in if self.continues else ""
                self.openings[lead_in] = await find_opening(api, ASK, continued)
        for request in asked:
            if not isinstance(request, Choice) or self.by_ids is False:
                continue
            key = (request.prompt.lead_in, request.labels)
            if key not in self._labels:
                self._labels[key] = await self._find(api, *key)

    async def _continues(self, api: Api) -> bool:
        """Whether the flags for an open last message are honoured, and not just ignored.

        With the last message closed and another turn begun the same conversation is longer.
        """
        body = {"messages": [ASK, {"role": "assistant", "content": "I choose ("}], **ONE_TOKEN}
        try:
            opened = await api.chat({**body, **CONTINUE})
        except Refused:
            return False
        try:
            closed = await api.chat(body)
        except Refused:
            return True
        lengths = [prompt_tokens(reply) for reply in (opened, closed)]
        return None in lengths or lengths[0] != lengths[1]

    async def _tokenizes(self, api: Api) -> bool:
        """Whether the server shows a conversation's tokens; also decides if it must add the first.

        A chat template that writes no first token (BOS) leaves it to the tokenizer, and servers do
        not ask the tokenizer for it by themselves. It is asked for if that puts one token in front,
        which is not there already, and none at the end.
        """
        talk = {"messages": [ASK]}
        try:
            plain = await api.token_ids(talk)
            added = await api.token_ids({**talk, SPECIAL: True})
        except Refused:
            return False
        in_front = added[1:] == plain and added[:1] != plain[:1]
        api.fields.special_tokens = in_front and SPECIAL not in api.fields.left_out
        return True

    async def _find(self, api: Api, lead_in: str, labels: tuple[str, ...]) -> Labels | None:
        lacks = not (self.continues and self.tokenizes)
        try:
            found = await self._tokens(api, lead_in, labels)
            before = self.opening(lead_in).before
            served = found is not None and await self._serves(api, before, found)
            lacks = lacks or (found is not None and not served)
        except Refused:
            found, served, lacks = None, False, True
        if not served and self._wanted.scores == "ids":
            raise ModelProblem(
                f"--model-args scores=ids is asked for, but the server does not give the "
                f"log-probabilities of {', '.join(labels)} by token number after {lead_in!r}; "
                "leave it out or use scores=top"
            )
        # A server without the extension is not asked again; labels that do not fit concern that
        # request alone, even if they come first.
        self.by_ids = True if served else False if lacks and self.by_ids is None else self.by_ids
        return found if served else None

    async def _tokens(self, api: Api, lead_in: str, labels: tuple[str, ...]) -> Labels | None:
        """Labels' tokens in context; the lead-in must end, in tokens, right before them."""
        if not (self.continues and lead_in and self.tokenizes):
            return None
        before = self.opening(lead_in).before
        texts = [lead_in + label for label in labels]
        rows = dict(zip(texts, await self._rows(api, before, texts), strict=True))
        try:
            found = label_tokens(rows.__getitem__, lead_in, labels)
        except RequestProblem:
            return None
        shared = rows[texts[0]][: len(rows[texts[0]]) - found.n_after]
        heads = [lead_in[: len(lead_in) - n] for n in range(min(SHORTER, len(lead_in)))]
        for head in heads:
            if (await self._rows(api, before, [head]))[0] == shared:
                return Labels(lead_in=head, ids=found.ids)
        return None

    async def _rows(self, api: Api, before: str, texts: list[str]) -> list[list[int]]:
        talks = [[ASK, {"role": "assistant", "content": before + text}] for text in texts]
        return await asyncio.gather(
            *(api.token_ids({"messages": talk, **CONTINUE}) for talk in talks)
        )

    async def _serves(self, api: Api, before: str, labels: Labels) -> bool:
        """Whether the log-probabilities of these tokens come back when asked for."""
        talk = [ASK, {"role": "assistant", "content": before + labels.lead_in}]
        reply = await api.chat({"messages": talk, **CONTINUE, **ids_fields(labels.ids)})
        return read_ids(reply, labels.ids) is not None


def ids_fields(ids: Sequence[int]) -> dict[str, Any]:
    """The fields that ask vLLM for these tokens' log-probabilities over the whole vocabulary."""
    return {
        **ONE_TOKEN,
        "logprobs": True,
        "logprob_token_ids": list(ids),
        "return_tokens_as_token_ids": True,
    }


def top_fields(k: int) -> dict[str, Any]:
    """The fields that ask any server for the likeliest tokens, at two places."""
    return {**TWO_TOKENS, "logprobs": True, "top_logprobs": k}
