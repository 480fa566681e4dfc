"""The live line on a pseudo-terminal, and that nothing of it reaches a log."""

from __future__ import annotations

import re
from typing import Any

import pytest

from benchmark.plugin.live import fits
from tests.plugin.running import SMALL, Place
from tests.plugin.terminal import COLUMNS, on_a_terminal, screen

# More dots than a line holds, and several units.
WIDE = ("--countries", "NGA,BRA,KOR,USA", "--proxies", "country,food,sports")
DRAWN = re.compile(r"\x1b7\x1b\[(\d+)G([^\x1b]+)\x1b8")


def look(
    place: Place,
    *arguments: str,
    model: str = "reference:uniform",
    env: dict[str, str] | None = None,
) -> tuple[int, str]:
    """Run on a terminal."""
    own = {"CULTURE_CACHE": str(place.store.parent), **(env or {})}
    return on_a_terminal(*place.command(*arguments, model=model), env=own)


@pytest.mark.parametrize("workers", ["0", pytest.param("2", marks=pytest.mark.slow)])
def test_a_terminal_shows_pace_and_time_left_and_is_clean_at_last(
    place: Place, workers: str
) -> None:
    """Beside pytest's dots, inside the line, and gone without a trace when the cases are done."""
    code, written = look(place, *WIDE, "-n", workers)
    assert code == 0, written
    drawn = DRAWN.findall(written)
    assert any(re.fullmatch(r"[\d. ]+ prompts/s, .+ left", text) for _, text in drawn), written
    assert all(int(column) + len(text) <= COLUMNS - len("[100%]") for column, text in drawn)
    lines = screen(written)
    assert not [line for line in lines if "prompts/s" in line or line.endswith(" left")]
    dots = [line for line in lines if re.fullmatch(r"(\S+\.py )?\.+ +\[ *\d+%\]", line)]
    assert sum(line.rpartition(".py")[2].count(".") for line in dots) == n_cases(place)
    assert dots[-1].endswith("[100%]")


def n_cases(place: Place) -> int:
    """Rows of the only run file."""
    return len(place.document()["rows"])


def test_the_screen_in_mid_run_shows_dots_and_line_together(place: Place) -> None:
    """The cursor returns to the dots: what stands to the right does not move them."""
    _, written = look(place, *WIDE)
    middle = list(DRAWN.finditer(written))[5]
    line = screen(written[: middle.end()])[-1]
    assert re.search(r"\.{3,}  +.+ left$", line), line


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"verbosity": -1}, True),
        ({"verbosity": 1}, False),
        ({"verbosity": -2}, False),
        ({"capture": "no"}, False),
        ({"environ": {"TERM": "xterm", "CI": "true"}}, False),
        ({"environ": {"TERM": "xterm", "BUILD_NUMBER": "7"}}, False),
        ({"environ": {"TERM": "dumb"}}, False),
        ({"environ": {}}, False),
    ],
)
def test_where_it_would_disturb_there_is_none(changes: dict[str, Any], expected: bool) -> None:
    """Continuous integration, terminals that cannot move their cursor, lines that are full."""
    usual: dict[str, Any] = {"verbosity": 0, "capture": "fd", "environ": {"TERM": "xterm"}}
    assert fits(**{**usual, **changes}) is expected


def test_continuous_integration_on_a_terminal_gets_plain_dots(place: Place) -> None:
    """The environment decides also where somebody lends the job a terminal."""
    code, written = look(place, *SMALL, env={"CI": "true"})
    assert code == 0, written
    assert "\x1b7" not in written
    assert "\x1b[K" not in written


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_log_holds_no_escape_sequence(place: Place, workers: str) -> None:
    """Piped output is plain text."""
    done = place.run(*SMALL, "-n", workers, env={"TERM": "xterm"})
    assert done.code == 0
    assert "\x1b" not in done.out
    assert "prompts/s" not in done.out


def test_an_interrupted_run_leaves_a_clean_line(place: Place) -> None:
    """Ctrl-C in mid-run: the line is erased before pytest says so."""
    env, plugins = place.plugin(
        "interrupt",
        "def pytest_runtest_call(item):\n"
        "    if 'wvs/USA/religion/country' in item.name:\n"
        "        raise KeyboardInterrupt\n",
    )
    code, written = look(place, *WIDE, *plugins[-2:], env=env)
    assert code == 2, written
    assert DRAWN.search(written)
    assert not [line for line in screen(written) if line.endswith(" left")]
