"""How many tokens a text model takes at once; knows models by their parts, not by name.

RoBERTa and similar models count positions from the one after the padding's: of 514 they use 512,
and the configuration gives the first number.
"""

from __future__ import annotations

from typing import Any

POSITIONS = "position_embeddings"
BOUNDLESS = 10**9  # a tokenizer without a limit says about 1e30


def longest_text(model: Any, tokenizer: Any) -> int | None:  # noqa: ANN401 - transformers ships no usable types
    """Tokens that fit, special ones among them; None where neither part knows a limit.

    The smaller of what the tokenizer was saved with and the positions that the model can use.
    """
    config = getattr(model.config, "text_config", model.config)
    known = [
        getattr(config, "max_position_embeddings", None),
        tokenizer.model_max_length,
        *(_used(table) for name, table in model.named_modules() if _counts_on(name, table)),
    ]
    limits = [int(limit) for limit in known if limit is not None and 0 < limit < BOUNDLESS]
    return min(limits, default=None)


def _counts_on(name: str, table: Any) -> bool:  # noqa: ANN401
    """Whether it is a table of positions that begins after the padding's."""
    mine = name.rpartition(".")[2] == POSITIONS
    return mine and getattr(table, "padding_idx", None) is not None


def _used(table: Any) -> int:  # noqa: ANN401
    return int(table.num_embeddings) - int(table.padding_idx) - 1
