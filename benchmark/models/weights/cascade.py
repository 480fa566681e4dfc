"""Attention to a shared prefix in two parts, merged: all rows to the prefix, each to its own tail.

The prefix's keys and values are read in place, once for all rows; `cache_view` copies them to each
row. The two softmaxes are merged by their log-sums (Ye et al. 2024, cascade inference; Dao et al.
2023, flash-decoding). Knows no family; for CPUs, the only device it was measured on, and for caches
without sliding windows.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from functools import partial
from typing import Any

NAME = "culture-cascade"
PREFIX = "shared_prefix"  # set on the keys that a cache passes to attention, and only there


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A prefix's keys and values, (1, heads, tokens, width), and how many rows follow it."""

    keys: Any
    values: Any
    rows: int


def install(model: Any) -> bool:  # noqa: ANN401 - transformers' own, any family
    """Let the model's decoder attend so where keys carry a prefix; False if it cannot.

    All other forwards are unchanged.
    """
    from transformers import AttentionInterface, AttentionMaskInterface, DynamicCache
    from transformers.masking_utils import sdpa_mask

    text = model.config.get_text_config(decoder=True)
    layers: list[Any] = list(DynamicCache(config=model.config).layers)
    if (
        model.device.type != "cpu"
        or text._attn_implementation not in ("sdpa", NAME)  # noqa: SLF001
        or len(layers) != text.num_hidden_layers  # some borrow another's keys
        or any(layer.is_sliding for layer in layers)
    ):
        return False
    AttentionInterface.register(NAME, attend)
    AttentionMaskInterface.register(NAME, sdpa_mask)
    model.set_attn_implementation({"text_config": NAME})
    return True


def view(cache: Any, rows: int) -> Any:  # noqa: ANN401 - as cache_view's
    """``cache`` for one forward: its layers return new keys, with the shared ones attached."""
    seen = copy.copy(cache)
    seen.layers = [_layer_view(layer, rows) for layer in cache.layers]
    return seen


def _layer_view(layer: Any, rows: int) -> Any:  # noqa: ANN401
    seen = copy.copy(layer)
    seen.update = partial(_with_prefix, Part(keys=layer.keys, values=layer.values, rows=rows))
    return seen


def _with_prefix(part: Part, keys: Any, values: Any, *_: object, **__: object) -> tuple[Any, Any]:  # noqa: ANN401
    setattr(keys, PREFIX, (part,))
    return keys, values


def attend(
    module: Any,  # noqa: ANN401
    query: Any,  # noqa: ANN401
    key: Any,  # noqa: ANN401
    value: Any,  # noqa: ANN401
    attention_mask: Any,  # noqa: ANN401
    scaling: float | None = None,
    **more: Any,  # noqa: ANN401
) -> tuple[Any, None]:
    """Signature of transformers: query (rows, heads, new, width), keys of fewer heads.

    New tokens see each other causally; a single one sees all of its row's own keys.
    """
    from transformers.integrations.sdpa_attention import sdpa_attention_forward

    prefix = getattr(key, PREFIX, None)
    if prefix is None:
        found: tuple[Any, None] = sdpa_attention_forward(
            module, query, key, value, attention_mask, scaling=scaling, **more
        )
        return found
    far, far_sum = _to_prefixes(query, prefix, scaling)
    near, near_sum = _to_own(query, key, value, scaling)
    share = (far_sum - near_sum).sigmoid()[..., None].to(near.dtype)  # the prefix's part
    return near.lerp(far, share).transpose(1, 2).contiguous(), None


def _to_own(query: Any, key: Any, value: Any, scaling: float | None) -> tuple[Any, Any]:  # noqa: ANN401
    """Own keys only; for one new token grouped heads become queries, and nothing is copied."""
    rows, heads, new, width = query.shape
    n_keys = key.shape[1]
    if new == 1:
        split = query.reshape(rows, n_keys, heads // n_keys, width)
        out, sums = _flash(split, key, value, causal=False, scaling=scaling)
        return out.reshape(query.shape), sums.reshape(rows, heads, 1)
    n_groups = heads // n_keys
    own_keys = key.repeat_interleave(n_groups, dim=1)
    own_values = value.repeat_interleave(n_groups, dim=1)
    return _flash(query, own_keys, own_values, causal=True, scaling=scaling)


def _to_prefixes(query: Any, parts: tuple[Part, ...], scaling: float | None) -> tuple[Any, Any]:  # noqa: ANN401
    """Rows are in the order of their prefixes."""
    import torch

    if len(parts) == 1:
        return _to_prefix(query, parts[0].keys, parts[0].values, scaling)
    found = [
        _to_prefix(some, part.keys, part.values, scaling)
        for some, part in zip(query.split([part.rows for part in parts]), parts, strict=True)
    ]
    return torch.cat([out for out, _ in found]), torch.cat([sums for _, sums in found])


def _to_prefix(query: Any, keys: Any, values: Any, scaling: float | None) -> tuple[Any, Any]:  # noqa: ANN401
    """Rows and grouped heads all become queries of one row, as a prefix needs no mask."""
    rows, heads, new, width = query.shape
    n_keys = keys.shape[1]
    split = query.reshape(rows, n_keys, heads // n_keys, new, width)
    flat = split.permute(1, 2, 0, 3, 4).reshape(1, n_keys, -1, width)
    out, sums = _flash(flat, keys, values, causal=False, scaling=scaling)
    out = out.reshape(n_keys, heads // n_keys, rows, new, width).permute(2, 0, 1, 3, 4)
    sums = sums.reshape(n_keys, heads // n_keys, rows, new).permute(2, 0, 1, 3)
    return out.reshape(query.shape), sums.reshape(rows, heads, new)


def _flash(
    query: Any,  # noqa: ANN401
    key: Any,  # noqa: ANN401
    value: Any,  # noqa: ANN401
    *,
    causal: bool,
    scaling: float | None,
) -> tuple[Any, Any]:
    """Attention and the log-sum of its weights, which torch's public function does not return."""
    import torch

    out, sums = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu(  # noqa: SLF001
        query, key, value, 0.0, causal, attn_mask=None, scale=scaling
    )
    return out, sums
