"""The cache goes to a model's forward under the name that this forward has."""

from __future__ import annotations

import functools
from typing import Any

import pytest

from benchmark.models.weights.cache_view import cache_name


class Newer:
    """A model as transformers 5.24 has them."""

    def forward(self, input_ids: object = None, cache: object = None, **more: object) -> None: ...


class Older:
    """A model as 5.23 has them, or of a family that was not moved."""

    def forward(self, input_ids: object = None, past_key_values: object = None) -> None: ...


class Wrapped:
    """A newer model whose forward is decorated, as accelerate's hooks do it."""

    @functools.wraps(Newer.forward)
    def forward(self, *args: Any, **more: Any) -> None: ...


@pytest.mark.parametrize(
    ("model", "name"), [(Newer(), "cache"), (Older(), "past_key_values"), (Wrapped(), "cache")]
)
def test_the_name_is_that_of_the_forward(model: object, name: str) -> None:
    """No version is asked: families move one by one, and remote code never does."""
    assert cache_name(model) == name
