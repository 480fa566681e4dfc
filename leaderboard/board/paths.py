"""Default paths of the board and its runs, and the files that command-line paths stand for.

Knows paths only, not what is in the files.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmark.errors import BoardProblem

DEFAULT_BOARD = Path("leaderboard") / "leaderboard.json"
DEFAULT_RUNS = DEFAULT_BOARD.parent / "runs"


def files_help(what: str) -> str:
    """The help text of an argument for `files_in`."""
    return f"{what}, or folders to search for .json files"


def files_in(
    paths: Sequence[Path], pattern: str = "*.json", *, what: str = ".json file"
) -> list[Path]:
    """The files that were named, and all in the folders that were named, each once.

    Raises
    ------
    BoardProblem
        A folder has no file that matches the pattern; ``what`` is its name.
    """
    found: list[Path] = []
    for path in paths:
        inside = sorted(path.rglob(pattern)) if path.is_dir() else [path]
        if not inside:
            raise BoardProblem(f"folder {path} holds no {what}")
        found += inside
    return list({path.resolve(): path for path in found}.values())
