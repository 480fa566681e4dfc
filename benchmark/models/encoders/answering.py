"""A model with encoders beside it: answers `Embed` requests by them and all others itself.

Knows the protocols; no framework. The name of an encoder with its rule of chunking is
``ENCODER|RULE``, as `benchmark.analyses.story_vectors` reads it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from benchmark.errors import ModelProblem, unknown
from benchmark.models.encoders.protocol import encode_long
from benchmark.records import Embed, Task, Vector

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from benchmark.models.encoders.protocol import Encoder, Vectors
    from benchmark.records import Answer, Model, ModelIdentity, Request


class WithEncoders:
    """Delegates to the model; its identity is the model's, an encoder's is in the request."""

    def __init__(self, model: Model, encoders: Mapping[str, Encoder]) -> None:
        self._model = model
        self._encoders = encoders

    @property
    def identity(self) -> ModelIdentity:
        return self._model.identity

    @property
    def supports(self) -> frozenset[Task]:
        return self._model.supports | {Task.EMBED}

    def answer(self, batch: Sequence[Request]) -> Sequence[Answer]:
        """Answers in the order asked; pieces of all texts of one encoder are encoded together."""
        found: dict[int, Answer] = {}
        others = [i for i, request in enumerate(batch) if not isinstance(request, Embed)]
        if others:
            asked = self._model.answer([batch[i] for i in others])
            found.update(zip(others, asked, strict=True))
        by_encoder: dict[str, list[tuple[int, Embed]]] = {}
        for i, request in enumerate(batch):
            if isinstance(request, Embed):
                by_encoder.setdefault(request.encoder, []).append((i, request))
        for spec, members in by_encoder.items():
            rows = self._embedded(spec, [request for _, request in members])
            found.update(zip((i for i, _ in members), map(_vector, rows), strict=True))
        return [found[i] for i in range(len(batch))]

    def _embedded(self, spec: str, requests: Sequence[Embed]) -> list[Vectors]:
        name, _, rule = spec.rpartition("|")
        if name not in self._encoders:
            raise ModelProblem(
                unknown("encoder", name, self._encoders, source=f"a request for {spec!r}")
            )
        encoder = self._encoders[name]
        texts = [r.content for r in requests if isinstance(r.content, str)]
        images = [r.content for r in requests if not isinstance(r.content, str)]
        of_texts = iter(encode_long(encoder, texts, rule) if texts else [])
        of_images: Iterator[Vectors] = iter(
            encoder.encode_images(images)[:, None] if images else []
        )
        return [next(of_texts if isinstance(r.content, str) else of_images) for r in requests]


def _vector(rows: Vectors) -> Vector:
    return Vector(values=tuple(np.asarray(rows, dtype=np.float32).ravel().astype(float).tolist()))
