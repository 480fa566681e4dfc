"""Documents name files of the repository as they are called now."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

import pytest

from tests.picture import REPO

PAGES = [
    "README.md",
    "CONTRIBUTING.md",
    *sorted(str(path.relative_to(REPO)) for path in (REPO / "docs").rglob("*.md")),
]
NAMED = re.compile(r"`([\w./-]+\.py)(?:::?\w+)?`")
OF_USERS = {"test_NAME.py"}  # files that a reader is to write
TREE = [
    PurePosixPath(path.relative_to(REPO).as_posix())
    for folder in ("benchmark", "fixtures", "leaderboard", "suites", "tests", ".ci")
    for path in (REPO / folder).rglob("*.py")
] + [PurePosixPath("conftest.py")]


@pytest.mark.parametrize("page", PAGES)
def test_a_named_module_is_there(page: str) -> None:
    """By its path or the end of it, as ``plugin/live.py``."""
    named = set(NAMED.findall((REPO / page).read_text(encoding="utf-8"))) - OF_USERS
    assert [name for name in sorted(named) if not any(path.match(name) for path in TREE)] == []
