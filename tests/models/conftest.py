"""The demo model, built once and loaded once for all model tests."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from benchmark.models import registry
from benchmark.models.registry import ModelOptions
from benchmark.models.weights import demo
from benchmark.models.weights.transformers import TransformersModel
from tests.models.asking import options


@pytest.fixture(scope="session")
def demo_options(tmp_path_factory: pytest.TempPathFactory) -> ModelOptions:
    """Options whose cache is the session's."""
    return options(tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="session")
def demo_folder(demo_options: ModelOptions) -> Path:
    """The demo as the harness builds it on first use."""
    pytest.importorskip("torch", reason="the demo needs the extra 'models'")
    pytest.importorskip("transformers", reason="the demo needs the extra 'models'")
    return demo.ready_demo(demo_options.cache)


@pytest.fixture(scope="session", params=["full", "shared"])
def demo_model(
    request: pytest.FixtureRequest, demo_folder: Path, demo_options: ModelOptions
) -> TransformersModel:
    """The demo, loaded as any local folder is, on each scoring path."""
    asked = dataclasses.replace(demo_options, scoring=request.param)
    spec = registry.resolve(str(demo_folder))
    identity = registry.identify(spec, asked, survey=None)
    model = registry.load(spec, identity, asked, survey=None)
    assert isinstance(model, TransformersModel)
    return model
