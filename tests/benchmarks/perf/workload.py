"""Questions shaped like a survey's: long rules, one picture, then questions of unequal length.

The words mean nothing; only their number counts. Knows no model.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PIL import Image

from benchmark.records import Choice, Generate, GenerationParams, ImageRef, Prompt, Subject

WORDS = (
    *("people", "country", "family", "work", "trust", "question", "answer", "often", "rather"),
    *("very", "important", "public", "life", "government", "never", "always", "agree", "war"),
    *("option", "religion", "leisure", "science", "money", "women", "men", "young", "old"),
)
RULES = 255  # words before the picture
LENGTHS = (45, 130)  # words of a question, the ends of a uniform range; 106 tokens on average
WISHES = (36, 42)  # words of a task to write: nationalities change its length a little
RESPONSES = 10  # texts a prompt
SUBJECT = Subject(country="FRA", item_id="timing")
LABELS = ("A", "B", "C", "D")


def questions(n: int, picture: ImageRef, *, rng: np.random.Generator) -> list[Choice]:
    """``n`` questions about one picture, the same words for the same generator."""
    rules = _words(RULES, rng)
    prefix = (rules + "\n", picture, "\nWhere was this taken?\n")
    lengths = rng.integers(*LENGTHS, size=n)
    return [
        Choice(
            prompt=Prompt(prefix=prefix, suffix=_words(int(k), rng), lead_in=" I choose ("),
            labels=LABELS,
            subject=SUBJECT,
        )
        for k in lengths
    ]


def tasks(n: int, picture: ImageRef, *, n_tokens: int, rng: np.random.Generator) -> list[Generate]:
    """``n`` texts to be written about one picture, ten to a prompt, each with a seed of its own."""
    wishes = [_words(int(k), rng) for k in rng.integers(*WISHES, size=-(-n // RESPONSES))]
    return [
        Generate(
            prompt=Prompt(prefix=(picture, "\n"), suffix=wishes[i // RESPONSES]),
            params=GenerationParams(max_new_tokens=n_tokens, temperature=0.7),
            seed=i,
            subject=SUBJECT,
        )
        for i in range(n)
    ]


def pictures(size: tuple[int, int], *, rng: np.random.Generator) -> Iterator[ImageRef]:
    """Noise without end, a new picture each time, so that none is encoded already."""
    while True:
        pixels = rng.integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
        image = Image.fromarray(pixels)
        name = rng.bytes(8).hex()
        yield ImageRef(image_id=name, digest=name, pixels=lambda image=image: image)  # type: ignore[misc]


def _words(n: int, rng: np.random.Generator) -> str:
    return " ".join(rng.choice(WORDS, n))
