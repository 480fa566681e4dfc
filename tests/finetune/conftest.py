"""A demo model and a planted set; without peft and trl the tests that need them are left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmark.models.registry import ModelOptions
from benchmark.models.weights import demo
from tests.finetune import planted


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache with the demo in it."""
    for name in ("torch", "transformers", "peft", "trl"):
        pytest.importorskip(name, reason="tuning needs the extras 'models' and 'finetune'")
    folder = tmp_path_factory.mktemp("cache")
    demo.ready_demo(folder)
    return folder


@pytest.fixture(scope="session")
def cpu(cache: Path) -> ModelOptions:
    """How the base is opened in these tests."""
    return ModelOptions(device="cpu", scoring="full", threads=1, cache=cache)


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A planted set with a training and a test split."""
    rows = (*planted.rows(36, split="train"), *planted.rows(24, split="test"))
    return planted.write(tmp_path_factory.mktemp("data") / "planted", *rows)
