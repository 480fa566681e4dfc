"""``--model-args`` of an endpoint; which of them can change an answer is said here.

Knows no network and no request.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Literal, TypeVar, get_args

from benchmark.errors import UsageProblem, unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

Scores = Literal["auto", "ids", "top"]
LeadIn = Literal["auto", "continue", "user"]
SOURCE = "--model-args of an endpoint"
T = TypeVar("T", bound=str)


@dataclass(frozen=True, kw_only=True, slots=True)
class EndpointOptions:
    """How a server is asked.

    ``scores`` says where labels' probabilities come from: ``ids`` names the tokens
    (``logprob_token_ids``), ``top`` looks for them among the ``top_logprobs`` likeliest.
    ``lead_in`` is the start of the model's turn (``continue``) or closes the user's (``user``).
    ``auto`` asks the server once a run. The other three cannot change an answer.
    """

    scores: Scores = "auto"
    lead_in: LeadIn = "auto"
    top_logprobs: int = 20
    concurrency: int = 16
    retries: int = 5
    timeout: int = 120  # seconds, of one try

    def in_key(self) -> tuple[tuple[str, str], ...]:
        """The options that change answers, for the model's identity."""
        return (
            ("lead_in", self.lead_in),
            ("scores", self.scores),
            ("top_logprobs", str(self.top_logprobs)),
        )


def endpoint_options(pairs: Mapping[str, str]) -> EndpointOptions:
    """The options with these values.

    >>> endpoint_options({"concurrency": "4"}).concurrency
    4
    """
    known = [field.name for field in fields(EndpointOptions)]
    for name in pairs:
        if name not in known:
            raise UsageProblem(unknown("argument", name, known, source=SOURCE))
    found = EndpointOptions()
    return EndpointOptions(
        scores=_one_of("scores", pairs, get_args(Scores)),
        lead_in=_one_of("lead_in", pairs, get_args(LeadIn)),
        top_logprobs=_count("top_logprobs", pairs, found.top_logprobs, least=1),
        concurrency=_count("concurrency", pairs, found.concurrency, least=1),
        retries=_count("retries", pairs, found.retries, least=0),
        timeout=_count("timeout", pairs, found.timeout, least=1),
    )


def _one_of(name: str, pairs: Mapping[str, str], known: tuple[T, ...]) -> T:
    wanted = pairs.get(name, known[0])
    for value in known:
        if value == wanted:
            return value
    raise UsageProblem(f"{SOURCE}: {name}={wanted} is none of {', '.join(known)}")


def _count(name: str, pairs: Mapping[str, str], default: int, *, least: int) -> int:
    text = pairs.get(name, str(default))
    if not text.isdecimal() or int(text) < least:
        raise UsageProblem(f"{SOURCE}: {name}={text} is not a whole number of at least {least}")
    return int(text)
