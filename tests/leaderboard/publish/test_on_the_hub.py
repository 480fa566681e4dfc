"""A published row as a baseline, and results as a pull request, through the real client."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from benchmark.runs.run import Run, write_run
from tests.hub_writes import WritableHub
from tests.leaderboard.publish.conftest import PLACE, TOKEN, Answer, Publisher, board_of
from tests.leaderboard.samples import overall, run
from tests.plugin.running import Place

ADDRESS = f"hf://datasets/{PLACE}"
FILE = ".eval_results/wvs.yaml"
GATE = """
[[gate]]
suite = "wvs"
metric = "js_similarity"
reading = "substantive"
compare = "non-inferiority"
margin = 0.5
inconclusive = "pass"
"""


def scored(name: str = "org/model", value: float = 0.7) -> Run:
    """A run with a headline."""
    return run(name, scores=(overall(value, low=value - 0.1, high=value + 0.1),))


def baseline(publisher: Publisher, text: str) -> Any:
    """What a baseline comes to."""
    return publisher.order(order="baseline", texts=[text]).value


def test_a_published_row_is_a_baseline_at_its_commit(
    hub: WritableHub, publisher: Publisher, tmp_path: Path
) -> None:
    """By branch the newest, by commit the older one; the commit is in the name either way."""
    publisher.publish(board_of(tmp_path / "a", scored(value=0.7)), "--no-space")
    first = hub.history[0][2]
    publisher.publish(board_of(tmp_path / "b", scored(value=0.6)), "--no-space")
    second = hub.history[1][2]
    assert baseline(publisher, f"{ADDRESS}#org/model") == [
        [f"org/model ({ADDRESS}@{second})", [0.6]]
    ]
    assert baseline(publisher, f"{ADDRESS}@{first}#org/model") == [
        [f"org/model ({ADDRESS}@{first})", [0.7]]
    ]


def test_a_baseline_that_cannot_be_had_is_one_sentence(
    hub: WritableHub, publisher: Publisher, tmp_path: Path
) -> None:
    """No such board, row, commit or address, no board in it, nobody there: an error, never none."""
    missing = baseline(publisher, f"{ADDRESS}#org/model")
    assert "it is not there" in missing
    publisher.publish(board_of(tmp_path, scored()), "--no-space")
    hub.add("dataset", "org/other", {"README.md": b"x"})
    for text, words in (
        (f"{ADDRESS}#org/modle", "did you mean org/model?"),
        (ADDRESS, "name the row"),
        (f"{ADDRESS}@{'0' * 40}#org/model", "(404)"),
        ("hf://datasets/org#org/model", "write hf://datasets/ORG/NAME#ROW"),
        ("hf://datasets/org/other#org/model", "cannot read leaderboard.json"),
    ):
        found = baseline(publisher, text)
        assert isinstance(found, str), text
        assert words in found
        assert "\n" not in found
    hub.fail("/api/datasets", "drop")
    assert "cannot be reached" in baseline(publisher, f"{ADDRESS}#org/model")


@pytest.mark.slow
def test_a_gate_compares_with_the_hub_and_says_at_which_commit(
    hub: WritableHub, publisher: Publisher, tmp_path: Path
) -> None:
    """Through pytest: the commit stands in run.json's verdict; unreachable ends with exit 4."""
    place = Place(folder=tmp_path)
    small = ("--countries", "NGA,PAK", "--topics", "religion", "--proxies", "country")
    assert place.run(*small).code == 0
    assert publisher.publish(place.leaderboard, "--no-space").value == 0
    commit = hub.history[0][2]
    (tmp_path / "gate.toml").write_text(GATE)
    gate = ("--gate", str(tmp_path / "gate.toml"), "--baseline", f"{ADDRESS}#reference:uniform")
    env = hub.environment(tmp_path / "home", HF_TOKEN=TOKEN)
    done = place.run(*small, *gate, model="reference:random", env=env)
    (found,) = (
        entry
        for path in place.files()
        if "random" in str(path)
        for entry in json.loads(path.read_text())["gates"]
    )
    assert found["against"] == f"reference:uniform ({ADDRESS}@{commit})"
    assert found["against"] in done.sentence("non-inferiority against", commit)
    hub.fail("/api/datasets", 503)
    refused = place.run(*small, *gate, model="reference:random", env=env)
    assert refused.code == 4
    assert refused.sentence("out of order (503)")


# --- pull requests ---------------------------------------------------------------------------


def offered(publisher: Publisher, folder: Path, *more: str) -> Answer:
    """`export` of a run to its model's repository."""
    path = write_run(folder / "runs", scored())
    argv = ["export", str(path), "--format", "eval-results", "--dataset", PLACE]
    return publisher.order(order="publish", argv=[*argv, "--pull-request", *more])


def test_results_are_offered_once(hub: WritableHub, publisher: Publisher, tmp_path: Path) -> None:
    """Without --yes nothing; then a pull request, and no second one while it is open or taken."""
    hub.add("model", "org/model", {"README.md": b"x"})
    looked = offered(publisher, tmp_path)
    assert (looked.value, hub.pulls) == (0, [])
    assert "would offer .eval_results/wvs.yaml" in looked.out
    done = offered(publisher, tmp_path, "--yes")
    assert (done.value, done.err) == (0, "")
    assert f"{hub.url}/org/model/discussions/1" in done.out
    repository = hub.at("model", "org/model")
    assert FILE not in hub.files("model", "org/model")
    (entry,) = yaml.safe_load(repository.commits[repository.branches["refs/pr/1"]][FILE])
    assert (entry["dataset"]["id"], entry["value"]) == (PLACE, 0.7)
    again = offered(publisher, tmp_path, "--yes")
    assert "already offered" in again.out
    repository.branches["main"] = repository.branches["refs/pr/1"]
    hub.pulls.clear()
    taken = offered(publisher, tmp_path, "--yes")
    assert "is up to date" in taken.out
    assert hub.pulls == []


def test_results_of_other_benchmarks_stay(
    hub: WritableHub, publisher: Publisher, tmp_path: Path
) -> None:
    """Entries of other data sets in the same file are in the offer; ours take the place of ours."""
    other = {"dataset": {"id": "other/set", "task_id": "t"}, "value": 1.0}
    ours = {"dataset": {"id": PLACE, "task_id": "wvs"}, "value": 0.1}
    hub.add("model", "org/model", {FILE: yaml.safe_dump([other, ours]).encode()})
    assert offered(publisher, tmp_path, "--yes").value == 0
    repository = hub.at("model", "org/model")
    entries = yaml.safe_load(repository.commits[repository.branches["refs/pr/1"]][FILE])
    assert [entry["value"] for entry in entries] == [1.0, 0.7]


def test_an_offer_to_nobody_is_one_sentence(
    hub: WritableHub, publisher: Publisher, tmp_path: Path
) -> None:
    """A model that is not on the Hub; another format; a Hub that refuses."""
    nobody = offered(publisher, tmp_path, "--yes")
    assert nobody.value == 1
    assert "is not on the Hub" in nobody.err
    wrong = publisher.order(
        order="publish",
        argv=["export", str(tmp_path / "runs"), "--format", "lm-eval", "--pull-request"],
    )
    assert wrong.value == 1
    assert "--pull-request goes with --format eval-results" in wrong.err
    hub.add("model", "org/model", {"README.md": b"x"})
    hub.may_write = False
    refused = offered(publisher, tmp_path, "--yes")
    assert refused.value == 1
    assert "(403)" in refused.err
    assert refused.err.count("\n") == 1
