"""One Chromium for all tests of the page that want one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.leaderboard.page.sites import Site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The system's Chromium, without a window."""
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium") or shutil.which("chromium-browser")
    path = path or shutil.which("google-chrome")
    if path is None and not os.environ.get("CI"):
        pytest.skip("no Chromium is installed: apt-get install chromium")
    assert path is not None, "continuous integration needs a Chromium"
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture(scope="module")
def seen(site: Site) -> tuple[Page, list[str]]:
    """One page that tests look at in turn; each puts back what it changes."""
    return site.open()


@pytest.fixture
def page(seen: tuple[Page, list[str]]) -> Page:
    """The page, wherever the test before left it."""
    return seen[0]
