"""Shows one row's key-value cache to many rows, copying only the layer in use.

Knows no model family; layers are transformers' own, reached by the few methods used here.
"""

from __future__ import annotations

import copy
from functools import partial
from typing import Any


def view(cache: Any, rows: int) -> Any:  # noqa: ANN401 - transformers' own, which ships no usable types
    """``cache``, which holds one row, as seen by ``rows`` rows; it does not change."""
    seen = copy.copy(cache)
    seen.layers = [_layer_view(layer, rows) for layer in cache.layers]
    return seen


def _layer_view(layer: Any, rows: int) -> Any:  # noqa: ANN401
    """A copy that shares the layer's tensors; transformers requires its own class."""
    seen = copy.copy(layer)
    seen.update = partial(_concatenate, layer, rows)
    return seen


def _concatenate(
    layer: Any,  # noqa: ANN401
    rows: int,
    keys: Any,  # noqa: ANN401
    values: Any,  # noqa: ANN401
    *_: object,
    **__: object,
) -> tuple[Any, Any]:
    """Shared and new keys and values, (rows, heads, shared + new, width).

    They are returned and not kept, so only one layer's expanded cache exists at a time.
    """
    import torch

    wide = (rows, -1, -1, -1)
    return (
        torch.cat([layer.keys.expand(wide), keys], dim=-2),
        torch.cat([layer.values.expand(wide), values], dim=-2),
    )
