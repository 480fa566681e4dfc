"""The encoders in a run's configuration: who made its vectors, to the last version.

Knows configurations; no vector and no suite.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from benchmark.engine.keys import identity_document
from benchmark.records import ModelIdentity

if TYPE_CHECKING:
    from benchmark.jsonio import Json
    from benchmark.runs.run import Run

KEY = "encoder_models"


def encoders_document(encoders: Mapping[str, ModelIdentity]) -> dict[str, Json]:
    """What a configuration says of its encoders; nothing where there are none."""
    if not encoders:
        return {}
    return {KEY: {name: identity_document(encoders[name]) for name in sorted(encoders)}}


def encoders_of(run: Run) -> dict[str, ModelIdentity]:
    """The encoders of a run by name; empty for one that had none."""
    documents = cast("Mapping[str, Mapping[str, Any]]", run.config.get(KEY, {}))
    return {
        name: ModelIdentity(
            name=name,
            **{**document, "model_args": tuple((k, v) for k, v in document["model_args"])},
        )
        for name, document in documents.items()
    }
