"""A writable Hub, a process that publishes to it, and boards to publish."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from benchmark.runs.run import Run, write_run
from leaderboard.board.board import update
from tests.hub_server import running
from tests.hub_writes import WritableHub

REPO = Path(__file__).parents[3]
TOKEN = "hf_" + "thisMustNeverBePrintedOrStored4321"
PLACE = "org/board"


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a command gave and said; ``slept`` are the waits between its tries."""

    value: Any
    out: str
    err: str
    log: str
    slept: Sequence[float]


class Publisher:
    """A process that publishes; one call at a time."""

    def __init__(self, hub: WritableHub, home: Path, token: str = TOKEN, **more: str) -> None:
        self.home = home
        more = {"HF_HUB_VERBOSITY": "error", "HF_TOKEN": token} | more
        more = {name: value for name, value in more.items() if value}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.leaderboard.publish.driver"],
            cwd=REPO,
            env=hub.environment(
                home,
                CULTURE_CACHE=str(home / "cache"),
                COLUMNS="100",
                **more,
            ),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def send(self, **order: object) -> None:
        """Give an order and do not wait."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()

    def receive(self) -> Answer:
        """The answer to the last order. Whatever was said, the token is not in it."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read() if self.process.stderr else ""
        assert TOKEN not in line
        return Answer(**json.loads(line))

    def order(self, **order: object) -> Answer:
        """Give an order and wait for it."""
        self.send(**order)
        return self.receive()

    def publish(self, board: Path, *more: str, yes: bool = True) -> Answer:
        """``publish`` of a board."""
        sure = ("--yes",) if yes else ()
        argv = ["publish", PLACE, "--leaderboard", str(board), *more, *sure]
        return self.order(order="publish", argv=argv)

    def end(self) -> None:
        """Let the process go."""
        self.process.kill()
        self.process.communicate()


@pytest.fixture(scope="session")
def served() -> Iterator[WritableHub]:
    """The Hub of all tests."""
    with running(WritableHub(TOKEN)) as hub:
        yield hub


@pytest.fixture
def hub(served: WritableHub) -> WritableHub:
    """An empty Hub."""
    served.forget()
    return served


@pytest.fixture(scope="session")
def publisher(served: WritableHub, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Publisher]:
    """Somebody who may write."""
    made = Publisher(served, tmp_path_factory.mktemp("home"))
    yield made
    made.end()


@pytest.fixture(scope="session")
def rival(served: WritableHub, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Publisher]:
    """Somebody else who may write, whose client tells all that it does."""
    home = tmp_path_factory.mktemp("rival")
    made = Publisher(served, home, HF_HUB_VERBOSITY="debug", HF_DEBUG="1")
    yield made
    made.end()


def board_of(folder: Path, *runs: Run) -> Path:
    """A board of runs, with their files beside it."""
    board = folder / "leaderboard.json"
    for run in runs:
        update(board, run, run_file=write_run(folder / "runs", run))
    return board
