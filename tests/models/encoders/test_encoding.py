"""Long texts through an encoder that counts words, and the encoders of a run by their names."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from PIL import Image

from benchmark.errors import ModelProblem
from benchmark.metrics.chunking import MEAN, SENTENCE_MAX, TRUNCATE
from benchmark.models.encoders.answering import Encoders
from benchmark.models.encoders.protocol import Vectors, encode_long
from benchmark.records import Embed, ImageRef, ModelIdentity, Subject, Vector

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


IDENTITY = ModelIdentity(name="counts", model_id="counts", revision="1", backend="fake")


def embed(content: str | ImageRef, spec: str) -> Embed:
    """A request for a vector."""
    return Embed(content=content, encoder=spec, subject=SUBJECT)


def test_an_encoder_is_opened_when_it_is_asked_and_once() -> None:
    """In the order asked; pieces of a text follow one another in its vector."""
    opened: list[str] = []

    def open_one(identity: ModelIdentity) -> WordCounts:
        opened.append(identity.name)
        return WordCounts()

    pixels = ImageRef(image_id="p", digest="d", pixels=lambda: Image.new("RGB", (2, 2), (0, 9, 0)))
    asked = Encoders({"counts": IDENTITY}, open_one)
    assert opened == []
    found = asked.answer(
        [embed(STORY, "counts|sentence-max"), embed(pixels, "counts|sentence-max")]
    )
    assert found == [Vector(values=(1.0, 0.0, 0.0, 0.0, 1.0, 0.0)), Vector(values=(0.0, 1.0, 0.0))]
    assert opened == ["counts"]


def test_an_encoder_that_is_not_there_is_named() -> None:
    """One sentence with those that are."""
    with pytest.raises(ModelProblem, match="unknown encoder 'clip'"):
        Encoders({"counts": IDENTITY}, lambda _: WordCounts()).answer([embed("x", "clip|truncate")])
