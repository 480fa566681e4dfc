"""What must not import torch: collection, the references, and a run whose answers are stored."""

from __future__ import annotations

import pytest

from tests.plugin.running import SMALL, Outcome, Place, answers

# `scipy.stats` is the half of a short run that need not be there.
HEAVY = ("torch", "transformers", "datasets", "tokenizers", "safetensors", "scipy.stats")

# Says at the end of every process which heavy packages it has loaded.
TELL = """
import os, sys

def pytest_unconfigure(config):
    loaded = [name for name in {heavy!r} if name in sys.modules]
    with open(os.path.join(os.path.dirname(__file__), "loaded.txt"), "a") as file:
        file.write(f"loaded: {{loaded}}\\n")
"""


def run(place: Place, *arguments: str, model: str) -> tuple[Outcome, set[str]]:
    """A run, and what its processes say they have loaded."""
    env, plugins = place.plugin("tell", TELL.format(heavy=HEAVY))
    done = place.run(*SMALL, *arguments, model=model, env=env, plugins=plugins)
    assert done.code == 0, done.out
    told = place.folder / "loaded.txt"
    lines = set(told.read_text(encoding="utf-8").splitlines())
    told.unlink()
    return done, lines


@pytest.mark.parametrize("model", ["demo", "reference:uniform"])
def test_collection_imports_no_torch(place: Place, model: str) -> None:
    """``--collect-only`` loads no framework, builds no demo and touches no store."""
    _, loaded = run(place, "--collect-only", model=model)
    assert loaded == {"loaded: []"}
    assert not place.store.parent.exists()


@pytest.mark.parametrize("workers", ["0", "2"])
def test_references_import_no_torch(place: Place, workers: str) -> None:
    """A reference model runs where the extra `models` is not installed."""
    _, loaded = run(place, "-n", workers, model="reference:nearest-country")
    assert loaded == {"loaded: []"}


@pytest.mark.slow
@pytest.mark.models
def test_a_second_run_of_the_demo_loads_no_model(place: Place) -> None:
    """Everything stored: no torch, no answer computed, the same rows."""
    first, loaded = run(place, model="demo")
    assert "torch" in loaded.pop()
    assert answers(first)[0] > 0
    rows = place.rows_text()
    second, loaded = run(place, model="demo")
    assert loaded == {"loaded: []"}
    assert answers(second) == (0, sum(answers(first)))
    assert place.rows_text() == rows
