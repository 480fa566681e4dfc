"""A forward's key-value cache: its argument's name, and one row's as seen by many rows.

Only the layer in use is copied. The name changed in transformers 5.24; it is read from the
forward's signature, so families not renamed yet work too. Knows no model family; layers are
transformers' own, reached by the few methods used here.
"""

from __future__ import annotations

import copy
import inspect
from functools import partial
from typing import Any, Literal

CacheName = Literal["cache", "past_key_values"]


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


def cache_name(model: Any) -> CacheName:  # noqa: ANN401 - a transformers model, any family
    """``cache`` where the forward has it, else the older name, which newer forwards warn about.

    >>> class Older:
    ...     def forward(self, input_ids, past_key_values=None, use_cache=None): ...
    >>> cache_name(Older())
    'past_key_values'
    """
    return "cache" if "cache" in inspect.signature(model.forward).parameters else "past_key_values"
