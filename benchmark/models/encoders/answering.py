"""The encoders of a run, which answer its `Embed` requests instead of the model under test.

Knows the protocols; no framework. The name of an encoder with its rule of chunking is
``ENCODER|RULE``, as `benchmark.analyses.stories.vectors` reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from benchmark.errors import ModelProblem, unknown
from benchmark.models.encoders.protocol import Encoder, Vectors, encode_long
from benchmark.records import Answer, Embed, ModelIdentity, Request, Vector


class Encoders:
    """Each is opened when first asked for a vector, and stays open."""

    def __init__(
        self, identities: Mapping[str, ModelIdentity], open_one: Callable[[ModelIdentity], Encoder]
    ) -> None:
        self.identities = identities
        self._open_one = open_one
        self._opened: dict[str, Encoder] = {}

    def answer(self, batch: Sequence[Request]) -> Sequence[Answer]:
        """Vectors in the order asked; those of several pieces are concatenated."""
        return [_vector(self._embedded(request)) for request in batch]

    def _embedded(self, request: Request) -> Vectors:
        if not isinstance(request, Embed):
            raise ModelProblem(f"encoders do not answer {type(request).__name__}; ask the model")
        name, _, rule = request.encoder.rpartition("|")
        encoder = self._encoder(name, request.encoder)
        if isinstance(request.content, str):
            return encode_long(encoder, [request.content], rule)[0]
        return encoder.encode_images([request.content])

    def _encoder(self, name: str, spec: str) -> Encoder:
        if name not in self.identities:
            raise ModelProblem(
                unknown("encoder", name, self.identities, source=f"a request for {spec!r}")
            )
        if name not in self._opened:
            self._opened[name] = self._open_one(self.identities[name])
        return self._opened[name]


def _vector(rows: Vectors) -> Vector:
    return Vector(values=tuple(np.asarray(rows, dtype=np.float32).ravel().astype(float).tolist()))
