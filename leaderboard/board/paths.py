"""Default paths of the board and its runs, and the files that command-line paths stand for.

Knows paths only, not what is in the files.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.errors import BoardProblem

if TYPE_CHECKING:
    from collections.abc import Sequence

DEFAULT_BOARD = Path("leaderboard") / "leaderboard.json"
DEFAULT_RUNS = DEFAULT_BOARD.parent / "runs"


def files_help(what: str) -> str:
    """The help text of an argument for `every_json`."""
    return f"{what}, or folders to search for .json files"


def every_json(paths: Sequence[Path]) -> list[Path]:
    """The files that were named, and every ``.json`` in each folder; `BoardProblem` if none."""
    found: list[Path] = []
    for path in paths:
        inside = sorted(path.rglob("*.json")) if path.is_dir() else [path]
        if not inside:
            raise BoardProblem(f"folder {path} holds no .json file")
        found += inside
    return found


def every_json_once(paths: Sequence[Path]) -> list[Path]:
    """The same, each file once even if it is named twice or is in a folder that is named."""
    return list({path.resolve(): path for path in every_json(paths)}.values())
