"""Imports follow the picture, whose parts are folders: no circle, and packages in their place."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.picture import (
    FOLDERS,
    PAGES,
    between_modules,
    between_parts,
    circles,
    imports,
    made_part,
    modules,
    part_of,
)

DRAWING = frozenset({"matplotlib"})  # an extra of its own
HEAVY = frozenset({"torch", "torchvision", "transformers", "datasets", "tokenizers", "safetensors"})
HEAVY |= {"peft", "trl"}
# Who may import pytest and xdist, and who a framework.
PYTEST = frozenset({"benchmark.plugin", "fixtures", "suites"})
FRAMEWORKS = frozenset({"benchmark.models", "benchmark.finetune"})
FRAMEWORKS |= {"benchmark.hub"}
# Parts that may import no other package than these.
ONLY: dict[str, frozenset[str]] = {
    "benchmark.metrics": frozenset({"numpy", "rapidfuzz", "regex", "scipy"}),
    "benchmark.analyses": frozenset({"numpy", "threadpoolctl"}),
    "benchmark.engine": frozenset(),
    "benchmark.gates": frozenset({"numpy", "scipy"}),
}
OWN = [name for name in modules() if name != "benchmark"]


def test_no_module_imports_itself_in_a_circle() -> None:
    """Not even for types: what two modules need of each other belongs in a third."""
    assert circles(between_modules()) == []


def test_no_folder_imports_another_in_a_circle() -> None:
    """The folders have an order, from the words at the bottom to the commands on top."""
    assert circles(between_parts()) == []


def test_nothing_lies_loose_but_the_words() -> None:
    """What all parts share stands beside the folders; a new module belongs into one of them."""
    loose = {
        name
        for name, path in modules().items()
        if name.count(".") == 1 and path.stem != "__init__" and name.startswith(("bench", "leader"))
    }
    words = ("errors", "jsonio", "option_values", "records", "settings", "vocabulary")
    assert loose == {"leaderboard.__main__", *(f"benchmark.{name}" for name in words)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_pages_show_the_picture_of_the_code(page: Path) -> None:
    """A new folder or a new arrow shows where people look; `python -m tests.picture` does it."""
    assert made_part(page).strip() == PAGES[page]().strip()


def test_the_package_itself_imports_nothing() -> None:
    """``import benchmark`` runs no code, so any part can be imported alone."""
    assert imports("benchmark") == ()


@pytest.mark.parametrize("module", OWN)
def test_packages_stay_where_they_belong(module: str) -> None:
    """Only the outer shell knows pytest and xdist; metrics know array and text libraries."""
    part, used = part_of(module), {}
    for found in imports(module):
        used[found.target.partition(".")[0]] = found.where
    if part not in PYTEST:
        assert used.keys().isdisjoint({"pytest", "_pytest", "xdist"}), used
    if part in ONLY:
        foreign = used.keys() - ONLY[part] - set(FOLDERS) - sys.stdlib_module_names
        assert foreign == set(), {name: used[name] for name in foreign}


@pytest.mark.parametrize("module", OWN)
def test_frameworks_are_imported_when_first_needed(module: str) -> None:
    """Torch and its like stand in functions of the adapters, their timing and the Hub reader."""
    heavy = [found for found in imports(module) if found.target.partition(".")[0] in HEAVY]
    assert [found.where for found in heavy if found.at_load] == []
    if heavy:
        assert part_of(module) in FRAMEWORKS


@pytest.mark.parametrize("module", OWN)
def test_matplotlib_is_imported_when_a_figure_is_drawn(module: str) -> None:
    """Only in functions of the report: tables and all else work without it."""
    found = [entry for entry in imports(module) if entry.target.partition(".")[0] in DRAWING]
    assert [entry.where for entry in found if entry.at_load] == []
    if found:
        assert part_of(module) == "leaderboard.report"
