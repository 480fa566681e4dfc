"""A model behind a server: choices and text through chat completions, many at a time.

Knows no suite and no store. Requests that share a prefix are sent one after another, the first of
them ahead of the rest, so that the server finds the prefix in its cache.
"""

from __future__ import annotations

import asyncio
import math
from dataclasses import asdict
from typing import TYPE_CHECKING

from benchmark.errors import ModelProblem
from benchmark.models.endpoint.dialect import Dialect, ids_fields, listed, top_fields
from benchmark.models.endpoint.messages import Messages
from benchmark.models.endpoint.scores import by_ids, by_text
from benchmark.models.endpoint.server import Server, client_module
from benchmark.models.endpoint.spending import Spending
from benchmark.records import (
    Answer,
    Choice,
    Continuation,
    Embed,
    Generate,
    ImageRef,
    ModelIdentity,
    Probabilities,
    Request,
    Task,
    Text,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from benchmark.jsonio import Json
    from benchmark.models.endpoint.address import Address
    from benchmark.models.endpoint.options import EndpointOptions

BACKEND = "endpoint 1"  # raise when the way of asking changes an answer
BATCH = 64  # requests a commit of the store
SUPPORTS = frozenset({Task.CHOICE, Task.GENERATE})

Prefix = tuple[str | ImageRef, ...]


class EndpointModel:
    """Asks one server; `describe` says how, and what it could not tell."""

    def __init__(
        self,
        identity: ModelIdentity,
        address: Address,
        options: EndpointOptions,
        spending: Spending | None = None,
    ) -> None:
        client_module()  # says at once what is missing
        self._identity = identity
        self._address = address
        self._options = options
        self._spending = spending or Spending()
        self._dialect = Dialect(options)
        self._messages = Messages()
        self._last_prefix: Prefix | None = None
        self.n_as_zero = 0
        self.n_unscored = 0

    @property
    def identity(self) -> ModelIdentity:
        return self._identity

    @property
    def supports(self) -> frozenset[Task]:
        return SUPPORTS

    def describe(self) -> Mapping[str, Json]:
        """How the server was asked, and how many answers lack labels (as zero, or unscored)."""
        lead_in, scores = self._dialect.continues, self._dialect.by_ids
        return {
            **asdict(self._options),
            "lead_in": {True: "continue", False: "user", None: "not asked"}[lead_in],
            "scores": {True: "ids", False: "top", None: "not asked"}[scores],
            "counts": {
                "answers_with_labels_as_zero": self.n_as_zero,
                "answers_unscored_for_missing_labels": self.n_unscored,
                **self._spending.counts(),
            },
        }

    def answer(self, batch: Sequence[Request]) -> list[Answer]:
        """Answers in the order asked.

        Raises
        ------
        ModelProblem
            The server cannot be reached, refuses, or answers what cannot be read.
        """
        found: dict[int, Answer] = {}
        self.deliver(batch, found.__setitem__)
        return [found[i] for i in range(len(batch))]

    def deliver(self, batch: Sequence[Request], keep: Callable[[int, Answer], None]) -> None:
        """Hand over each answer with its place as soon as it is there; raises as `answer` does.

        Where one fails nothing more is sent, and what is under way is waited for and handed over:
        it is paid for.
        """
        asyncio.run(self._deliver(batch, keep))

    async def _deliver(self, batch: Sequence[Request], keep: Callable[[int, Answer], None]) -> None:
        gate = asyncio.Semaphore(self._options.concurrency)
        problems: list[ModelProblem] = []

        async with Server(self._address, self._options, self._spending) as server:

            async def ask(i: int) -> None:
                async with gate:
                    if problems:
                        return
                    try:
                        answer = await self._one(server, batch[i])
                    except ModelProblem as problem:
                        problems.append(problem)
                    else:
                        keep(i, answer)

            await self._dialect.learn(server, batch)
            try:
                async with asyncio.TaskGroup() as group:
                    for prefix, members in by_prefix(batch).items():
                        for i in members:
                            task = group.create_task(ask(i))
                            if prefix != self._last_prefix and len(members) > 1:
                                await task
                            self._last_prefix = prefix
            except ExceptionGroup as failed:
                raise failed.exceptions[0] from None
        if problems:
            raise problems[0]

    async def _one(self, server: Server, request: Request) -> Answer:
        match request:
            case Choice():
                return await self._choice(server, request)
            case Generate():
                return await self._generate(server, request)
            case Continuation() | Embed():
                raise ModelProblem(
                    f"{self._identity.name} was asked for {type(request).__name__.lower()}, which "
                    "needs log-probabilities of a prompt or vectors and is not supported on an "
                    "endpoint; use the model's weights (--model org/name) for it"
                )

    async def _choice(self, server: Server, request: Choice) -> Probabilities:
        labels = self._dialect.labels(request)
        if labels is not None:
            body = self._body(request, labels.lead_in)
            reply = await server.chat({**body, **ids_fields(labels.ids)})
            found = by_ids(listed(reply), labels.ids)
            if found is None:
                raise ModelProblem(
                    f"the endpoint {self._address.url} stopped giving log-probabilities by token "
                    "number in the middle of a run; use --model-args scores=top"
                )
            return found
        body = self._body(request, request.prompt.lead_in)
        entries = listed(await server.chat({**body, **top_fields(self._options.top_logprobs)}))
        if not entries:
            raise ModelProblem(
                f"the endpoint {self._address.url} gives no log-probabilities for "
                f"{self._address.model!r}, so choices cannot be scored; serve it with vLLM or "
                "SGLang, or run its weights"
            )
        texts = by_text(entries, request.labels)
        if texts.n_missing:
            unscored = math.isnan(texts.probabilities.p[0])
            self.n_unscored += unscored
            self.n_as_zero += not unscored
        return texts.probabilities

    async def _generate(self, server: Server, request: Generate) -> Text:
        params = request.params
        reply = await server.chat(
            {
                **self._body(request, request.prompt.lead_in),
                "max_tokens": params.max_new_tokens,
                "temperature": params.temperature,
                "top_p": params.top_p,
                "seed": request.seed,
            }
        )
        content = (reply.get("message") or {}).get("content") or ""
        cut = reply.get("finish_reason") == "length"
        return Text(text=str(content), finish="length" if cut else "stop")

    def _body(self, request: Choice | Generate, lead_in: str) -> dict[str, object]:
        return self._messages.body(
            request.prompt, lead_in=lead_in, continues=bool(self._dialect.continues)
        )


def by_prefix(batch: Sequence[Request]) -> dict[Prefix, list[int]]:
    """Positions by what their prompts begin with, in order of first appearance."""
    groups: dict[Prefix, list[int]] = {}
    for i, request in enumerate(batch):
        prefix = (request.content,) if isinstance(request, Embed) else request.prompt.prefix
        groups.setdefault(prefix, []).append(i)
    return groups
