"""The story suite as a user runs it: rows, store, estimate, shards, replay; one small selection."""

from __future__ import annotations

import json

import pytest

from benchmark.runs.run import read_run
from leaderboard.__main__ import main
from leaderboard.page.stories import shelves
from leaderboard.page.texts import open_texts
from tests.analyses.declaring import undeclared
from tests.plugin.running import Place, answers
from tests.plugin.test_resume import KILL_AT_PUT, stored

SUITE = "suites/stories"
MODEL = "reference:random"
SMALL = ("--countries", "NGA,BRA", "--topics", "forest,birds", "--proxies", "shared-image,none")


def test_run_resume_estimate_and_replay(place: Place) -> None:
    """Eight cases of four stories; the second time nothing is computed; a bundle gives the same."""
    done = place.run(*SMALL, suite=SUITE, model=MODEL)
    assert done.code == 0, done.out
    assert answers(done) == (32, 0)
    document = place.document()
    row = next(row for row in document["rows"] if row["case_id"] == "stories/NGA/birds/none")
    assert (row["kind"], row["usable"], row["n_scored"]) == ("control", 1, 4)
    assert undeclared(document, SUITE) == set()
    ids = ["birds/0.3/1", "birds/0.3/2", "birds/0.7/1", "birds/0.7/2"]
    assert [item["item_id"] for item in row["items"]] == ids
    (board,) = place.board_rows()
    assert board["headline"] == "usable"
    overall = next(s for s in board["scores"] if s["metric"] == "usable" and not s["scope"])
    assert (overall["value"], overall["n"]) == (1, 16)  # controls are not in it
    before = place.rows_text()
    assert answers(place.run(*SMALL, suite=SUITE, model=MODEL)) == (0, 32)
    assert place.rows_text() == before
    estimate = place.run(*SMALL, "--estimate", "--responses", "3", suite=SUITE, model=MODEL)
    assert estimate.sentence("prompts:", "48, 32 of them stored")
    assert estimate.sentence("written:", "at most 16 000 tokens")
    out = place.folder / "stories.zip"
    files = ("--store", str(place.store), "--out", str(out))
    assert main(["bundle", str(place.run_file()), *files]) == 0
    assert main(["replay", str(out)]) == 0
    with open_texts([], [out]) as texts:
        (shelf, *_) = shelves(read_run(place.run_file()).rows, texts, most=1)
    assert (shelf.name, set(shelf.stories)) == ("birds/none", {"BRA", "NGA"})


def test_groups_in_another_language(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    """Groups are variants with scores of their own; a replay needs the files that the run had."""
    files = ("--translations", "docs/stories-german.json", "--groups", "docs/groups-nigeria.csv")
    done = place.run(*SMALL, "--language", "de", *files, suite=SUITE, model=MODEL)
    assert done.code == 0, done.out
    assert done.sentence("groups of NGA: hausa, igbo, yoruba")
    assert done.sentence("refusals are known in English only")
    assert done.sentence("stories for groups of NGA: apart by", "24 stories")
    document = place.document()
    assert len(document["rows"]) == (2 + 3) * 2 * 2
    igbo = next(r for r in document["rows"] if r["case_id"] == "stories/NGA/birds/none/igbo")
    assert (igbo["variant"], igbo["refusal"], igbo["usable"]) == ("igbo", None, 1)
    (board,) = place.board_rows()
    assert "language de" in board["measured_on"]
    usable = [s for s in document["scores"] if s["metric"] == "usable"]
    assert next(s["n"] for s in usable if not s["scope"]) == 2 * 2 * 4  # nationalities alone
    scope = {"country": "NGA", "variant": "igbo"}
    assert next(s["n"] for s in usable if s["scope"] == scope) == 2 * 4
    out = str(place.folder / "stories.zip")
    assert main(["bundle", str(place.run_file()), "--store", str(place.store), "--out", out]) == 4
    assert "name it with --groups" in capsys.readouterr().err
    pack = ["bundle", str(place.run_file()), "--store", str(place.store), "--out", out]
    assert main([*pack, *files]) == 0
    assert main(["replay", out, *files]) == 0


@pytest.mark.slow
def test_shards_make_the_rows_of_one_run(place: Place) -> None:
    """Units are never split; the last shard merges."""
    whole = Place(folder=place.folder / "whole")
    assert whole.run(*SMALL, suite=SUITE, model=MODEL).code == 0
    for shard in ("1/2", "2/2"):
        done = place.run(*SMALL, "--shard", shard, suite=SUITE, model=MODEL)
        assert done.code == 0, done.out
    merged = [path for path in place.files() if "shard" not in path.name]
    rows = [json.loads(path.read_text("utf-8"))["rows"] for path in (*merged, whole.run_file())]
    assert rows[0] == rows[1]


@pytest.mark.slow
def test_demo_writes_its_sample(place: Place) -> None:
    """Every proxy, by the real path from picture to text; babble that never ends."""
    pytest.importorskip("torch")
    done = place.run("--proxies", "own-image,blank", suite=SUITE, model="demo")
    assert done.code == 0, done.out
    document = place.document()
    assert len(document["rows"]) == 48
    truncated = [row["truncated"] for row in document["rows"]]
    assert set(truncated) <= {0.0, 0.25, 0.5, 0.75, 1.0}  # shares of four stories
    assert sum(truncated) / len(truncated) > 0.8


@pytest.mark.slow
def test_killed_in_the_midst_of_stories_and_resumed(place: Place) -> None:
    """``kill -9`` between batches: no story is written twice, and the rows are the same."""
    whole = Place(folder=place.folder / "whole")
    words = (*SMALL, "--batch-size", "3")
    first = whole.run(*words, suite=SUITE, model=MODEL)
    env, plugins = place.plugin("cut", KILL_AT_PUT.format(after=3))
    killed = place.run(*words, suite=SUITE, model=MODEL, env=env, plugins=plugins)
    assert killed.code == -9, killed.out
    before = stored(place)
    assert 0 < before < 32
    again = place.run(*words, suite=SUITE, model=MODEL)
    assert again.code == 0, again.out
    assert answers(again)[0] == answers(first)[0] - before
    assert place.rows_text() == whole.rows_text()
    assert place.document()["scores"] == whole.document()["scores"]
    assert place.files("*journal*") == []


def test_shipped_gates_hold_for_whole_stories_and_fail_for_cut_ones(place: Place) -> None:
    """Out of the box: usable and truncation, overall and by country, over six concepts."""
    gates = ("--gate", "docs/gates/stories-sample.toml", "--proxies", "shared-image")
    done = place.run(*gates, suite=SUITE, model=MODEL)
    assert done.code == 0, done.out
    done.sentence("stories usable: 1.000 [0.610, 1.000] >= 0.6: PASS")
    done.sentence("stories usable, worst country:", "PASS")
    done.sentence("stories truncated: 0.000 [0.000, 0.390] <= 0.4: PASS")
    done.sentence("published F", "shuffled nationalities give")
    assert [gate["status"] for gate in place.document()["gates"]] == ["pass"] * 3
    short = ("--story-tokens", "12", "--countries", "BRA")
    cut = place.run(*gates, *short, suite=SUITE, model=MODEL)
    assert cut.code == 1
    cut.sentence("stories truncated: ", "> 0.4: FAIL")


def test_a_gate_that_six_concepts_cannot_pass_is_refused_before_the_run(place: Place) -> None:
    """The gates on whole runs want all 35, and say so."""
    gates = ("--gate", "docs/gates/stories.toml", "--proxies", "shared-image")
    done = place.run(*gates, suite=SUITE, model=MODEL)
    assert done.code == 4
    done.sentence("min = 0.9 for usable cannot be passed with 6 concepts", "it takes 35")
