"""Batches: the harness's own prompt and label; the loss on them is what the harness would read."""

from __future__ import annotations

import hashlib
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmark.errors import ModelProblem
from benchmark.finetune import training
from benchmark.finetune.batches import IGNORED, Batches, completion_tokens, shrunk, tensors
from benchmark.finetune.options import Recipe
from benchmark.finetune.preparing import TrainingData, prepare
from benchmark.finetune.trainer import Point
from benchmark.models import registry
from benchmark.models.registry import ModelOptions
from benchmark.models.weights.inputs import Inputs
from benchmark.models.weights.loading import open_weights
from benchmark.models.weights.transformers import TransformersModel
from benchmark.records import Probabilities
from tests.models.asking import picture

pytestmark = pytest.mark.models
TWO_STEPS = Recipe(
    model="demo", data="", batch_size=4, accumulation=2, max_steps=2, device="cpu", dtype="float32"
)


@pytest.fixture(scope="module")
def prepared(data: Path, cache: Path) -> TrainingData:
    """Two steps of eight planted questions."""
    return prepare(replace(TWO_STEPS, data=str(data)), cache=cache)


def opened(cpu: ModelOptions) -> tuple[Any, Any, Any]:
    """Identity, model and processor of the demo."""
    spec = registry.resolve("demo")
    identity = registry.identify(spec, cpu, survey=None)
    weights = registry.weights_at(spec, identity, cpu)
    return identity, *open_weights(identity, weights, device="cpu", threads=1)


def test_only_the_label_is_in_the_loss(prepared: TrainingData, cpu: ModelOptions) -> None:
    """One token a row, the last real one; the text ends in the lead-in and the right label."""
    _, model, processor = opened(cpu)
    inputs = Inputs(processor)
    asked = [prepared.at(place) for place in range(6)]
    found = tensors(inputs, asked, model.dtype)
    for row, request in enumerate(asked):
        end = int(found["attention_mask"][row].sum())
        counted = (found["labels"][row] != IGNORED).nonzero().flatten().tolist()
        assert counted == [end - 1]
        assert request.subject.truth is not None
        text = inputs.decode(found["input_ids"][row, :end].tolist())
        assert text.endswith(f"Answer: ({request.labels[request.subject.truth]}")
        shown = f"({request.labels[request.subject.truth]}) "
        rest = text.partition(shown)[2]
        assert rest.startswith(("family", "friends"))


class Merging:
    """A tokenizer that merges the bracket with the letter behind it, as some do."""

    def token_ids(self, text: str) -> list[int]:
        """A number for each character, but one for "(A"."""
        pieces = text.replace("(A", "\0").replace("(B", "\1")
        return [ord(piece) for piece in pieces]


def test_a_merged_bracket_is_part_of_the_label(prepared: TrainingData) -> None:
    """The label's tokens begin where labels first differ."""
    merging: Any = Merging()
    assert completion_tokens(merging, "Answer: (", prepared.at(0)) == 1


def test_a_long_picture_is_shrunk_and_a_small_one_is_not() -> None:
    """By its longer side; it is another picture then."""
    wide = picture("red", (80, 40))
    assert shrunk(wide, None) is wide
    smaller = shrunk(wide, 20)
    assert smaller.pixels().size == (20, 10)
    assert smaller.digest != wide.digest
    assert shrunk(wide, 200).pixels().size == (80, 40)
    assert wide.pixels().size == (80, 40)


def digest(model: Any) -> str:
    """SHA-256 over the weights outside the adapter, by their names in the base."""
    found = hashlib.sha256()
    named = {
        name.removeprefix("base_model.model.").replace(".base_layer", ""): weight
        for name, weight in model.named_parameters()
        if "lora_" not in name
    }
    for name, weight in sorted(named.items()):
        found.update(name.encode())
        found.update(weight.detach().numpy().tobytes())
    return found.hexdigest()


def test_the_first_loss_is_what_the_harness_reads(
    prepared: TrainingData, cpu: ModelOptions, tmp_path: Path
) -> None:
    """-log of the right label's probability, before anything is learned; the base stays as it was.

    Adapters are on the language model's attention and MLP, and nowhere else.
    """
    identity, model, processor = opened(cpu)
    first = [prepared.at(place) for place in range(8)]
    expected = []
    for request, answer in zip(
        first, TransformersModel(identity, model, processor).answer(first), strict=True
    ):
        assert isinstance(answer, Probabilities)
        assert request.subject.truth is not None
        expected.append(-math.log(answer.p[request.subject.truth] * answer.option_mass))
    before = digest(model)
    points: list[Point] = []
    done = training.train(
        model,
        processor.tokenizer,
        Batches(Inputs(processor), prepared.at, model.dtype),
        n=len(prepared.drawn),
        recipe=prepared.recipe,
        folder=tmp_path,
        resume=False,
        tell=points.append,
    )
    assert done.curve == tuple(points)
    assert done.steps == 2
    assert points[0].loss == pytest.approx(sum(expected) / 8, abs=1e-3)
    assert digest(done.model) == before
    trained = {n for n, weight in done.model.named_parameters() if weight.requires_grad}
    assert len(trained) == 2 * 7 * 2  # layers, linear layers of each, two matrices of an adapter
    assert all("language_model" in name for name in trained)
    assert done.size.trained == 32768


def test_a_question_that_commands_is_not_learned_from(
    prepared: TrainingData, cpu: ModelOptions
) -> None:
    """The model would learn from another prompt than the one that is meant."""
    _, model, processor = opened(cpu)
    request = prepared.at(0)
    odd = replace(request, prompt=replace(request.prompt, suffix="<image>\nWhich?"))
    with pytest.raises(ModelProblem, match="holds <image>, which this model obeys"):
        tensors(Inputs(processor), [odd], model.dtype)
