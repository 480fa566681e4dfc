"""What a picture costs a model, in tokens and bytes of pixels, measured on a blank one.

Knows no family; how a processor cuts and resizes depends on a picture's size alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

MANY = 4096  # tokens of one picture, above which a run mentions it
SMALL = 2**20  # pixels: no family makes many tokens from fewer


@dataclass(frozen=True, kw_only=True, slots=True)
class Cost:
    """One picture's tokens, markers included, and the size of its pixels as numbers."""

    tokens: int
    mebibytes: float


def cost(processor: Any, size: tuple[int, int]) -> Cost:  # noqa: ANN401 - transformers' own, any family
    """The cost of a picture of this size in pixels, width first."""
    from PIL import Image

    message = {"role": "user", "content": [{"type": "image"}]}
    text = processor.apply_chat_template([message], add_generation_prompt=True)
    inputs = processor(text=[text], images=[[Image.new("RGB", size)]], return_tensors="pt")
    placeholder = 1
    words = len(processor.tokenizer(text)["input_ids"]) - placeholder
    pixels = inputs["pixel_values"]
    return Cost(
        tokens=int(inputs["input_ids"].shape[1]) - words,
        mebibytes=pixels.numel() * pixels.element_size() / 2**20,
    )
