"""The timed models at a size that a test can wait for."""

from __future__ import annotations

import pytest

from benchmark.models.weights.loading import backend_modules
from tests.benchmarks.perf import geometry


def shrink(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the decoder of the middle-sized models as small as its vocabulary allows."""
    backend_modules()
    small = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2}
    heads = {"num_attention_heads": 2, "num_key_value_heads": 1, "vocab_size": 4200}
    monkeypatch.setattr(geometry, "MIDDLE_TEXT", geometry.MIDDLE_TEXT | small | heads)
