"""Rescore: a finished run's figures from what it stored, or the reason why that cannot be."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from benchmark.errors import DataProblem
from benchmark.replay.bundle import read
from benchmark.runs.rows import encode
from benchmark.runs.run import config_digest, read_run
from leaderboard.__main__ import main
from leaderboard.replay.origin import Origin
from leaderboard.replay.rescoring import rescore_bundle
from tests.leaderboard.replay.conftest import Measured
from tests.plugin.running import Place

ONE_ORDER = (
    *("--countries", "NGA,BRA", "--topics", "religion,race"),
    *("--proxies", "country,food", "--images", "sample"),
)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A run in one order of the options, without texts."""
    place = Place(folder=tmp_path_factory.mktemp("plain"))
    done = place.run(*ONE_ORDER, model="reference:random")
    assert done.code == 0, done.out
    return place


def older(path: Path, out: Path, version: str = "0") -> Path:
    """The run file as an earlier version of the suite might have left it: other figures."""
    document = json.loads(path.read_text(encoding="utf-8"))
    document["suite_version"] = version
    for score in document["scores"]:
        if score["metric"] == "js_similarity" and not score["scope"]:
            score.update(value=0.125, low=None, high=None)
    out.write_text(json.dumps(document), encoding="utf-8")
    return out


def test_a_run_alone_gives_the_same_rows_and_scores(plain: Place, tmp_path: Path) -> None:
    """One order and no texts: the items hold every answer."""
    new = tmp_path / "new.json"
    assert main(["rescore", str(plain.run_file()), "--out", str(new)]) == 0
    before, after = read_run(plain.run_file()), read_run(new)
    assert list(map(encode, after.rows)) == list(map(encode, before.rows))
    assert after.scores == before.scores


@pytest.mark.parametrize("source", ["store", "bundle"])
def test_stored_answers_give_orders_texts_and_vetting_again(
    measured: Measured, tmp_path: Path, source: str
) -> None:
    """Whatever the run asked, its store and its bundle have the answers."""
    new = tmp_path / "new.json"
    run = [str(measured.bundle)]
    if source == "store":
        run = [str(measured.run), "--store", str(measured.place.store)]
    assert main(["rescore", *run, "--out", str(new)]) == 0
    before, after = read_run(measured.run), read_run(new)
    assert list(map(encode, after.rows)) == list(map(encode, before.rows))
    assert after.scores == before.scores


def test_an_older_run_gets_this_version_and_stays_itself(
    plain: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Old and new stand side by side; the new file says what it was made of."""
    old = older(plain.run_file(), tmp_path / "old.json")
    content = old.read_bytes()
    assert main(["rescore", str(old)]) == 0
    said = capsys.readouterr().out
    after = read_run(tmp_path / "old.rescored.json")
    now = next(s for s in after.scores if s.name == "js_similarity" and not s.scope)
    line = next(line for line in said.splitlines() if line.startswith("js_similarity "))
    assert line.split()[1] == "0.125"
    assert f"{now.value:.3f}" in line
    assert after.suite_version == read_run(plain.run_file()).suite_version != "0"
    about = after.provenance["rescored"]
    assert isinstance(about, dict)
    assert about["from_version"] == "0"
    assert old.read_bytes() == content


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"templates": {"default": "0" * 12}}, "its templates is not what suite 'wvs'"),
        ({"permutations": 2}, "asked more about"),
    ],
)
def test_other_prompts_or_lost_answers_are_refused(
    plain: Place,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    change: dict[str, object],
    words: str,
) -> None:
    """Answers to another prompt are not answers to this one; nothing is written."""
    document = json.loads(plain.run_file().read_text(encoding="utf-8"))
    document["config"].update(change)
    document["config_digest"] = config_digest(document["config"])
    old = tmp_path / "old.json"
    old.write_text(json.dumps(document), encoding="utf-8")
    assert main(["rescore", str(old)]) == 4
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1
    assert not (tmp_path / "old.rescored.json").exists()


def test_a_bundle_of_other_prompts_is_refused_in_the_words_of_this_command(
    measured: Measured,
) -> None:
    """Not in those of replay, which has a level that asks for less."""
    bundle = read(measured.bundle)
    (entry,) = bundle.entries
    config = {**entry.run.config, "templates": {"default": "0" * 12}}
    other = replace(entry, run=replace(entry.run, config=config))
    with pytest.raises(DataProblem, match="its templates is not what suite 'wvs'") as told:
        rescore_bundle(replace(bundle, entries=(other,)), origin=Origin())
    assert "--level" not in str(told.value)


def test_texts_and_orders_need_the_store(
    measured: Measured, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run file has no texts: the sentence says where they are."""
    assert main(["rescore", str(measured.run), "--out", str(tmp_path / "new.json")]) == 4
    assert "name the --store that the run wrote" in capsys.readouterr().err


def test_no_file_is_replaced(plain: Place, capsys: pytest.CaptureFixture[str]) -> None:
    """The old run least of all."""
    same = str(plain.run_file())
    assert main(["rescore", same, "--out", same]) == 4
    assert "is there already" in capsys.readouterr().err


def test_replay_of_another_version_names_the_command(
    plain: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its figures are defined otherwise, so nothing can be compared."""
    old = older(plain.run_file(), tmp_path / "old.json")
    out = tmp_path / "old.bundle.zip"
    made = main(["bundle", str(old), "--store", str(plain.store), "--out", str(out)])
    assert made == 4
    assert "python -m leaderboard rescore" in capsys.readouterr().err
