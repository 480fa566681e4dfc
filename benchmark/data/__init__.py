"""The tables and samples that come with the harness, by their file's name; knows no content."""

import csv
import tomllib
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent
SUITES = _HERE.parents[1] / "suites"


def file(name: str) -> Path:
    """A table, or a folder of them."""
    return _HERE / name


def sample(name: str) -> Path:
    """A file of the embedded samples."""
    return _HERE.parents[1] / "fixtures" / "data" / name


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a CSV file by their columns."""
    with file(name).open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def table(name: str) -> dict[str, Any]:
    """The content of a TOML file."""
    return tomllib.loads(file(name).read_text(encoding="utf-8"))
