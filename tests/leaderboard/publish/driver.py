"""A process whose Hub is the loopback one: takes commands from its standard input, one a line.

The clients read their environment when they are imported, so it must be right from the start of the
process; and one process for many tests spares a second for each. Waits are noted and not waited.
"""

from __future__ import annotations

import io
import json
import logging
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from benchmark.errors import CultureError
from leaderboard.__main__ import main
from leaderboard.board.baseline import load_baselines
from leaderboard.publish import commands

LOG = io.StringIO()
SLEPT: list[float] = []


def plain_page(board: Path, runs: Path, out: Path) -> Sequence[Path]:
    """A page of a board: its rows in a script, and a script for each run."""
    found = {
        "index.html": "<!doctype html><title>Board</title>",
        "data/board.js": board.read_text(),
    }
    for path in sorted(runs.rglob("*.json")):
        found[f"data/{path.parent.parent.name}-{path.stem}.js"] = path.read_text()
    for name, text in found.items():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_text(text)
    return [out / name for name in found]


def publish(wanted: Mapping[str, Any]) -> object:
    """A command of ours by its arguments; gives its exit code."""
    try:
        return main(wanted["argv"])
    except SystemExit as left:
        return left.code


def baseline(wanted: Mapping[str, Any]) -> object:
    """The names and values of baselines, or why there are none."""
    try:
        found = load_baselines(wanted["texts"])
    except CultureError as problem:
        return f"{type(problem).__name__}: {problem}"
    return [[one.name, [score.value for score in one.scores]] for one in found]


def load(wanted: Mapping[str, Any]) -> object:
    """Rows of a published table, by the real `datasets` client."""
    import datasets

    found = datasets.load_dataset(wanted["repo"], wanted["table"], split="test")
    return [dict(row) for row in found]


ORDERS: Mapping[str, Callable[[Mapping[str, Any]], object]] = {
    "publish": publish,
    "baseline": baseline,
    "load": load,
}


def answer(wanted: Mapping[str, Any]) -> dict[str, object]:
    """What an order gave, and all that was printed and logged."""
    out, err = io.StringIO(), io.StringIO()
    SLEPT.clear()
    LOG.seek(0)
    LOG.truncate()
    os.environ.update(wanted.get("env", {}))
    with redirect_stdout(out), redirect_stderr(err):
        value = ORDERS[wanted["order"]](wanted)
    return {
        "value": value,
        "out": out.getvalue(),
        "err": err.getvalue(),
        "log": LOG.getvalue(),
        "slept": list(SLEPT),
    }


def serve() -> None:
    """Answer until the input ends."""
    logging.basicConfig(level=logging.DEBUG, stream=LOG)
    time.sleep = SLEPT.append  # type: ignore[assignment]
    commands.page_builder = lambda: plain_page
    for line in sys.stdin:
        sys.__stdout__.write(json.dumps(answer(json.loads(line))) + "\n")  # type: ignore[union-attr]
        sys.__stdout__.flush()  # type: ignore[union-attr]


if __name__ == "__main__":
    serve()
