"""A growing cache of many rows after prefixes encoded once; finished rows leave it.

Full-attention layers write into a buffer with room, so that a step copies nothing that is there
already; all other layers grow as transformers has it. A prefix is read in place (`cascade`) or
copied to its rows. Knows no model family, no token and no text.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from benchmark.models.weights.cascade import PREFIX, Part

ROOM = 64  # columns that a full buffer grows by, at least; else by half


class RowCache:
    """``cache`` is what a model is given; ``counts`` is how many rows each prefix has, in order."""

    def __init__(self, prefixes: Sequence[Any], counts: Sequence[int], *, in_place: bool) -> None:
        self.cache = copy.copy(prefixes[0])
        layers = zip(*(prefix.layers for prefix in prefixes), strict=True)
        own = _in_place if in_place else _copied
        self._layers = [own(of_layer, counts) for of_layer in layers]
        self.cache.layers = [
            _layer_with(layer, found) if isinstance(found, Buffered) else found
            for layer, found in zip(prefixes[0].layers, self._layers, strict=True)
        ]

    def select(self, rows: Sequence[int]) -> None:
        """Keep these rows, in this order; a row may be kept several times."""
        import torch

        for layer in self._layers:
            if isinstance(layer, Buffered):
                layer.select(rows)
            elif layer.keys is not None:
                index = torch.tensor(list(rows), device=layer.keys.device)
                layer.keys, layer.values = layer.keys[index], layer.values[index]


class Buffered:
    """One layer: keys and values of many rows, with room to grow, and their prefixes."""

    def __init__(self, keys: Any, values: Any, parts: Sequence[Part]) -> None:  # noqa: ANN401 - tensors; torch is imported when first asked
        self._parts = list(parts)
        self._start = parts[0].keys.shape[-2] if parts else 0
        self._n = keys.shape[-2]
        self._kept = [keys, values]

    @property
    def keys(self) -> Any:  # noqa: ANN401
        return self._kept[0][:, :, : self._n]

    @property
    def values(self) -> Any:  # noqa: ANN401
        return self._kept[1][:, :, : self._n]

    def update(self, keys: Any, values: Any, *_: object, **__: object) -> tuple[Any, Any]:  # noqa: ANN401
        """Write new columns and return all of a row's own, (rows, heads, columns, width)."""
        end = self._n + keys.shape[-2]
        for place, new in enumerate((keys, values)):
            if end > self._kept[place].shape[-2]:
                self._kept[place] = _enlarged(self._kept[place], self._n, end)
            self._kept[place][:, :, self._n : end] = new
        self._n = end
        found = self.keys
        if self._parts:
            setattr(found, PREFIX, tuple(self._parts))
        return found, self.values

    def get_seq_length(self) -> int:
        """Tokens before the next one, those of the prefix included."""
        return int(self._start + self._n)

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        """As transformers' own layer without a window."""
        return self.get_seq_length() + query_length, 0

    def select(self, rows: Sequence[int]) -> None:
        """Keep these rows; those of one prefix must stay together."""
        import torch

        index = torch.tensor(list(rows), device=self._kept[0].device)
        self._kept = [tensor[:, :, : self._n][index] for tensor in self._kept]
        ends, left = 0, []
        for part in self._parts:
            n = sum(ends <= row < ends + part.rows for row in rows)
            ends += part.rows
            left += [Part(keys=part.keys, values=part.values, rows=n)] if n else []
        self._parts = left


def _layer_with(layer: Any, found: Buffered) -> Any:  # noqa: ANN401
    """The layer's class, which transformers requires, with the buffers' methods."""
    seen = copy.copy(layer)
    for name in ("update", "get_seq_length", "get_mask_sizes"):
        setattr(seen, name, getattr(found, name))
    return seen


def _in_place(of_layer: Sequence[Any], counts: Sequence[int]) -> Buffered:
    """Empty buffers, and each prefix's keys in place."""
    first, rows = of_layer[0], sum(counts)
    parts = [
        Part(keys=layer.keys, values=layer.values, rows=n)
        for layer, n in zip(of_layer, counts, strict=True)
    ]
    keys, values = (
        tensor.new_empty((rows, tensor.shape[1], 0, tensor.shape[3]))
        for tensor in (first.keys, first.values)
    )
    return Buffered(keys, values, parts)


def _copied(of_layer: Sequence[Any], counts: Sequence[int]) -> Any:  # noqa: ANN401
    """Each prefix's keys copied to its rows; a layer that borrows another's has none."""
    import torch
    from transformers.cache_utils import DynamicLayer

    if of_layer[0].keys is None:
        return copy.copy(of_layer[0])
    keys, values = (
        torch.cat([getattr(layer, name).expand(n, -1, -1, -1) for layer, n in pairs])
        for name in ("keys", "values")
        for pairs in [list(zip(of_layer, counts, strict=True))]
    )
    if type(of_layer[0]) is DynamicLayer:
        return Buffered(keys, values, ())
    seen = copy.copy(of_layer[0])  # a window's own count of tokens comes along
    seen.keys, seen.values = keys, values
    return seen


def _enlarged(tensor: Any, used: int, end: int) -> Any:  # noqa: ANN401
    rows, heads, _, width = tensor.shape
    wide = tensor.new_empty((rows, heads, max(end + ROOM, end * 3 // 2), width))
    wide[:, :, :used] = tensor[:, :, :used]
    return wide
