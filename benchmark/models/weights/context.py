"""How many tokens a model reads at once, and the error for a longer prompt.

Knows configs and counts. Beyond the positions that it was trained on, a model still gives numbers,
but they mean nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from benchmark.errors import RequestProblem

ENDLESS = 10**9  # tokenizers without a limit give a larger number


@dataclass(frozen=True, kw_only=True, slots=True)
class Context:
    """``tokens`` is None where neither config nor tokenizer gives it."""

    tokens: int | None = None

    def check(self, n: int, *, written: int = 0) -> None:
        """Raise if ``n`` tokens, and ``written`` ones after them, exceed the context.

        Raises
        ------
        RequestProblem
            The prompt is too long, alone or with the text that may follow.
        """
        if self.tokens is None or n + written <= self.tokens:
            return
        more = f" and up to {written} written ones" if written else ""
        raise RequestProblem(
            f"a prompt of {n} tokens{more}, pictures included, is longer than the {self.tokens} "
            "that this model reads; show smaller pictures or fewer tokens of them "
            "(docs/models.md), or use a model that reads more"
        )


def context_of(config: Any, tokenizer: Any) -> Context:  # noqa: ANN401 - transformers' own, any family
    """The decoder's positions, as stretched by its rope; else the tokenizer's limit."""
    text = config.get_text_config(decoder=True)
    trained = getattr(text, "max_position_embeddings", None)
    if isinstance(trained, int) and trained > 0:
        return Context(tokens=max(trained, *_stretched(text)))
    limit = getattr(tokenizer, "model_max_length", None)
    return Context(tokens=limit if isinstance(limit, int) and 0 < limit < ENDLESS else None)


def _stretched(text: Any) -> list[int]:  # noqa: ANN401
    """Positions by each of the rope's settings; a family may have one for each kind of layer."""
    rope = getattr(text, "rope_parameters", None) or {}
    settings = [rope, *(value for value in rope.values() if isinstance(value, dict))]
    return [0] + [
        int(one["original_max_position_embeddings"] * one["factor"])
        for one in settings
        if one.get("factor") and one.get("original_max_position_embeddings")
    ]
