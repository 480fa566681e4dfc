"""Pictures and questions that all families are asked about."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image

from benchmark.records import Choice, ImageRef
from tests.models.asking import choice

RULES = "Look at the photograph and answer as people there would. " * 4
QUESTIONS = (
    "How important is leisure in your life?\n(A) Very\n(B) Rather\n(C) Not at all\n",
    "Trust?\n(A) yes\n(B) no\n(C) Do not know\n",
    "How much confidence do you have in the government of Nigeria?\n(A) Much\n(B) Little\n(C) No\n",
    "Is religion, or family, or work the most important to you?\n(A) It is\n(B) No\n(C) Both\n",
    "Hm?\n(A) 1\n(B) 2\n(C) 3\n",
)


def noise(seed: int, size: tuple[int, int]) -> ImageRef:
    """A picture that no model can mistake for another."""
    pixels = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    image = Image.fromarray(pixels)
    return ImageRef(image_id=str(seed), digest=f"{seed}{size}", pixels=lambda: image)


WIDE, TALL = noise(1, (150, 120)), noise(2, (60, 200))


def about(picture: ImageRef | None, questions: Sequence[str] = QUESTIONS) -> list[Choice]:
    """All questions about one picture, or about none."""
    shown = (RULES, picture, "Where was this?\n") if picture else (RULES + "You live in Japan.\n",)
    return [choice(*shown, question=question) for question in questions]
