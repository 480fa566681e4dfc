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
    """The help of an argument that `files_in` takes."""
    return f"{what}, or folders that are searched for .json files"


def files_in(
    paths: Sequence[Path], pattern: str = "*.json", *, what: str = ".json file"
) -> list[Path]:
    """The files that were named, and all in the folders that were, each once.

    Raises
    ------
    BoardProblem
        A folder has no file that fits the pattern, ``what`` in words.
    """
    found: list[Path] = []
    for path in paths:
        inside = sorted(path.rglob(pattern)) if path.is_dir() else [path]
        if not inside:
            raise BoardProblem(f"folder {path} holds no {what}")
        found += inside
    return list({path.resolve(): path for path in found}.values())
