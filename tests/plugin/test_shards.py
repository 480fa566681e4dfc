"""A run that is split: its shards, in any order and on any machine, make the unsharded run."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.plugin.running import ALWAYS, REPO, SMALL, Outcome, Place, environment
from tests.plugin.test_resume import KILL_AT_CASE

# Twelve cases in four units.
WORDS = ("--countries", "NGA,BRA", "--topics", "religion,race,science", "--proxies", "country,food")
TOO_HIGH = '[[gate]]\nsuite = "wvs"\nmetric = "js_similarity"\nreading = "printed"\nmin = 0.999\n'


def shard(place: Place, part: str, *more: str, model: str = "reference:resample") -> Outcome:
    """Measure one shard; it must not fail."""
    done = place.run(*WORDS, "--shard", part, *more, model=model)
    assert done.code == 0, done.out
    return done


def whole(place: Place, model: str = "reference:resample") -> Place:
    """The same run in one piece, elsewhere."""
    other = Place(folder=place.folder / "whole")
    assert other.run(*WORDS, model=model).code == 0
    return other


def merged(place: Place) -> Place:
    """The place without the shards' files, which stay beside the merged run."""
    for path in place.files("*.shard-*.json"):
        path.unlink()
    return place


def same(place: Place, other: Place) -> None:
    """Byte-identical rows, equal scores, complete, one row on the board."""
    assert merged(place).rows_text() == other.rows_text()
    ours, theirs = place.document(), other.document()
    assert ours["complete"] is True
    differing = {key for key in ours if ours[key] != theirs[key]}
    assert differing <= {"provenance"}
    assert [row["complete"] for row in place.board_rows()] == [True]


def test_shards_make_the_unsharded_run(place: Place) -> None:
    """In no special order, one of them with two workers; only the last one writes run and board."""
    shard(place, "3/3")
    first = shard(place, "1/3", "-n", "2")
    assert "shard 2 of 3" in first.sentence("waiting for")
    assert not place.leaderboard.exists()
    assert {path.name.split(".")[1] for path in place.files()} == {"shard-3-of-3", "shard-1-of-3"}
    last = shard(place, "2/3")
    assert last.sentence("all 3 shards are there and were merged")
    assert "deselected" in last.out
    shards = [path.read_bytes() for path in place.files("*.shard-*.json")]
    same(place, whole(place))
    provenance = place.document()["provenance"]
    assert [entry["workers"] for entry in provenance["shards"]] == [2, 0, 0]
    assert provenance["answers"]["computed"] == sum(
        entry["answers"]["computed"] for entry in provenance["shards"]
    )
    assert len(shards) == 3
    assert place.files("*.journal.jsonl") == []


@pytest.mark.slow
def test_each_shard_has_a_store_of_its_own(place: Place) -> None:
    """Also a given one; together they hold the answers of the whole run, each once."""
    for part in ("1/2", "2/2"):
        shard(place, part, "--store", str(place.folder / "s" / "answers.sqlite"))
    stores = sorted((place.folder / "s").glob("*.sqlite"))
    assert [path.name for path in stores] == ["answers.1-of-2.sqlite", "answers.2-of-2.sqlite"]
    assert sum(map(count, stores)) == count(whole(place).store)


def count(store: Path) -> int:
    """How many answers a store holds."""
    database = sqlite3.connect(store)
    (found,) = database.execute("SELECT count(*) FROM answers").fetchone()
    database.close()
    return int(found)


def test_a_killed_shard_goes_on_alone(place: Place) -> None:
    """Its journal is its own: other shards come and go, and the same command completes it."""
    env, plugins = place.plugin("cut", KILL_AT_CASE.format(after=2))
    killed = place.run(
        *WORDS, "--shard", "1/2", model="reference:resample", env=env, plugins=plugins
    )
    assert killed.code == -9
    shard(place, "2/2")
    assert [path.name.split(".")[1] for path in place.files()] == ["shard-2-of-2"]
    again = shard(place, "1/2")
    assert "2 cases are done" in again.sentence("continuing an interrupted run")
    same(place, whole(place))


@pytest.mark.slow
def test_shards_of_one_run_go_on_at_the_same_time(place: Place) -> None:
    """Three processes on one folder: whoever ends last merges, and nobody fails."""
    command = [sys.executable, "-m", "pytest", *ALWAYS]
    processes = [
        subprocess.Popen(
            [*command, *place.command(*WORDS, "--shard", f"{k}/3", model="reference:resample")],
            cwd=REPO, env=environment({"CULTURE_CACHE": str(place.store.parent)}),
            stdout=subprocess.DEVNULL,
        )
        for k in (1, 2, 3)
    ]  # fmt: skip
    assert [process.wait(timeout=120) for process in processes] == [0, 0, 0]
    same(place, whole(place))


@pytest.mark.slow
def test_more_shards_than_units_make_the_same_run(place: Place) -> None:
    """An empty one exits 0 with a sentence, and has a file that the merge can count."""
    words = (*SMALL, "--model", "reference:resample")
    empty = place.run(*words, "--shard", "3/3", "-n", "2")
    assert empty.code == 0, empty.out
    assert empty.sentence("shard 3 of 3 is empty")
    assert place.document()["n_selected"] == 0
    assert place.document()["partial_because"] == ["shard 3 of 3"]
    assert [place.run(*words, "--shard", f"{k}/4").code for k in (3, 4)] == [0, 0]
    assert [place.run(*words, "--shard", f"{k}/3").code for k in (1, 2)] == [0, 0]
    other = Place(folder=place.folder / "whole")
    assert other.run(*words).code == 0
    same(place, other)


def test_a_part_of_a_shard_is_not_merged(place: Place) -> None:
    """``-k`` leaves cases of the shard to come: its file says so, and the others wait."""
    shard(place, "1/2")
    cut = shard(place, "2/2", "-k", "religion")
    assert cut.sentence("shard 2 of 2 is unfinished")
    assert [path.name for path in place.files("*2-of-2.partial.json")] != []
    assert not place.leaderboard.exists()


def test_a_failed_case_makes_the_merged_run_partial(place: Place) -> None:
    """As in one piece; measured again, its shard merges once more and all is well."""
    env, plugins = place.plugin(
        "spoil", "def pytest_runtest_call(item):\n    assert 'race/food' not in item.name\n"
    )
    words = (*WORDS, "--shard", "1/1")
    failed = place.run(*words, model="reference:resample", env=env, plugins=plugins)
    assert failed.code == 1
    assert "2 cases failed" in failed.sentence("partial run")
    assert [row["complete"] for row in place.board_rows()] == [False]
    shard(place, "1/1")
    same(place, whole(place))


# --- gates -------------------------------------------------------------------------------------


def test_gates_decide_on_the_merged_run(place: Place) -> None:
    """The shard that completes it has their exit code; the one before says that they wait."""
    gate = place.folder / "gate.toml"
    gate.write_text(TOO_HIGH)
    first = shard(place, "2/2", "--gate", str(gate))
    assert first.sentence("gates wait for the other shards")
    last = place.run(*WORDS, "--shard", "1/2", "--gate", str(gate), model="reference:resample")
    assert last.code == 1
    assert last.sentence("js_similarity", "< 0.999")
    assert "gates wait" not in last.out


# --- the command -------------------------------------------------------------------------------


def merge(*arguments: str | Path) -> Outcome:
    """``python -m leaderboard merge``."""
    done = subprocess.run(
        [sys.executable, "-m", "leaderboard", "merge", *map(str, arguments)], cwd=REPO,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60, check=False,
    )  # fmt: skip
    return Outcome(code=done.returncode, out=done.stdout)


def test_shards_of_two_machines_are_merged_by_hand(place: Place) -> None:
    """Files gathered from folders that never saw each other; a gate decides the exit code."""
    gate = place.folder / "gate.toml"
    gate.write_text(TOO_HIGH)
    files = []
    for k in (1, 2):
        machine = Place(folder=place.folder / f"machine{k}")
        shard(machine, f"{k}/2")
        files.append(machine.run_file())
    out = ("--runs", place.runs, "--leaderboard", place.leaderboard)
    assert merge(files[0], *out).sentence("shard 2 of 2 is missing")
    assert not place.runs.exists()
    done = merge(*files, *out, "--gate", gate)
    assert done.code == 1
    assert done.sentence("< 0.999", "FAIL")
    document = place.document()
    assert document["gates"][0]["status"] == "fail"
    assert merge(*files, *out).code == 0
    same(place, whole(place))


@pytest.mark.slow
def test_an_analysis_of_a_suite_s_own_reads_every_shard_s_store(place: Place) -> None:
    """The toy's score is of vectors that lie in two stores: beside each other, or as told."""
    toy = Path(shutil.copytree(REPO / "tests" / "data" / "toy_suite", place.folder / "toy"))
    plugins = (*ALWAYS, "-p", "benchmark.plugin")
    words = ("--rootdir", str(toy), "--import-mode=importlib")

    def run(at: Place, *more: str) -> None:
        done = at.run(*words, *more, suite=str(toy), model="reference:random", plugins=plugins)
        assert done.code == 0, done.out

    for k in (1, 2):
        run(place, "--shard", f"{k}/2")
    files = [shutil.copy(path, place.folder) for path in place.files("*.shard-*.json")]
    other = Place(folder=place.folder / "whole")
    run(other)
    same(place, other)
    by_hand = Place(folder=place.folder / "by-hand")
    out = ("--runs", by_hand.runs, "--leaderboard", by_hand.leaderboard)
    assert "--suite" in merge(*files, *out).sentence("is not the folder of the suite")
    assert "--store" in merge(*files, *out, "--suite", toy).sentence("no store")
    stores = [place.store.with_name(f"responses.{k}-of-2.sqlite") for k in (1, 2)]
    told = [word for store in stores for word in ("--store", store)]
    assert merge(*files, *out, "--suite", toy, *told).code == 0
    same(by_hand, other)


# --- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize("part", ["3/2", "0/4", "x"])
def test_a_senseless_shard_is_a_usage_error(place: Place, part: str) -> None:
    """One sentence, exit 4, nothing measured."""
    refused = place.run(*WORDS, "--shard", part)
    assert refused.code == 4
    assert repr(part) in refused.sentence("--shard", "is not of the form K/N")


def test_shards_of_unlike_runs_are_not_merged(place: Place) -> None:
    """Under one name but with another --limit: the last one says so and writes no run."""
    shard(place, "1/2", "--limit", "1")
    last = place.run(*WORDS, "--shard", "2/2", model="reference:resample")
    assert last.code == 1
    assert last.sentence("another --limit", "nothing was merged")
    assert not place.leaderboard.exists()
    assert len(place.files()) == 2
