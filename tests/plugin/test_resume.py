"""Runs that were cut short: ``kill -9``, Ctrl-C, ``-x``; and runs that find everything stored."""

from __future__ import annotations

import sqlite3

import pytest

from tests.plugin.running import BROAD, SMALL, Outcome, Place, answers

WORDS = (*SMALL, "--proxies", "country,food", "--batch-size", "2")
N_CASES = 10  # eight of alignment, and one for each of two pictures
WIDE = (*BROAD, "--batch-size", "8")

# Dies by SIGKILL once so many answers are in the store: in the midst of a unit's batches.
KILL_AT_PUT = """
import os, signal
from benchmark.engine.store import ResponseStore

kept, left = ResponseStore.put, [{after}]

def put(self, answers, **more):
    kept(self, answers, **more)
    left[0] -= 1
    if left[0] == 0:
        os.kill(os.getpid(), signal.SIGKILL)

ResponseStore.put = put
"""

# Dies in the process that writes the journal, once so many cases are in it.
KILL_AT_CASE = """
import os, signal, pytest

left = [{after}]

@pytest.hookimpl(trylast=True)
def pytest_runtest_logreport(report):
    if report.when == "call" and not os.environ.get("PYTEST_XDIST_WORKER"):
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
"""

INTERRUPT = """
left = [{after}]

def pytest_runtest_call(item):
    left[0] -= 1
    if left[0] == 0:
        raise KeyboardInterrupt
"""


def stored(place: Place) -> int:
    """How many answers the store holds, by looking into the file."""
    with sqlite3.connect(place.store) as database:
        (count,) = database.execute("SELECT count(*) FROM answers").fetchone()
    database.close()
    return int(count)


def cut(
    place: Place, plugin: str, after: int, *more: str, model: str, words: tuple[str, ...] = WORDS
) -> Outcome:
    """The run with a plugin that ends it early."""
    env, plugins = place.plugin("cut", plugin.format(after=after))
    return place.run(*words, *more, model=model, env=env, plugins=plugins)


def whole(
    place: Place, *more: str, model: str, words: tuple[str, ...] = WORDS
) -> tuple[Place, Outcome]:
    """The same run elsewhere, undisturbed."""
    other = Place(folder=place.folder / "undisturbed")
    done = other.run(*words, *more, model=model)
    assert done.code == 0, done.out
    return other, done


def check_killed_and_resumed(
    place: Place, killed: Outcome, *more: str, model: str, words: tuple[str, ...] = WORDS
) -> None:
    """The same command computes what is missing only, and ends as if nothing had happened."""
    assert killed.code == -9, killed.out
    assert place.files() == []
    before = stored(place)
    undisturbed, first = whole(place, *more, model=model, words=words)
    assert 0 < before < answers(first)[0]
    again = place.run(*words, *more, model=model)
    assert again.code == 0, again.out
    assert answers(again)[0] == answers(first)[0] - before
    assert stored(place) == answers(first)[0]
    assert place.rows_text() == undisturbed.rows_text()
    assert place.document()["scores"] == undisturbed.document()["scores"]
    assert place.document()["complete"] is True
    assert place.files("*journal*") == []


# --- kill -9 -------------------------------------------------------------------------------


@pytest.mark.parametrize("after", [3, pytest.param(12, marks=pytest.mark.slow)])
def test_killed_between_batches(place: Place, after: int) -> None:
    """Answers that were stored before ``kill -9`` are never computed again."""
    killed = cut(place, KILL_AT_PUT, after, model="reference:resample", words=WIDE)
    check_killed_and_resumed(place, killed, model="reference:resample", words=WIDE)


@pytest.mark.parametrize(
    "model", ["reference:resample", pytest.param("reference:uniform", marks=pytest.mark.slow)]
)
def test_killed_between_cases(place: Place, model: str) -> None:
    """Cases that were in the journal at ``kill -9`` are not run again."""
    killed = cut(place, KILL_AT_CASE, 20, model=model, words=WIDE)
    assert len(place.files("*.journal.jsonl")) == 1
    check_killed_and_resumed(place, killed, model=model, words=WIDE)


def test_a_resumed_run_says_so(place: Place) -> None:
    """The header counts the finished cases, and only the others are run."""
    cut(place, KILL_AT_CASE, 3, model="reference:uniform")
    again = place.run(*WORDS)
    assert "3 cases are done" in again.sentence("continuing an interrupted run")
    assert "7 passed, 3 deselected" in again.out


@pytest.mark.slow
def test_the_controller_of_two_workers_killed(place: Place) -> None:
    """``kill -9`` of the controller under ``-n 2``: the same command goes on."""
    killed = cut(place, KILL_AT_CASE, 20, "-n", "2", model="reference:resample", words=WIDE)
    assert killed.code == -9
    undisturbed, first = whole(place, model="reference:resample", words=WIDE)
    before = stored(place)
    again = place.run(*WIDE, "-n", "2", model="reference:resample")
    assert again.code == 0, again.out
    assert answers(again)[0] == answers(first)[0] - before
    assert place.rows_text() == undisturbed.rows_text()
    assert place.files("*journal*") == []


@pytest.mark.slow
@pytest.mark.models
def test_the_demo_model_killed_between_batches(place: Place) -> None:
    """Real forward passes: batches are formed as in a fresh run, so the rows are identical."""
    killed = cut(place, KILL_AT_PUT, 4, "--threads", "1", model="demo")
    check_killed_and_resumed(place, killed, "--threads", "1", model="demo")


@pytest.mark.parametrize("workers", ["0", "2"])
def test_nothing_left_to_do_is_success(place: Place, workers: str) -> None:
    """Killed after the last case but before the files were written: exit 0, not 5."""
    killed = cut(place, KILL_AT_CASE, N_CASES, model="reference:uniform")
    assert killed.code == -9
    assert place.files() == []
    again = place.run(*WORDS, "-n", workers)
    assert again.code == 0, again.out
    assert len(place.document()["rows"]) == N_CASES
    assert place.document()["complete"] is True


# --- Ctrl-C and -x -------------------------------------------------------------------------


def test_an_interrupted_run_is_kept_as_partial_and_continued(place: Place) -> None:
    """Ctrl-C: exit 2, what was measured is written and marked; the next run completes it."""
    interrupted = cut(place, INTERRUPT, 4, model="reference:uniform")
    assert interrupted.code == 2, interrupted.out
    assert place.run_file().name.endswith(".partial.json")
    assert len(place.document()["rows"]) == 3
    assert place.document()["partial_because"] == ["7 of 10 cases were not run"]
    assert place.board_rows()[0]["complete"] is False
    again = place.run(*WORDS)
    assert again.code == 0, again.out
    assert "7 passed, 3 deselected" in again.out
    assert not place.run_file().name.endswith(".partial.json")
    assert place.board_rows()[0]["complete"] is True


def test_an_interruption_leaves_the_complete_run_alone(place: Place) -> None:
    """A second run that is cut short never takes the place of the first."""
    assert place.run(*WORDS).code == 0
    complete, board = place.run_file(), place.leaderboard.read_bytes()
    before = complete.read_bytes()
    assert cut(place, INTERRUPT, 4, model="reference:uniform").code == 2
    assert complete.read_bytes() == before
    assert place.leaderboard.read_bytes() == board


def test_stopping_at_the_first_failure_is_partial(place: Place) -> None:
    """``-x`` ends the run with exit 1; cases that were not reached are counted as not run."""
    env, plugins = place.plugin(
        "spoil",
        "def pytest_runtest_call(item):\n    assert 'BRA' not in item.name, 'spoilt on purpose'\n",
    )
    done = place.run(*WORDS, "-x", env=env, plugins=plugins)
    assert done.code == 1
    assert place.document()["partial_because"] == [
        "1 cases failed",
        "7 of 10 cases were not run",
    ]
    assert "spoilt on purpose" in place.document()["failed"][0]["reason"]


# --- everything stored ---------------------------------------------------------------------


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_second_run_computes_nothing(place: Place, workers: str) -> None:
    """The same command again reads every answer and writes the same rows."""
    first = place.run(*WORDS, model="reference:resample")
    rows = place.rows_text()
    second = place.run(*WORDS, "-n", workers, model="reference:resample")
    assert second.code == 0
    assert answers(second) == (0, answers(first)[0])
    assert place.rows_text() == rows
    assert place.document()["provenance"]["answers"] == {
        "computed": 0,
        "stored": answers(first)[0],
    }
