"""What the former version wrote: its bundle replays, its store is never read for today's prompts.

``tests/data/former`` was made by the release before prompts were rendered anew (key schema 1):
one question, answered by ``reference:random``.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from benchmark.engine.store import ResponseStore
from benchmark.replay.bundle import read
from benchmark.runs.run import read_run
from leaderboard.__main__ import main
from tests.plugin.running import run_pytest

FORMER = Path(__file__).parents[2] / "data" / "former"
CELL = ("--countries", "NGA", "--topics", "religion", "--proxies", "country", "--limit", "2")


def test_a_former_bundle_replays_under_the_keys_that_it_carries(tmp_path: Path) -> None:
    """Its answers are found, although today's request has another key."""
    bundle = read(FORMER / "bundle.zip")
    assert [entry.key_schema for entry in bundle.entries] == [1]
    out = ("--runs", str(tmp_path / "runs"), "--leaderboard", str(tmp_path / "board.json"))
    done = run_pytest("suites/wvs", "--replay", str(FORMER / "bundle.zip"), *CELL, *out)
    assert done.code == 0, done.out
    assert "1 read from" in done.out


def test_a_former_bundle_is_scored_anew_as_the_same_questions(tmp_path: Path) -> None:
    """Version 1 named another digest of the same survey; the new run is comparable with today's."""
    new = tmp_path / "new.json"
    assert main(["rescore", str(FORMER / "bundle.zip"), "--out", str(new)]) == 0
    (entry,) = read(FORMER / "bundle.zip").entries
    out = ("--runs", str(tmp_path / "runs"), "--leaderboard", str(tmp_path / "board.json"))
    done = run_pytest("suites/wvs", "--model", "reference:random", *CELL, *out)
    assert done.code == 0, done.out
    (path,) = (tmp_path / "runs").rglob("*.json")
    before, rescored, today = entry.run, read_run(new), read_run(path)
    assert (before.suite_version, rescored.suite_version) == ("1", today.suite_version)
    assert before.config["survey"] != rescored.config["survey"] == today.config["survey"]
    assert {s.name for s in rescored.scores} == {s.name for s in today.scores}


def test_a_former_store_answers_nothing_of_today(tmp_path: Path) -> None:
    """The same command on the same store computes its answer anew, beside the old one."""
    store = Path(shutil.copy(FORMER / "responses.sqlite", tmp_path))
    out = ("--runs", str(tmp_path / "runs"), "--leaderboard", str(tmp_path / "board.json"))
    asked = ("--model", "reference:random", "--store", str(store), *CELL)
    done = run_pytest("suites/wvs", *asked, *out)
    assert done.code == 0, done.out
    assert "1 computed, 0 read" in done.out
    opened = ResponseStore(store)
    assert len(opened) == 2
    opened.close()
