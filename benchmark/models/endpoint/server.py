"""One server: requests with retries, and one sentence for each thing that can go wrong.

Knows the OpenAI API's transport; nothing of prompts, labels or scores. The key is read from the
environment when a connection is opened and appears in no message.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping
from typing import Any, Self

from benchmark.errors import BudgetSpent, ModelProblem, RequestProblem, unknown
from benchmark.models.endpoint.address import KEYS, Address
from benchmark.models.endpoint.options import EndpointOptions
from benchmark.models.endpoint.spending import Spending, most_tokens, used_tokens

VARIABLES = ("CULTURE_API_KEY", "OPENAI_API_KEY")
NO_KEY = "none"  # the client insists on one; servers that need none do not look at it
COMPLETIONS = "/chat/completions"
NO_SUCH_THING = (501, 505)
SHOWN = 300  # characters of a server's own message


class Unavailable(ModelProblem):
    """No meaningful answer: too busy, broken, out of reach or too slow."""


class Refused(RequestProblem):
    """The server understood and said no: a field or value that it does not take.

    ``text`` is its whole message, with the name of the field if that is given separately.
    """

    def __init__(self, message: str, text: str = "") -> None:
        super().__init__(message)
        self.text = text


class Server:
    """An open connection pool; use as an asynchronous context."""

    def __init__(
        self, address: Address, options: EndpointOptions, spending: Spending | None = None
    ) -> None:
        self._address = address
        self._options = options
        self._spending = spending or Spending()
        self._room = asyncio.Condition()  # notified when a request has ended
        self._key = next(filter(None, map(os.environ.get, VARIABLES)), None)
        self._openai = client_module()
        self._client = self._openai.AsyncOpenAI(
            base_url=address.url,
            api_key=self._key or NO_KEY,
            max_retries=options.retries,
            timeout=options.timeout,
            http_client=self._openai.DefaultAsyncHttpxClient(
                event_hooks={"request": [self._count_repeated]}
            ),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self._client.close()

    async def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """A JSON object; within the budget where it is a completion."""
        return await (self._paid(body) if path == COMPLETIONS else self._sent(path, body))

    async def _paid(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """A completion within the budget: waits while requests under way hold too much of it."""
        spending = self._spending
        most = most_tokens(body, spending.most_prompt_tokens)
        async with self._room:
            await self._room.wait_for(lambda: spending.fits(most) or not spending.n_under_way)
            spending.begin(most)
        reply: dict[str, Any] | None = None
        try:
            reply = await self._sent(COMPLETIONS, body)
        finally:
            spending.end(most, used_tokens(reply or {}), answered=reply is not None)
            async with self._room:
                self._room.notify_all()
        return reply

    async def _count_repeated(self, request: Any) -> None:  # noqa: ANN401 - the client's own
        """Called before every request that is sent, the client's retries included."""
        repeated = request.headers.get("x-stainless-retry-count", "0") != "0"
        if repeated and request.url.path.endswith(COMPLETIONS):
            self._spending.count_retry()

    async def _sent(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """A JSON object; unreadable bodies, which the client does not retry, are retried here."""
        for attempt in range(self._options.retries + 1):
            if attempt:
                await asyncio.sleep(min(0.5 * 2 ** (attempt - 1), 8.0))
                if path == COMPLETIONS:
                    self._spending.count_retry()
            try:
                reply = await self._client.post(
                    path, cast_to=object, body={"model": self._address.model, **body}
                )
            except (json.JSONDecodeError, UnicodeDecodeError):
                continue
            except self._openai.APIError as error:
                if isinstance(error.__cause__, BudgetSpent):
                    raise error.__cause__ from None
                # The exception holds the request with its key and the server's whole answer.
                raise await self._problem(error) from None
            if isinstance(reply, dict):
                return reply
        raise self.malformed("no readable JSON")

    # --- what went wrong ----------------------------------------------------------------------

    async def _problem(self, error: Any) -> ModelProblem | Refused:  # noqa: ANN401 - openai is imported late
        url, tries = self._address.url, self._options.retries + 1
        status = getattr(error, "status_code", None)
        if isinstance(error, self._openai.APITimeoutError):
            return Unavailable(
                f"the endpoint {url} gave no answer within {self._options.timeout} s ({tries} "
                "tries); lower --model-args concurrency or raise timeout"
            )
        if status is None:
            cause = type(error.__cause__ or error).__name__
            return Unavailable(
                f"the endpoint {url} cannot be reached or drops the connection ({cause}, {tries} "
                "tries); check the URL and that the server is running"
            )
        if status in (401, 403):
            sent = "the key that was sent is not accepted" if self._key else "no key was sent"
            return ModelProblem(f"the endpoint {url} denies access ({status}): {sent}; set {KEYS}")
        if status == 404:
            return await self._not_found()
        if status == 429 or (status >= 500 and status not in NO_SUCH_THING):
            return Unavailable(
                f"the endpoint {url} still answers {status} after {tries} tries "
                f"({self._message(error)}); lower --model-args concurrency or look at its log"
            )
        text, param = self._message(error, shown=None), getattr(error, "param", None)
        return Refused(
            f"the endpoint {url} refuses the request ({status}): {text[:SHOWN]}",
            f"{text} {param or ''}",
        )

    async def _not_found(self) -> ModelProblem | Refused:
        """An unknown model and a wrong path look alike; the list of models tells them apart."""
        url, model = self._address.url, self._address.model
        try:
            reply = await self._client.get("/models", cast_to=object)
        except (self._openai.APIError, json.JSONDecodeError):
            reply = None
        rows = reply.get("data") if isinstance(reply, dict) else None
        served = [str(row["id"]) for row in rows or [] if isinstance(row, dict) and "id" in row]
        if not served:
            return Refused(
                f"the endpoint {url} has no such path or model {model!r} (404) and lists no "
                "models; the URL usually ends in /v1"
            )
        if model in served:
            return Refused(f"the endpoint {url} serves {model!r} but not this request (404)")
        return ModelProblem(unknown("model", model, served, source=f"endpoint {url}"))

    def malformed(self, what: str) -> ModelProblem:
        return ModelProblem(
            f"the endpoint {self._address.url} answers with {what} "
            f"({self._options.retries + 1} tries); is this an OpenAI-compatible API?"
        )

    def _message(self, error: Any, shown: int | None = SHOWN) -> str:  # noqa: ANN401
        """The server's own words, without the key that some repeat."""
        body = error.body if isinstance(error.body, dict) else {}
        text = str(body.get("message") or body.get("detail") or error.message)
        return " ".join((text.replace(self._key, "***") if self._key else text).split())[:shown]


def client_module() -> Any:  # noqa: ANN401
    """The openai package, or how to get it."""
    try:
        import openai
    except ImportError as error:
        raise ModelProblem(
            f"asking an endpoint needs the openai client ({error}); install it with "
            "pip install 'pytest-culture[endpoint]'"
        ) from error
    return openai
