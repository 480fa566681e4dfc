"""A built page in a browser; knows Playwright."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WIDTHS = (360, 768, 1280)
ROWS = "#board tbody tr"


def says(page: Page, selector: str, text: str) -> None:
    """Wait until an element holds this text; by locator, as the page's policy forbids `eval`."""
    from playwright.sync_api import expect

    expect(page.locator(selector).first).to_contain_text(text, timeout=10_000)


@dataclass(frozen=True, slots=True)
class Site:
    """A built page, opened as often as wanted; what a console says is kept."""

    browser: Browser
    folder: Path

    def open(self, **context: Any) -> tuple[Page, list[str]]:
        """The page once its charts are there, with the complaints of its console."""
        shown = self.browser.new_context(viewport={"width": 1280, "height": 900}, **context)
        shown.set_default_timeout(10_000)
        page = shown.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: said.append(f"error: {error}"))
        page.on("requestfailed", lambda request: said.append(f"failed: {request.url}"))
        page.goto(f"{self.folder.as_uri()}/index.html")
        page.wait_for_selector("#countries svg")
        return page, said
