"""The lowest versions that the project says it runs with, and that `tox run -e lowest` installs."""

from __future__ import annotations

import runpy
import tomllib
from pathlib import Path
from typing import Any

import pytest

REPO = Path(__file__).parents[1]
# Raised only by a decision: what fails at these is fixed in the code.
AT_MOST = {"torch": (2, 11), "transformers": (5, 17), "huggingface_hub": (1, 33)}


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    """The project's table in pyproject.toml."""
    document = tomllib.loads((REPO / "pyproject.toml").read_text(encoding="utf-8"))
    found: dict[str, Any] = document["project"]
    return found


def test_each_dependency_is_pinned_to_its_bound(project: dict[str, Any]) -> None:
    """Those of all extras too; torch is not, which is pinned to its CPU build."""
    pins: list[str] = runpy.run_path(str(REPO / ".ci" / "lowest.py"))["lowest"](project)
    assert "numpy==1.26" in pins
    assert "pytest-xdist==3.8" in pins  # and nothing of what stands behind the bound
    assert "transformers==5.17" in pins
    names = {pin.partition("==")[0] for pin in pins}
    extras = [row for group in project["optional-dependencies"].values() for row in group]
    declared = {row.partition(">=")[0] for row in [*project["dependencies"], *extras]}
    assert declared - names == {"torch", "pytest-culture[page]"}


def test_bounds_stay_where_they_are(project: dict[str, Any]) -> None:
    """Whoever has these releases can run the harness."""
    rows = [*project["dependencies"], *project["optional-dependencies"]["models"]]
    bounds = dict(row.split(">=") for row in rows if ">=" in row and "," not in row)
    for name, most in AT_MOST.items():
        assert tuple(map(int, bounds[name].split("."))) <= most
