"""The least work that shared prompts need, as a share of what full prompts need.

Counts multiplications in matrix products and attention; knows no clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """Floating point operations of a decoder and of showing it one picture."""

    per_token: float  # matrix products of all layers
    per_pair: float  # attention of one query to one key, all layers
    per_read: float  # the head at one position
    picture: float

    def full(self, prefix: int, tail: int) -> float:
        """One full prompt."""
        n = prefix + tail
        pairs = n * (n + 1) / 2
        return self.picture + n * self.per_token + pairs * self.per_pair + self.per_read

    def shared(self, prefix: int, tails: Sequence[int]) -> float:
        """All prompts behind one encoding of their prefix."""
        pairs = prefix * (prefix + 1) / 2
        total = self.picture + prefix * self.per_token + pairs * self.per_pair
        for tail in tails:
            seen = prefix * tail + tail * (tail + 1) / 2
            total += tail * self.per_token + seen * self.per_pair + self.per_read
        return total

    def bound(self, prefix: int, tails: Sequence[int]) -> float:
        """How many times faster sharing can be at equal operations a second."""
        return sum(self.full(prefix, tail) for tail in tails) / self.shared(prefix, tails)


def work(model: Any, inputs: Any) -> Work:
    """Read off the weights; a picture's share is counted in one forward of ``inputs``."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    text = model.config.get_text_config()
    layers = model.model.language_model.layers
    weights = sum(w.numel() for w in layers.parameters() if w.ndim == 2)
    head = model.lm_head.weight.numel()
    width = getattr(text, "head_dim", None) or text.hidden_size // text.num_attention_heads
    counter = FlopCounterMode(display=False)
    with torch.inference_mode(), counter:
        model(**inputs, use_cache=False, logits_to_keep=1)
    products = ("mm", "addmm", "bmm", "baddbmm", "convolution")
    counted = sum(
        n
        for operation, n in counter.get_flop_counts()["Global"].items()
        if str(operation).removeprefix("aten.").split(".")[0] in products
    )
    tokens = inputs["input_ids"].shape[1]
    return Work(
        per_token=2.0 * weights,
        per_pair=4.0 * text.num_attention_heads * width * text.num_hidden_layers,
        per_read=2.0 * head,
        picture=max(counted - 2.0 * weights * tokens - 2.0 * head, 0.0),
    )
