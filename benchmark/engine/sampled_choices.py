"""Choices as written answers: each is asked several times, its letters are read and counted.

Sits between the scripts and what answers them, so that store, plan and bundles know texts only.
Knows requests and letters; no store and no model. Equal texts give equal shares.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from benchmark.engine.interview import ReplyOrError
from benchmark.engine.keys import request_document
from benchmark.engine.sampled import Sampled
from benchmark.errors import DataProblem, ModelProblem
from benchmark.jsonio import canonical
from benchmark.records import (
    Choice,
    Generate,
    GenerationParams,
    Probabilities,
    Prompt,
    Reply,
    Request,
    Text,
)
from benchmark.texts.letters import LABELS, chosen_label, readable

Ask = Callable[[Sequence[Request]], Sequence[ReplyOrError]]
AnyReply = TypeVar("AnyReply", Reply, ReplyOrError)


def asking(
    ask: Callable[[Sequence[Request]], Sequence[AnyReply]], way: Sampled | None, *, seed: int
) -> Callable[[Sequence[Request]], Sequence[AnyReply]]:
    """``ask``, with choices asked as written answers; None changes nothing."""
    if way is None:
        return ask

    def asked(requests: Sequence[Request]) -> list[AnyReply]:
        replies = iter(ask(expanded(requests, way, seed=seed)))
        return [_reply(request, replies, way) for request in requests]

    return asked


def expanded(requests: Sequence[Request], way: Sampled | None, *, seed: int) -> list[Request]:
    """The requests with each choice as its written answers, in their order."""
    if way is None:
        return list(requests)
    return [part for request in requests for part in _parts(request, way, seed)]


def shares(texts: Sequence[str], labels: Sequence[str]) -> Probabilities:
    """How often each label was chosen among the texts that choose one.

    ``option_mass`` is the share of texts that do; with none of them every share is NaN.

    >>> shares(["(A)", "Answer: B", "A", "I cannot say"], "AB")
    Probabilities(p=(0.6666666666666666, 0.3333333333333333), option_mass=0.75)
    >>> shares(["Answer: B"], "BA").p
    (1.0, 0.0)
    """
    counts = Counter(place_of(text, labels) for text in texts)
    counts.pop(None, None)
    n = counts.total()
    p = tuple(counts[place] / n if n else math.nan for place in range(len(labels)))
    return Probabilities(p=p, option_mass=n / len(texts))


def place_of(text: str, labels: Sequence[str]) -> int | None:
    """The place among the labels as shown of the one that a text chooses; None for no one.

    The letters need not be in the alphabet's order.
    """
    found = chosen_label(text, sorted(labels))
    return None if found is None else list(labels).index(sorted(labels)[found])


def _parts(request: Request, way: Sampled, seed: int) -> Sequence[Request]:
    if not isinstance(request, Choice):
        return [request]
    prompt = _in_the_users_turn(request)
    params = GenerationParams(max_new_tokens=way.tokens, temperature=way.temperature)
    asked = canonical(request_document(request))
    return [
        Generate(
            prompt=prompt,
            params=params,
            seed=_seed(asked, seed, k),
            subject=request.subject,
            labels=request.labels,
        )
        for k in range(way.answers)
    ]


def _in_the_users_turn(request: Choice) -> Prompt:
    """The prompt with a line that asks for a letter, and without a lead-in.

    A lead-in would be inside the thinking if a template has opened it.
    """
    prompt = request.prompt
    if not prompt.letter:
        raise DataProblem(
            f"{request.subject.item_id!r} cannot be answered in writing: its prompt file "
            f'has no line that asks for a letter in its language; add letter = "… {LABELS} …" '
            "next to language"
        )
    line = prompt.letter.replace(LABELS, ", ".join(request.labels))
    suffix = prompt.suffix
    between = "\n" if suffix and not suffix.endswith("\n") else ""
    return Prompt(prefix=prompt.prefix, suffix=f"{suffix}{between}{line}")


def _seed(asked: str, seed: int, k: int) -> int:
    """The seed of the k-th answer; the first four of eight are those of four."""
    return int(hashlib.sha256(f"{asked}/{seed}/{k}".encode()).hexdigest()[:8], 16) >> 1


def _reply(request: Request, replies: Iterator[AnyReply], way: Sampled) -> AnyReply:
    if not isinstance(request, Choice):
        return next(replies)
    parts = [next(replies) for _ in range(way.answers)]
    own = [part for part in parts if isinstance(part, Reply)]
    for part in parts:
        if not isinstance(part, Reply):
            return part  # without one of the texts the shares would differ
    texts = [_text(reply) for reply in own]
    keys = tuple(reply.key for reply in own)
    return Reply(key=keys[0], answer=shares(texts, request.labels), parts=keys)


def _text(reply: Reply) -> str:
    if not isinstance(reply.answer, Text):
        kind = type(reply.answer).__name__
        raise ModelProblem(f"the model answered a request for text with {kind}")
    return readable(reply.answer)
