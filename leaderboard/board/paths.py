"""Where the board and its runs lie by default, and the files that a path on the command line means.

Knows paths only; nothing of what is in the files.
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
    """The help of an argument that `every_json` takes."""
    return f"{what}, or folders that are searched for .json files"


def every_json(paths: Sequence[Path]) -> list[Path]:
    """The files that were named, and of each folder all ``.json`` in it; `BoardProblem` if none."""
    found: list[Path] = []
    for path in paths:
        inside = sorted(path.rglob("*.json")) if path.is_dir() else [path]
        if not inside:
            raise BoardProblem(f"folder {path} holds no .json file")
        found += inside
    return found


def every_json_once(paths: Sequence[Path]) -> list[Path]:
    """The same, each file once even where it is named twice or lies in a folder that is named."""
    return list({path.resolve(): path for path in every_json(paths)}.values())
