"""Write the page of a board: index.html, its drill-down scripts and the notices of what it uses.

Knows files and the order of the steps; what is shown is `view`'s, how it looks is `assets`'.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


def build_page(
    board: Path,
    runs: Path | Sequence[Path],
    out: Path,
    *,
    images: Sequence[Path] = (),
    title: str = "Leaderboard",
) -> Sequence[Path]:
    """Build the page of a board in a folder and return the files written, sorted.

    ``runs`` are run files, or folders that are searched for them: rows whose run is not among them
    are shown without their cases. ``images`` are folders with a manifest, for thumbnails of
    pictures whose licence is free.
    """
    raise NotImplementedError(board, runs, out, images, title)
