"""A place of its own for every test that runs a suite."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.plugin.running import Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A folder that no other test writes to."""
    return Place(folder=tmp_path)
