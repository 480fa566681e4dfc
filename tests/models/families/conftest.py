"""Each family's tiny model: written once, loaded twice, behind shared prefixes and in full."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmark.models import registry
from benchmark.models.weights.transformers import TransformersModel
from benchmark.records import Choice
from tests.models.asking import options
from tests.models.families.builders import BUILDERS
from tests.models.families.newer import NEWER
from tests.models.families.parts import write
from tests.models.families.questions import TALL, WIDE, about


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """The same weights scored in the two ways, in float32; ``gain`` is how they were sharpened."""

    name: str
    shared: TransformersModel
    full: TransformersModel
    folder: Path
    gain: float

    def again(self, **more: object) -> TransformersModel:
        """The same weights opened with other options."""
        model = opened(self.folder, self.folder.parent, **more)
        _scale(model, self.gain)
        return model


def opened(folder: Path, cache: Path, **more: object) -> TransformersModel:
    """The model of a folder, as a run opens it."""
    spec, asked = registry.resolve(str(folder)), options(cache, **more)
    identity = registry.identify(spec, asked, survey=None)
    model = registry.load(spec, identity, asked, survey=None)
    assert isinstance(model, TransformersModel)
    return model


EVERY = BUILDERS | NEWER
SAMPLE = (*BUILDERS, "llava_onevision")  # of the newer ones, in every run of the tests
FAMILIES = [
    pytest.param(name, marks=() if name in SAMPLE else pytest.mark.exhaustive) for name in EVERY
]


@pytest.fixture(scope="session", params=FAMILIES)
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    """One family after the other."""
    pytest.importorskip("torch", reason="the families need the extra 'models'")
    pytest.importorskip("transformers", reason="the families need the extra 'models'")
    cache = tmp_path_factory.mktemp(request.param)
    folder = cache / "tiny"
    write(EVERY[request.param](), folder)
    return paired(request.param, folder, cache, asked=(*about(WIDE), *about(TALL)))


def paired(
    name: str, folder: Path, cache: Path, *, asked: Sequence[Choice], **more: object
) -> Pair:
    """A folder's model opened in both ways, and sharpened alike on what is asked."""
    full = opened(folder, cache, scoring="full", **more)
    gain = _sharpen(full, asked)
    shared = opened(folder, cache, scoring="auto", **more)
    _scale(shared, gain)
    return Pair(name=name, shared=shared, full=full, folder=folder, gain=gain)


def _sharpen(model: TransformersModel, asked: Sequence[Choice]) -> float:
    """How much larger the logits must be for the likeliest token to hold half of the mass."""
    import torch

    logits = torch.tensor(np.log(np.stack([plain_row(model, request) for request in asked])))
    gain = 1.0
    while (logits * gain).softmax(-1).max(-1).values.mean() < 0.52:
        gain *= 1.1
    _scale(model, gain)
    return gain


def _scale(model: TransformersModel, gain: float) -> None:
    """Behind all that a family does to its logits; the head's weights may be the embedding's."""

    def enlarge(_model: object, _inputs: object, output: Any) -> Any:
        output.logits = output.logits * gain
        return output

    model._model.register_forward_hook(enlarge)


def plain_row(model: TransformersModel, request: Any) -> Any:
    """Probabilities over the vocabulary after a prompt, by processor and forward alone."""
    import torch

    text, _ = model._inputs.render(request.prompt)
    inputs = model._inputs.tensors([text], [request.prompt])
    with torch.inference_mode():
        logits = model._model(**inputs, logits_to_keep=1, use_cache=False).logits[0, -1]
    return logits.double().softmax(0).numpy()
