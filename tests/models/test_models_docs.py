"""The tables of docs/models.md say what the code does."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

from benchmark.models.naming import aliases

REPO = Path(__file__).parents[2]
PAGE = (REPO / "docs" / "models.md").read_text(encoding="utf-8")
MODELS = REPO / "benchmark" / "models" / "weights"


def rows(command: str) -> list[list[str]]:
    """Cells of the table that a command prints."""
    table = PAGE.split(f"```\n{command}\n```\n")[1].split("\n|", 1)[1].split("\n\n")[0]
    lines = table.splitlines()[2:]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


CLASSES = rows("python -m tests.benchmarks.classes")


def families() -> set[str]:
    """Those that share prefixes."""
    return set(tomllib.loads((MODELS / "families.toml").read_text("utf-8"))["families"])


def test_shared_rows_are_the_families_that_share() -> None:
    """No more of them and no fewer."""
    shared = {name.strip("`") for name, _, path, *_ in CLASSES if path == "shared"}
    assert shared == families()
    assert {path for _, _, path, *_ in CLASSES} == {"shared", "full", "no", "not tried"}


def test_table_has_every_class_of_the_version_that_it_names() -> None:
    """A newer transformers needs the table made again."""
    auto = pytest.importorskip("transformers.models.auto.modeling_auto")
    said = re.search(r"^With transformers (\S+):$", PAGE, re.MULTILINE)
    assert said is not None
    if said[1] != metadata.version("transformers"):
        pytest.skip(f"the table is of transformers {said[1]}")
    known = dict(auto.MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES)
    assert {name.strip("`"): kind for name, kind, *_ in CLASSES} == known


def test_what_needs_torchvision_is_what_the_mapping_says() -> None:
    """Mistral 3 does not: its pictures are read with Pillow."""
    needs = {name.strip("`") for name, _, _, need, _ in CLASSES if "torchvision" in need}
    assert {"llama4", "cohere2_vision", "lfm2_vl", "molmo2", "kimi_k25"} <= needs
    assert not needs & families()


def test_caps_of_the_pictures_table_are_those_that_are_named() -> None:
    """A family that shares has a row; its cap is the one that the header names."""
    table = {row[0].strip("`"): row[-1] for row in rows("python -m tests.benchmarks.pictures")}
    assert set(table) == families() - {"qwen3_vl_moe"}  # as Qwen3-VL
    caps = tomllib.loads((MODELS / "caps.toml").read_text("utf-8"))
    for family, cell in table.items():
        assert caps.get(family, "") in cell
        assert bool(cell) == (family in caps)


def test_aliases_are_in_no_order_twice() -> None:
    """Two names for one model would be two rows of a board."""
    ids = list(aliases().values())
    assert len(ids) == len(set(ids))
