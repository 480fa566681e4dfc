"""Long texts through an encoder that counts words, and embed requests beside a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from benchmark.errors import ModelProblem
from benchmark.metrics.chunking import MEAN, SENTENCE_MAX, TRUNCATE
from benchmark.models.encoders.answering import WithEncoders
from benchmark.models.encoders.protocol import encode_long
from benchmark.models.random_answers import RandomAnswers
from benchmark.records import (
    Embed,
    Generate,
    GenerationParams,
    ImageRef,
    ModelIdentity,
    Prompt,
    Subject,
    Task,
    Text,
    Vector,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmark.models.encoders.protocol import Vectors

WORDS = ("cat", "dog", "sun")
SUBJECT = Subject(country="JPN", item_id="honesty/0.3/1")


class WordCounts:
    """An encoder whose vector is how often each of three words occurs; its window is 4 words."""

    name = "counts"
    window = 4

    def count_tokens(self, words: Sequence[str]) -> list[int]:
        return [1] * len(words)

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        rows = [[t.lower().count(word) for word in WORDS] for t in texts]
        return self._unit(np.array(rows, dtype=np.float32).reshape(-1, len(WORDS)))

    def encode_images(self, images: Sequence[ImageRef]) -> Vectors:
        rows = [image.pixels().getpixel((0, 0)) for image in images]
        return self._unit(np.array(rows, dtype=np.float32))

    def _unit(self, rows: Vectors) -> Vectors:
        found: Vectors = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
        return found


STORY = "Cat cat cat cat. Dog dog dog dog."


def test_each_rule_sees_what_it_says() -> None:
    """The beginning alone, the mean of both halves, and each sentence."""
    (cut,), (mean,), (each,) = (
        encode_long(WordCounts(), [STORY], rule) for rule in (TRUNCATE, MEAN, SENTENCE_MAX)
    )
    assert cut.tolist() == [[1, 0, 0]]
    assert mean == pytest.approx(np.array([[1, 1, 0]]) / np.sqrt(2), abs=1e-6)
    assert each.tolist() == [[1, 0, 0], [0, 1, 0]]


@pytest.mark.parametrize("rule", [TRUNCATE, MEAN, SENTENCE_MAX])
def test_texts_do_not_mix(rule: str) -> None:
    """Encoded together or alone, a text has the same rows; one without words has a row too."""
    texts = [STORY, "", "Sun."]
    together = encode_long(WordCounts(), texts, rule)
    for text, rows in zip(texts, together, strict=True):
        assert np.array_equal(rows, encode_long(WordCounts(), [text], rule)[0])


def test_an_unknown_rule_is_refused() -> None:
    """With a near name."""
    with pytest.raises(ModelProblem, match="did you mean truncate"):
        encode_long(WordCounts(), ["x"], "truncated")


def model() -> WithEncoders:
    """A model of random answers with the encoder beside it."""
    identity = ModelIdentity(name="m", model_id="m", revision="1", backend="fake")
    return WithEncoders(RandomAnswers(identity), {"counts": WordCounts()})


def embed(content: str | ImageRef, spec: str) -> Embed:
    """A request for a vector."""
    return Embed(content=content, encoder=spec, subject=SUBJECT)


def test_embed_requests_go_to_the_encoder_and_others_to_the_model() -> None:
    """In the order asked; pieces of a text follow one another in its vector."""
    pixels = ImageRef(image_id="p", digest="d", pixels=lambda: Image.new("RGB", (2, 2), (0, 9, 0)))
    write = Generate(
        prompt=Prompt(prefix=("Once",), suffix=""),
        params=GenerationParams(max_new_tokens=5),
        seed=1,
        subject=SUBJECT,
    )
    asked = model()
    found = asked.answer(
        [embed(STORY, "counts|sentence-max"), write, embed(pixels, "counts|sentence-max")]
    )
    assert found[0] == Vector(values=(1.0, 0.0, 0.0, 0.0, 1.0, 0.0))
    assert isinstance(found[1], Text)
    assert found[2] == Vector(values=(0.0, 1.0, 0.0))
    assert Task.EMBED in asked.supports
    assert asked.identity.name == "m"


def test_an_encoder_that_is_not_there_is_named() -> None:
    """One sentence with those that are."""
    with pytest.raises(ModelProblem, match="unknown encoder 'clip'"):
        model().answer([embed("x", "clip|truncate")])
