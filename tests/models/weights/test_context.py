"""A prompt that is longer than the model reads is one sentence, on both paths; others go on."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from benchmark.errors import RequestProblem
from benchmark.models.weights.context import Context, context_of
from benchmark.models.weights.transformers import TransformersModel
from benchmark.records import Continuation, Generate, GenerationParams, Probabilities
from tests.models.asking import SUBJECT, choice, picture, prompt


def config(**text: object) -> SimpleNamespace:
    """A config whose decoder has these entries."""
    return SimpleNamespace(get_text_config=lambda **_: SimpleNamespace(**text))


TOKENIZER = SimpleNamespace(model_max_length=77)
ENDLESS = SimpleNamespace(model_max_length=int(1e30))


@pytest.mark.parametrize(
    ("text", "tokenizer", "expected"),
    [
        ({"max_position_embeddings": 4096}, TOKENIZER, 4096),
        ({}, TOKENIZER, 77),
        ({}, ENDLESS, None),
        (
            {
                "max_position_embeddings": 32768,
                "rope_parameters": {"factor": 4.0, "original_max_position_embeddings": 32768},
            },
            TOKENIZER,
            131072,
        ),
        (
            {
                "max_position_embeddings": 100,
                "rope_parameters": {"full_attention": {"rope_type": "default"}},
            },
            TOKENIZER,
            100,
        ),
    ],
)
def test_context_is_the_decoders(
    text: dict[str, object], tokenizer: object, expected: int | None
) -> None:
    """With what its rope stretches it to; the tokenizer's where the config says nothing."""
    assert context_of(config(**text), tokenizer) == Context(tokens=expected)


def test_what_fits_exactly_is_asked() -> None:
    """One more is not, nor what may be written behind it; without a limit all is."""
    Context(tokens=10).check(10)
    Context().check(10**6)
    with pytest.raises(RequestProblem, match=r"11 tokens, .* longer than the 10"):
        Context(tokens=10).check(11)
    with pytest.raises(RequestProblem, match="8 tokens and up to 3 written ones"):
        Context(tokens=10).check(8, written=3)


@pytest.fixture
def narrow(demo_model: TransformersModel) -> Iterator[TransformersModel]:
    """The demo as if it read 200 tokens, on each scoring path."""
    before = demo_model._context
    limits = [demo_model] if demo_model._shared is None else [demo_model._shared.scorer]
    for one in limits:
        setattr(one, "_context" if one is demo_model else "context", Context(tokens=200))
    yield demo_model
    for one in limits:
        setattr(one, "_context" if one is demo_model else "context", before)


LONG = "Where was this? " * 60


def test_long_prompts_are_one_sentence(narrow: TransformersModel) -> None:
    """Whatever they ask for, and whether the prefix or the question is too long."""
    params = GenerationParams(max_new_tokens=4)
    shown = prompt(LONG)
    for request in (
        choice(LONG),
        choice("Look: ", question=LONG + "\n(A) a\n(B) b\n(C) c\n"),
        Continuation(prompt=shown, texts=(" France",), subject=SUBJECT),
        Generate(prompt=shown, params=params, seed=0, subject=SUBJECT),
    ):
        with pytest.raises(RequestProblem, match="longer than the 200 that this model reads"):
            narrow.answer([request])


def test_text_that_would_run_past_the_end_is_refused(narrow: TransformersModel) -> None:
    """It is counted with the prompt."""
    params = GenerationParams(max_new_tokens=190)
    request = Generate(prompt=prompt("Hello. "), params=params, seed=0, subject=SUBJECT)
    with pytest.raises(RequestProblem, match="up to 190 written ones"):
        narrow.answer([request])
    short = dataclasses.replace(request, params=GenerationParams(max_new_tokens=4))
    assert narrow.answer([short])


def test_pictures_count(narrow: TransformersModel) -> None:
    """A question that fits alone does not fit behind a large picture."""
    (answer,) = narrow.answer([choice("Look: ")])
    assert isinstance(answer, Probabilities)
    with pytest.raises(RequestProblem, match="pictures included"):
        narrow.answer([choice("Look: ", *[picture("red", (300, 300))] * 8)])
