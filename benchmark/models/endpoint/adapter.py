"""A model behind a server: choices and text through chat completions, many at a time.

Knows no suite and no store. Requests that share a prefix are sent one after another, the first of
them ahead of the rest, so that the server finds the prefix in its cache.
"""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import cast

from benchmark.errors import ModelProblem, RequestProblem, RunProblem
from benchmark.jsonio import Json
from benchmark.models.endpoint import replies
from benchmark.models.endpoint.address import Address
from benchmark.models.endpoint.api import Api
from benchmark.models.endpoint.commands import Commands
from benchmark.models.endpoint.dialect import Dialect, ids_fields, top_fields
from benchmark.models.endpoint.fields import Fields
from benchmark.models.endpoint.messages import Messages
from benchmark.models.endpoint.options import EndpointOptions
from benchmark.models.endpoint.reading import COUNTS, Result, read_ids, read_top
from benchmark.models.endpoint.server import client_module
from benchmark.models.endpoint.spending import Spending
from benchmark.models.template_arguments import OPTION, template_arguments
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

BACKEND = "endpoint 2"  # raise when a change in asking changes an answer
BATCH = 64  # requests a commit of the store
SUPPORTS = frozenset({Task.CHOICE, Task.GENERATE})

Prefix = tuple[str | ImageRef, ...]
Keep = Callable[[int, Answer | RequestProblem], None]


class EndpointModel:
    """Asks one server; `describe` says how, and what could not be found out."""

    supports = SUPPORTS

    def __init__(
        self,
        identity: ModelIdentity,
        address: Address,
        options: EndpointOptions,
        spending: Spending | None = None,
    ) -> None:
        client_module()  # fails at once if it is missing
        self.identity = identity
        self._address = address
        self._options = options
        self._fields = Fields(template_arguments(identity.model_args))
        self._spending = spending or Spending()
        self._dialect = Dialect(options)
        self._messages = Messages()
        self._last_prefix: Prefix | None = None
        self._commands = Commands()
        self._counts: Counter[str] = Counter()
        self._unscored: Counter[str] = Counter()

    def describe(self) -> Mapping[str, Json]:
        """How the server was asked, and how many answers have faults."""
        dialect, fields = self._dialect, self._fields
        missing = sorted({opening.missing for opening in dialect.openings.values()} - {""})
        return {
            **asdict(self._options),
            "lead_in": {True: "continue", False: "user", None: "not asked"}[dialect.continues],
            "scores": {True: "ids", False: "top", None: "not asked"}[dialect.by_ids],
            "add_special_tokens": fields.special_tokens,
            "template_arguments": cast("dict[str, Json]", dict(fields.template)),
            "fields_not_taken": [*fields.not_taken],
            **({"missing_before_lead_in": [*missing]} if missing else {}),
            "counts": {
                **{name: self._counts[name] for name in COUNTS},
                **{
                    f"unscored for {token!r} in the words, which is a command to this model": n
                    for token, n in sorted(self._unscored.items())
                },
                **self._spending.counts(),
            },
        }

    def answer(self, batch: Sequence[Request]) -> list[Answer]:
        """Answers in the order asked.

        Raises
        ------
        ModelProblem
            The server cannot be reached, refuses, or sends what cannot be read.
        """
        found: dict[int, Answer | RequestProblem] = {}
        self.deliver(batch, found.__setitem__)
        answers = [found[i] for i in range(len(batch))]
        for given in answers:
            if isinstance(given, RequestProblem):
                raise given
        return [given for given in answers if not isinstance(given, RequestProblem)]

    def deliver(self, batch: Sequence[Request], keep: Keep) -> None:
        """Pass on each answer, or why there is none, with its place as soon as it arrives.

        If the server fails, nothing more is sent; what is under way is awaited and passed on, since
        it is paid for. Then it raises as `answer` does.
        """
        asyncio.run(self._deliver(batch, keep))

    async def _deliver(self, batch: Sequence[Request], keep: Keep) -> None:
        async with Api(self._address, self._options, self._fields, self._spending) as api:
            try:
                await self._learn(api, batch)
                problems = await self._send(api, batch, keep)
            except ExceptionGroup as failed:
                raise failed.exceptions[0] from None
            except replies.Unreadable as shape:
                raise self._sentence(shape) from None
        if problems:
            raise self._sentence(problems[0])

    async def _send(self, api: Api, batch: Sequence[Request], keep: Keep) -> list[Exception]:
        """Prefix by prefix, the first of each ahead of the rest; returns server failures."""
        gate = asyncio.Semaphore(self._options.concurrency)
        problems: list[Exception] = []

        async def ask(i: int) -> None:
            async with gate:
                if problems:
                    return
                try:
                    keep(i, await self._answer_or_why(api, batch[i]))
                except (RunProblem, replies.Unreadable) as problem:
                    problems.append(problem)  # the others are paid for: await them

        async with asyncio.TaskGroup() as group:
            for prefix, members in by_prefix(batch).items():
                for i in members:
                    task = group.create_task(ask(i))
                    if prefix != self._last_prefix and len(members) > 1:
                        await task
                    self._last_prefix = prefix
        return problems

    async def _answer_or_why(self, api: Api, request: Request) -> Answer | RequestProblem:
        try:
            return await self._one(api, request)
        except RequestProblem as problem:
            return problem

    async def _learn(self, api: Api, batch: Sequence[Request]) -> None:
        await self._dialect.learn(api, batch)
        await self._commands.learn(api, batch, tokenizes=bool(self._dialect.tokenizes))

    def _obeyed(self, request: Generate) -> str:
        commands = self._commands(request)
        if not commands:
            return ""
        return (
            f"the words of a prompt for {request.subject.item_id!r} hold {', '.join(commands)}, "
            f"which {self.identity.name} would obey instead of reading; reword it"
        )

    def _sentence(self, problem: Exception) -> Exception:
        """One sentence for what the protocol does not know; other problems as they are."""
        if not isinstance(problem, replies.Unreadable):
            return problem
        return ModelProblem(
            f"the endpoint {self._address.url} answers with {problem}; is this an "
            "OpenAI-compatible API?"
        )

    async def _one(self, api: Api, request: Request) -> Answer:
        match request:
            case Choice():
                return await self._choice(api, request)
            case Generate():
                return await self._generate(api, request)
            case Continuation() | Embed():
                raise ModelProblem(
                    f"{self.identity.name} was asked for {type(request).__name__.lower()}, which "
                    "needs log-probabilities of a prompt or vectors and is not supported on an "
                    "endpoint; use the model's weights (--model org/name) for it"
                )

    async def _choice(self, api: Api, request: Choice) -> Probabilities:
        if commands := self._commands(request):
            self._unscored.update(commands)
            return Probabilities(p=(math.nan,) * len(request.labels), option_mass=math.nan)
        lead_in = request.prompt.lead_in
        if tag := self._dialect.opening(lead_in).thinks:
            raise self._thinks(f"opens {tag} before the answer")
        labels = self._dialect.labels(request)
        if labels is not None:
            body = self._body(request, labels.lead_in)
            found = read_ids(await api.chat({**body, **ids_fields(labels.ids)}), labels.ids)
            if found is None:
                raise ModelProblem(
                    f"the endpoint {self._address.url} stopped giving log-probabilities by token "
                    "number during a run; use --model-args scores=top"
                )
            return self._counted(found)
        body = self._body(request, lead_in)
        reply = await api.chat({**body, **top_fields(self._options.top_logprobs)})
        if replies.thoughts(reply):
            raise self._thinks("lets the model think before it answers")
        found = read_top(reply, request.labels, lead_in)
        if found is None:
            raise ModelProblem(
                f"the endpoint {self._address.url} gives no log-probabilities for "
                f"{self._address.model!r}, so choices cannot be scored; serve it with vLLM or "
                "SGLang, or run its weights"
            )
        return self._counted(found)

    def _counted(self, read: Result) -> Probabilities:
        self._counts.update(read.counts)
        return read.probabilities

    def _thinks(self, how: str) -> ModelProblem:
        return ModelProblem(
            f"the endpoint {self._address.url} {how}, so options would be scored inside the "
            f"model's thinking; switch thinking off if the template can ({OPTION}), or ask "
            "for written answers with --scoring 'sampled 10'"
        )

    async def _generate(self, api: Api, request: Generate) -> Text:
        if reason := self._obeyed(request):
            raise RequestProblem(reason)
        params, lead_in = request.params, request.prompt.lead_in
        tag = self._dialect.opening(lead_in).thinks
        if tag and lead_in and self._dialect.continues:
            raise self._thinks(f"opens {tag} before {lead_in!r}")
        reply = await api.chat(
            {
                **self._body(request, lead_in),
                "max_tokens": params.max_new_tokens,
                "temperature": params.temperature,
                "top_p": params.top_p,
                "seed": request.seed,
            }
        )
        return replies.text(reply, opened=bool(tag))

    def _body(self, request: Choice | Generate, lead_in: str) -> dict[str, object]:
        return self._messages.body(
            request.prompt,
            lead_in=lead_in,
            continues=bool(self._dialect.continues),
            before=self._dialect.opening(request.prompt.lead_in).before,
        )


def by_prefix(batch: Sequence[Request]) -> dict[Prefix, list[int]]:
    """Positions of requests by their prompts' prefix, in order of first appearance."""
    groups: dict[Prefix, list[int]] = {}
    for i, request in enumerate(batch):
        prefix = (request.content,) if isinstance(request, Embed) else request.prompt.prefix
        groups.setdefault(prefix, []).append(i)
    return groups
