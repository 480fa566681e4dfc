"""The content address of a request: what may change an answer is in it, nothing else.

Knows no store and no model, and needs neither torch nor transformers. Left out on purpose:
the token budget and the worker (batching moves an answer by rounding only; the noise floor
bounds it), the thread count (recorded in the run's provenance, likewise), the clock, and the
name the user typed (an alias and its Hub id are one model).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, assert_never

from benchmark.engine.sampled import answering
from benchmark.jsonio import Json, canonical, digest
from benchmark.records import (
    Choice,
    Continuation,
    Embed,
    Generate,
    ImageRef,
    ModelIdentity,
    Prompt,
    Request,
    Subject,
)

# Which rendering of prompts each schema of keys means; the first did not say. Add a schema when any
# prompt is rendered differently for a model: the key holds the prompt as the suite wrote it, and an
# answer to yesterday's rendering does not answer today's. Old bundles are found by their own.
RENDERINGS: dict[int, int | None] = {1: None, 2: 2}
KEY_SCHEMA = max(RENDERINGS)


def identity_document(identity: ModelIdentity) -> dict[str, Json]:
    """All fields of an identity that can change an answer: every one but the name."""
    return {key: part for key, part in named_document(identity).items() if key != "name"}


def named_document(identity: ModelIdentity) -> dict[str, Json]:
    """A whole identity as plain JSON values."""
    return asdict(identity) | {"model_args": [list(pair) for pair in identity.model_args]}


def identity_of(document: Mapping[str, Any]) -> ModelIdentity:
    """The identity that `named_document` gave."""
    pairs = tuple((key, value) for key, value in document["model_args"])
    return ModelIdentity(**{**document, "model_args": pairs})


class Keys:
    """Keys of requests to one model, and to encoders by their names.

    An encoder's vector depends on the encoder alone, so it serves every model's run. ``schema`` is
    that of a bundle whose answers were stored under the keys of a former version.
    """

    def __init__(
        self,
        identity: ModelIdentity,
        encoders: Mapping[str, ModelIdentity] | None = None,
        *,
        schema: int = KEY_SCHEMA,
    ) -> None:
        if schema not in RENDERINGS:
            raise ValueError(f"keys have schemas 1 to {KEY_SCHEMA}, not {schema}")
        self._head: dict[str, Json] = {"schema": schema}
        if RENDERINGS[schema] is not None:
            self._head["rendering"] = RENDERINGS[schema]
        identity = answering(identity)  # however many texts a choice is made of
        self.context = digest(identity_document(identity))
        self._reads_subject = identity.reads_subject
        documents = {name: identity_document(one) for name, one in (encoders or {}).items()}
        self._encoders = {name: digest(document) for name, document in documents.items()}
        self._texts = {
            self.context: canonical(identity_document(identity)),
            **{self._encoders[name]: canonical(one) for name, one in documents.items()},
        }

    def __call__(self, request: Request) -> str:
        """64 hex digits; equal for requests that must have equal answers."""
        context = self.context_of(request)
        document = {**self._head, "context": context, "ask": request_document(request)}
        if self._reads_subject and context == self.context:
            document["subject"] = _subject(request.subject)
        # As `jsonio.canonical`, without its walk for other types: all of these are plain.
        text = json.dumps(
            document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
        )
        return hashlib.sha256(text.encode()).hexdigest()

    def context_of(self, request: Request) -> str:
        """The digest of what answers a request: a known encoder, or the model."""
        if isinstance(request, Embed):
            return self._encoders.get(encoder_of(request), self.context)
        return self.context

    def identity_text(self, context: str) -> str:
        """The identity behind a digest, as text."""
        return self._texts[context]


def encoder_of(request: Embed) -> str:
    """The encoder's name, without its rule of chunking."""
    return request.encoder.rpartition("|")[0]


def request_document(request: Request) -> dict[str, Json]:
    """What a request asks, pictures by the digest of their pixels."""
    match request:
        case Choice():
            return {"choice": _prompt(request.prompt), "labels": list(request.labels)}
        case Continuation():
            return {"continuation": _prompt(request.prompt), "texts": list(request.texts)}
        case Generate():
            params = request.params
            return {
                "generate": _prompt(request.prompt),
                "max_new_tokens": params.max_new_tokens,
                "temperature": params.temperature,
                "top_p": params.top_p,
                "seed": request.seed,
            }
        case Embed():
            return {"embed": _part(request.content), "encoder": request.encoder}
        case _:
            assert_never(request)


def _subject(subject: Subject) -> list[Json]:
    plain: list[Json] = [subject.country, subject.item_id]
    if subject.order or subject.truth is not None:
        plain += [list(subject.order), subject.truth]
    return plain


def _prompt(prompt: Prompt) -> list[Json]:
    return [[_part(part) for part in prompt.prefix], prompt.suffix, prompt.lead_in]


def _part(part: str | ImageRef) -> Json:
    return {"pixels": part.digest} if isinstance(part, ImageRef) else part
