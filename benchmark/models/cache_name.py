"""The argument by which a forward takes its key-value cache; renamed in transformers 5.24.

Knows no family: it reads the forward's signature, so families not renamed yet work too.
"""

from __future__ import annotations

import inspect
from typing import Any, Literal

CacheName = Literal["cache", "past_key_values"]


def cache_name(model: Any) -> CacheName:  # noqa: ANN401 - a transformers model, any family
    """``cache`` where the forward has it, else the older name, which newer forwards warn about.

    >>> class Older:
    ...     def forward(self, input_ids, past_key_values=None, use_cache=None): ...
    >>> cache_name(Older())
    'past_key_values'
    """
    return "cache" if "cache" in inspect.signature(model.forward).parameters else "past_key_values"
