"""``--model-args`` of an endpoint; which of them can change an answer is said here.

Knows no network and no request.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, get_args

from benchmark.errors import UsageProblem, unknown
from benchmark.option_values import count, one_of

Scores = Literal["auto", "ids", "top"]
LeadIn = Literal["auto", "continue", "user"]
SOURCE = "--model-args of an endpoint"
READ: Mapping[str, Callable[[str, str], Any]] = {
    "scores": partial(one_of, known=get_args(Scores)),
    "lead_in": partial(one_of, known=get_args(LeadIn)),
    "top_logprobs": count,
    "concurrency": count,
    "retries": partial(count, least=0),
    "timeout": count,
}


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
    for name in pairs:
        if name not in READ:
            raise UsageProblem(unknown("argument", name, READ, source=SOURCE))
    values = {
        name: read(pairs[name], f"{SOURCE}: {name}") for name, read in READ.items() if name in pairs
    }
    return EndpointOptions(**values)
