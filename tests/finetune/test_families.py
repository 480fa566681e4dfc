"""Families train on what the harness reads, and answer from their adapters."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from benchmark.finetune import saving, training
from benchmark.finetune.batches import Batches
from benchmark.finetune.options import Recipe
from benchmark.finetune.saving import Base
from benchmark.models import registry
from benchmark.models.registry import ModelOptions
from benchmark.models.weights.inputs import Inputs
from benchmark.models.weights.loading import open_weights
from benchmark.models.weights.transformers import TransformersModel
from benchmark.records import Choice, Probabilities
from tests.models.families.builders import BUILDERS
from tests.models.families.parts import write
from tests.models.families.questions import QUESTIONS, TALL, WIDE, about

pytestmark = [pytest.mark.models, pytest.mark.slow]
# Token types and windows; three-part positions and image features in early layers.
SOME = ("gemma3", "qwen3_vl")
FAMILIES = [
    pytest.param(name, marks=() if name in SOME else pytest.mark.exhaustive) for name in BUILDERS
]
RECIPE = Recipe(
    model="tiny", data="", batch_size=5, accumulation=2, device="cpu", dtype="float32",
    learning_rate=1e-2, dropout=0.0,
)  # fmt: skip


def asked() -> list[Choice]:
    """Ten questions on two pictures, in two batches, of which any option may be right."""
    both = [*about(WIDE), *about(TALL)]
    return [
        replace(request, subject=replace(request.subject, truth=place % 3))
        for place, request in enumerate(both)
    ]


def losses(model: TransformersModel) -> list[float]:
    """-log of the right labels' probabilities, as a run reads them."""
    found = []
    for request, answer in zip(asked(), model.answer(asked()), strict=True):
        assert isinstance(answer, Probabilities)
        found.append(-math.log(answer.p[request.subject.truth or 0] * answer.option_mass))
    return found


@pytest.mark.parametrize("family", FAMILIES)
def test_training_lowers_what_a_run_reads(family: str, cache: Path, tmp_path: Path) -> None:
    """The first loss is the base's, and after three steps the saved adapter's is lower."""
    write(BUILDERS[family](), tmp_path / "tiny")
    spec = registry.resolve(str(tmp_path / "tiny"))
    options = ModelOptions(device="cpu", scoring="full", threads=1, cache=cache)
    identity = registry.identify(spec, options, survey=None)
    weights = registry.weights_at(spec, identity, options)
    model, processor = open_weights(identity, weights, device="cpu", threads=1)
    before = losses(TransformersModel(identity, model, processor))
    rows = asked() * 3
    done = training.train(
        model,
        processor.tokenizer,
        Batches(Inputs(processor), rows.__getitem__, model.dtype),
        n=3 * 2 * len(QUESTIONS),
        recipe=RECIPE,
        folder=tmp_path,
        resume=False,
        tell=lambda _: None,
    )
    assert done.curve[0].loss == pytest.approx(sum(before) / 10, abs=1e-3)
    out = tmp_path / "out"
    saving.save(done.model, Base(spec=spec, identity=identity, options=options), out, merge=False)
    again = registry.resolve(str(out))
    known = registry.identify(again, options, survey=None)
    tuned = registry.load(again, known, options, survey=None)
    assert isinstance(tuned, TransformersModel)
    assert sum(losses(tuned)) < sum(before) - 1
