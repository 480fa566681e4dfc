"""How many tokens a model reads at once, and the sentence about a prompt that is longer.

Knows configs and counts. Beyond the positions that a model was trained on it still gives numbers,
which mean nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from benchmark.errors import RequestProblem

ENDLESS = 10**9  # what tokenizers say that know no limit is larger


@dataclass(frozen=True, kw_only=True, slots=True)
class Context:
    """``tokens`` is None where neither the config nor the tokenizer says it."""

    tokens: int | None = None

    def check(self, n: int, *, written: int = 0) -> None:
        """Raise where ``n`` tokens, and those ``written`` behind them, are more than the model's.

        Raises
        ------
        RequestProblem
            The prompt is too long, alone or with the text that may follow.
        """
        if self.tokens is None or n + written <= self.tokens:
            return
        more = f" and up to {written} written ones" if written else ""
        raise RequestProblem(
            f"a prompt of {n} tokens{more}, its pictures among them, is longer than the "
            f"{self.tokens} that this model reads; show smaller pictures or fewer tokens of them "
            "(docs/models.md), or use a model that reads more"
        )


def context_of(config: Any, tokenizer: Any) -> Context:  # noqa: ANN401 - transformers' own, any family
    """The decoder's positions, with what its rope stretches them to; else the tokenizer's limit."""
    text = config.get_text_config(decoder=True)
    trained = getattr(text, "max_position_embeddings", None)
    if isinstance(trained, int) and trained > 0:
        return Context(tokens=max(trained, *_stretched(text)))
    said = getattr(tokenizer, "model_max_length", None)
    return Context(tokens=said if isinstance(said, int) and 0 < said < ENDLESS else None)


def _stretched(text: Any) -> list[int]:  # noqa: ANN401
    """Positions by each of the rope's settings; a family may have one for each kind of layer."""
    rope = getattr(text, "rope_parameters", None) or {}
    settings = [rope, *(value for value in rope.values() if isinstance(value, dict))]
    return [0] + [
        int(one["original_max_position_embeddings"] * one["factor"])
        for one in settings
        if one.get("factor") and one.get("original_max_position_embeddings")
    ]
