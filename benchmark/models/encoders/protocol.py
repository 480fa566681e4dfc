"""What an encoder is, and how it is given texts longer than its window; knows no framework.

An encoder judges what a model wrote and is never the model under test. Its vectors have length 1,
so that their product is the cosine.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from benchmark.errors import ModelProblem, unknown
from benchmark.metrics.chunking import MEAN, RULES, sentences_of, spans
from benchmark.records import ImageRef

Vectors = npt.NDArray[np.float32]


class Encoder(Protocol):
    """Texts and pictures as rows of one space."""

    @property
    def name(self) -> str:
        """Hub id and commit, or the folder's digest; figures made with it carry this name."""
        ...

    @property
    def window(self) -> int:
        """Tokens of text that fit, special ones not counted; what is longer is cut."""
        ...

    def count_tokens(self, words: Sequence[str]) -> list[int]:
        """Tokens of each word by itself."""
        ...

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        """One row a text, (texts, d), each of length 1."""
        ...

    def encode_images(self, images: Sequence[ImageRef]) -> Vectors:
        """One row a picture, (images, d), each of length 1."""
        ...


def encode_long(encoder: Encoder, texts: Sequence[str], rule: str) -> list[Vectors]:
    """Vectors of texts of any length under a rule of `benchmark.metrics.chunking`.

    For each text one row, (1, d), for ``truncate`` and ``mean-of-chunks`` (the mean of the chunks'
    vectors, rescaled to length 1), or a row for each piece for ``sentence-max``. Each text's
    pieces are encoded together and without others: the rest of a batch moves a vector's last
    digits, and one text may occur in several batches.
    """
    if rule not in RULES:
        raise ModelProblem(unknown("rule of chunking", rule, RULES, source="an encoder"))
    parts = (encoder.encode_texts(_pieces(encoder, text, rule)) for text in texts)
    return [unit(part.mean(axis=0, keepdims=True)) if rule == MEAN else part for part in parts]


def _pieces(encoder: Encoder, text: str, rule: str) -> list[str]:
    """The pieces that are encoded; a text without words is one empty piece."""
    found = text.split()
    counts = encoder.count_tokens(found)
    runs = spans(counts, sentences_of(text), encoder.window, rule)
    return [" ".join(found[start:end]) for start, end in runs] or [""]


def unit(rows: Vectors) -> Vectors:
    """Each row brought to length 1; zeros stay."""
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    found: Vectors = (rows / np.where(length > 0, length, 1)).astype(np.float32)
    return found
