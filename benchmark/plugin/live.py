"""The live line: prompts per second and time left, right of pytest's dots, on a terminal only.

Knows pytest's reports and its writer. The terminal reporter is unchanged: our text is erased
before it writes and redrawn afterwards, with the cursor put back.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Generator, Iterable, Mapping
from typing import Any

import pytest

from benchmark.plugin.reports import text_on
from benchmark.plugin.session import RunSession
from benchmark.plugin.speed import PERCENTAGE, Speed, fitting

ERASE = "\x1b[K"  # to the end of the line
KEEP, BACK = "\x1b7", "\x1b8"  # the cursor's place
_KEY = re.compile(r'"[0-9a-f]{64}"')
_VECTORS = re.compile(r'"item_id":"vectors:.*?"request_keys":\[[^\]]*\]')
_CASE_ID = re.compile(r"\[(?P<case_id>[^\]]+)\]$")


def fits(*, verbosity: int, capture: str, environ: Mapping[str, str]) -> bool:
    """Whether the line holds pytest's dots and nothing else.

    Not with ``-v``, which fills each line, ``-qq``, which writes none, or ``-s``: tests write.

    >>> fits(verbosity=0, capture="fd", environ={"TERM": "xterm"})
    True
    >>> fits(verbosity=0, capture="fd", environ={"TERM": "xterm", "CI": "1"})
    False
    """
    if any(environ.get(name) for name in ("CI", "BUILD_NUMBER")):
        return False
    return (
        verbosity in (0, -1) and capture != "no" and environ.get("TERM", "dumb") not in ("", "dumb")
    )


def prompts_in(row: str) -> int:
    """How many of the model's answers a row is made of; vectors are an encoder's.

    The keys are picked from the row's text: parsing the whole row would take longer.

    >>> story = '{"item_id":"honesty/0.3/1","request_keys":["' + "a" * 64 + '"]}'
    >>> vectors = '{"item_id":"vectors:clip|truncate","request_keys":["' + "b" * 64 + '"]}'
    >>> prompts_in(f"[{story},{vectors}]")
    1
    """
    return len(set(_KEY.findall(_VECTORS.sub("", row))))


def register(config: pytest.Config, session: RunSession) -> None:
    """Show the line where it is wanted."""
    option = config.option
    shown = config.pluginmanager.has_plugin("terminal")
    if not shown or option.estimate or option.collectonly:
        return
    if fits(verbosity=option.verbose, capture=option.capture, environ=os.environ):
        config.pluginmanager.register(LiveLine(config, session), "culture-live")


class LiveLine:
    """Hooks around the terminal reporter's; draws only on a terminal."""

    def __init__(
        self,
        config: pytest.Config,
        session: RunSession,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._config = config
        self._session = session
        self._clock = clock
        self._speed: Speed | None = None
        self._text_shown = False

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Without workers: the cases are known."""
        self._start(item.nodeid for item in session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        """With workers: the first one to have collected knows all cases."""
        if self._speed is None:
            self._start(ids)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_logstart(self) -> Generator[None]:
        """The name of a new file may be written."""
        self._erase()
        yield
        self._draw()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> Generator[None]:
        """A dot is written."""
        self._erase()
        yield
        text, case = text_on(report), _CASE_ID.search(report.nodeid)
        if text and case and self._speed is not None:
            worker = getattr(report, "worker_id", "")
            self._speed.note(case["case_id"], prompts_in(text), self._clock(), worker=worker)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_logfinish(self) -> Generator[None]:
        """The percentage at the end of a full line is written."""
        self._erase()
        yield
        self._draw()

    @pytest.hookimpl(wrapper=True, tryfirst=True, optionalhook=True)
    def pytest_testnodedown(self) -> Generator[None]:
        """A line about a worker that died is written."""
        self._erase()
        yield

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self) -> Generator[None, object, object]:
        """Leave nothing behind, however the run ends."""
        try:
            return (yield)
        finally:
            self._erase()
            self._speed = None

    def _start(self, ids: Iterable[str]) -> None:
        units = {
            case.case_id: case.unit
            for suite in self._session.suites.values()
            for case in suite.selection.cases
        }
        found = (match["case_id"] for match in map(_CASE_ID.search, ids) if match)
        chosen = {case_id: units[case_id] for case_id in found if case_id in units}
        self._speed = Speed(chosen, started_s=self._clock(), noun=self._noun(chosen))

    def _noun(self, chosen: Iterable[str]) -> str:
        """What the suites of these cases ask for; ``prompts`` if they differ."""
        met = {case_id.partition("/")[0] for case_id in chosen}
        nouns = {s.suite.meta.noun for name, s in self._session.suites.items() if name in met}
        return nouns.pop() if len(nouns) == 1 else "prompts"

    def _draw(self) -> None:
        writer = self._writer()
        if writer is None or self._speed is None:
            return
        width = writer.fullwidth
        text = fitting(self._speed.words(), used=writer.width_of_current_line, width=width)
        if text:
            column = width - PERCENTAGE - 1 - len(text)
            writer.write_raw(f"{KEEP}\x1b[{column}G{text}{BACK}", flush=True)
            self._text_shown = True

    def _erase(self) -> None:
        writer = self._writer()
        if writer is not None and self._text_shown:
            writer.write_raw(ERASE)
            self._text_shown = False

    def _writer(self) -> Any:
        reporter = self._config.pluginmanager.get_plugin("terminalreporter")
        return self._config.get_terminal_writer() if reporter and reporter.isatty() else None
