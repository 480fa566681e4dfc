"""A model that knows nothing: it answers every task from a hash of what is asked.

Its answers are arbitrary but always the same for the same question, on every machine; tests run on
it. It knows no survey and does not look at a request's subject.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

import numpy as np

from benchmark import jsonio
from benchmark.models.rules.reference import drawn_letter
from benchmark.records import (
    Answer,
    Choice,
    Continuation,
    Embed,
    Generate,
    ImageRef,
    LogLikelihoods,
    ModelIdentity,
    Probabilities,
    Prompt,
    Request,
    Task,
    Text,
    Vector,
)

WORDS = (
    *("a", "and", "bread", "child", "day", "door", "evening", "field", "fire", "friend", "garden"),
    *("hand", "hill", "home", "light", "long", "market", "mother", "night", "old", "quiet", "rain"),
    *("river", "road", "sang", "small", "song", "star", "table", "the", "tree", "walked", "water"),
)
DIM = 32


class RandomAnswers:
    """Answers that depend on the request's content alone."""

    supports = frozenset(Task)

    def __init__(self, identity: ModelIdentity) -> None:
        self.identity = identity

    def answer(self, batch: Sequence[Request]) -> list[Answer]:
        return [_answer(request) for request in batch]


def _answer(request: Request) -> Answer:
    match request:
        case Choice():
            rng = _rng("choice", _prompt(request.prompt), list(request.labels))
            return Probabilities(p=_shares(rng, request), option_mass=1.0)
        case Continuation():
            rng = _rng("continuation", _prompt(request.prompt), list(request.texts))
            counts = [max(1, len(text.split())) for text in request.texts]
            total = [float(-rng.exponential(3.0, size=n).sum()) for n in counts]
            return LogLikelihoods(total=tuple(total), n_tokens=tuple(counts))
        case Generate():
            if request.labels:
                rng = _rng("choice", _prompt(request.prompt), list(request.labels))
                return Text(text=drawn_letter(_shares(rng, request), request), finish="stop")
            params = request.params
            settings = [params.max_new_tokens, params.temperature, params.top_p, request.seed]
            rng = _rng("generate", _prompt(request.prompt), settings)
            return _text(rng, params.max_new_tokens)
        case Embed():
            rng = _rng("embed", _part(request.content), request.encoder)
            values = rng.standard_normal(DIM).astype(np.float32)
            return Vector(values=tuple(float(value) for value in values))
        case _:
            assert_never(request)


def _shares(rng: np.random.Generator, request: Choice | Generate) -> tuple[float, ...]:
    """The labels' shares, the same each time that one of them is to be written."""
    return tuple(rng.dirichlet(np.ones(len(request.labels))).tolist())


def _text(rng: np.random.Generator, limit: int) -> Text:
    wanted = int(rng.integers(8, 40))
    words = rng.choice(WORDS, size=min(wanted, limit))
    return Text(text=" ".join(words.tolist()), finish="stop" if wanted <= limit else "length")


def _rng(*content: object) -> np.random.Generator:
    return np.random.default_rng(int(jsonio.digest(list(content))[:16], 16))


def _prompt(prompt: Prompt) -> list[object]:
    return [[_part(part) for part in prompt.prefix], prompt.suffix, prompt.lead_in]


def _part(part: str | ImageRef) -> list[str]:
    return ["image", part.digest] if isinstance(part, ImageRef) else ["text", part]
