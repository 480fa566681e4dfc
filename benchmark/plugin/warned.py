"""Warnings while suites are measured: none is an error, each distinct one is a line at the end.

A library's warning is not a case's fault. Knows pytest's and Python's warnings; no suite, no model.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any, TextIO

import pytest

SHOWN = 10
WIDEST = 200  # characters of a message; some are pages long


def register(config: pytest.Config) -> None:
    """Let warnings pass and collect them until the session ends."""
    caught = warnings.catch_warnings()
    caught.__enter__()
    config.add_cleanup(lambda: caught.__exit__(None, None, None))
    soften(config)
    collected = WarningList(config)
    warnings.showwarning = collected.show
    config.pluginmanager.register(collected, "culture-warned")


def soften(config: pytest.Config) -> None:
    """Undo an ini file's ``error``, which is for a project's own tests; ``-W`` is for this run."""
    actions = [line.partition(":")[0].strip() for line in config.getini("filterwarnings")]
    if not any(action and "error".startswith(action) for action in actions):
        return
    config.addinivalue_line("filterwarnings", "default")  # the last line counts
    if not config.option.pythonwarnings:
        warnings.simplefilter("default")  # replaces what pytest read from the file


class WarningList:
    """Collects warnings in every process; the main process lists them all."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._places: dict[str, str] = {}
        self._reporter: Any = None
        self._list_printed = False

    def show(
        self,
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        """Replaces Python's own: between pytest's phases nothing else records a warning."""
        found = warnings.WarningMessage(message, category, filename, lineno, file, line)
        self._config.hook.pytest_warning_recorded.call_historic(
            kwargs={
                "warning_message": found,
                "when": "config",
                "nodeid": "",
                "location": None,
            }
        )

    @pytest.hookimpl(tryfirst=True)
    def pytest_warning_recorded(self, warning_message: warnings.WarningMessage) -> None:
        """Keep it as plain text, because xdist imports a warning's class where it is received."""
        text = _plain(warning_message)
        if text in self._places:
            return
        self._places[text] = _place(warning_message)
        if self._list_printed and len(self._places) <= SHOWN:
            self._reporter.write_line(self._line(text), yellow=True)

    def pytest_sessionstart(self) -> None:
        """Replace pytest's own summary, unless the user switched that off."""
        reporter: Any = self._config.pluginmanager.get_plugin("terminalreporter")
        letters = getattr(reporter, "reportchars", "")
        if "w" in letters:
            reporter.reportchars = letters.replace("w", "")
            self._reporter = reporter

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self) -> None:
        """Print the list; warnings raised meanwhile follow it."""
        if self._reporter is None:
            return
        self._list_printed = True
        if self._places:
            self._reporter.section("warnings", sep="=", yellow=True)
        for text in list(self._places)[:SHOWN]:
            self._reporter.write_line(self._line(text), yellow=True)
        if len(self._places) > SHOWN:
            self._reporter.write_line(f"and {len(self._places) - SHOWN} more", yellow=True)

    def _line(self, text: str) -> str:
        return f"{text} ({self._places[text]})"


def _plain(message: warnings.WarningMessage) -> str:
    """Its class and text on one line; the message becomes a text of a builtin class.

    xdist would import another library's class in the main process, and take the worker for dead if
    the class is local to a function.
    """
    category = message.category
    if isinstance(message.message, Warning):
        words = " ".join(f"{category.__name__}: {message.message}".split())
        cut = words if len(words) <= WIDEST else f"{words[: WIDEST - 1]}…"
        message.message = cut
        message.category = next(c for c in category.__mro__ if c.__module__ == "builtins")
    return str(message.message)


def _place(message: warnings.WarningMessage) -> str:
    """File and line, with enough of the path to identify the library."""
    return f"{'/'.join(Path(message.filename).parts[-3:])}:{message.lineno}"
