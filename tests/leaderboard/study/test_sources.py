"""Which runs make a study: other suites are skipped, what cannot be compared is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from benchmark.engine.store import ResponseStore
from benchmark.errors import BoardProblem
from benchmark.jsonio import Json
from benchmark.records import Answer, Case, CaseRecord, Item, Text
from benchmark.replay.bundle import answer_lines, write
from benchmark.runs.run import read_run, write_run
from leaderboard.__main__ import main
from leaderboard.study.sources import Sources, notes, sources
from tests.leaderboard.samples import run
from tests.leaderboard.study.building import MODELS, Told


def told(folder: Path, config: Mapping[str, Json] | None = None) -> tuple[Told, Sequence[Path]]:
    """Small runs of two models; the first has a configuration of its own."""
    made = Told(
        folder=folder,
        countries=("NGA", "BRA"),
        concepts=("forest",),
        responses=1,
        config={} if config is None else {MODELS[0]: config},
    )
    return made, made.write()


def opened(paths: Sequence[Path], store: Path) -> Sources:
    """The study's runs, with the stores closed again."""
    found = sources(paths, [store])
    found.close()
    return found


def another_suite(runs: Path, suite: str) -> Path:
    """A run of a suite that asks questions, with a control whose items have keys as stories do."""
    case = Case(suite=suite, country="NGA", topic="family", proxy="none", kind="control")
    item = Item(case_id=case.case_id, item_id="0123456789ab", cluster="a", request_keys=("k",))
    rows = (CaseRecord(case=case, scores=(), items=(item,)),)
    return write_run(runs, run(suite=suite, rows=rows))


def test_runs_of_other_suites_are_passed_over_in_folders(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The folder that every run is written to can be named as it is; a file of them cannot."""
    made, paths = told(tmp_path)
    others = [another_suite(tmp_path / "runs", suite) for suite in ("wvs", "cultureverse")]
    out = ["--out", str(tmp_path / "study"), "--store", str(made.store), "--per-rater", "2"]
    assert main(["study", "export", str(tmp_path / "runs"), *out]) == 0
    shown = capsys.readouterr().out
    assert "models: 2" in shown
    assert "note: 2 of the runs found have no stories and were skipped" in shown
    with pytest.raises(BoardProblem, match=r"is a run of 'wvs' without stories"):
        sources([tmp_path / "runs", others[0]], [made.store])
    for path in paths:
        path.unlink()
    with pytest.raises(BoardProblem, match=r"runs holds runs without stories"):
        sources([tmp_path / "runs"], [made.store])


def test_runs_of_other_suites_are_passed_over_in_bundles(tmp_path: Path) -> None:
    """A bundle of all that a model did is one of its stories."""
    made, (first, _) = told(tmp_path)
    other = another_suite(tmp_path / "runs", "wvs")
    about = read_run(first)
    keys = [key for row in about.rows for item in row.items for key in item.request_keys]
    store = ResponseStore(made.store)
    answers: dict[str, Answer] = {**store.get(keys), "k": Text(text="no", finish="stop")}
    store.close()
    files = {"stories.json": first, "wvs.json": other}
    entries = [
        {"file": name, "suite": read_run(path).suite, "config_digest": read_run(path).config_digest}
        for name, path in files.items()
    ]
    members = {name: path.read_bytes() for name, path in files.items()}
    out = tmp_path / "all.bundle.zip"
    write(out, runs=entries, members={**members, "answers.jsonl": answer_lines(answers)})
    found = opened([out], made.store)
    assert [source.path for source in found.runs] == [f"{out}:stories.json"]
    assert found.passed_over == 1


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ({"language": "de"}, "are in different languages"),
        ({"translation": {"name": "de", "digest": "d"}}, "words of different translations"),
    ],
)
def test_languages_are_not_mixed(tmp_path: Path, config: dict[str, Json], sentence: str) -> None:
    """A rater would see stories in two languages, and know one model by it."""
    made, paths = told(tmp_path, config)
    with pytest.raises(BoardProblem, match=sentence) as raised:
        sources(paths, [made.store])
    assert "\n" not in str(raised.value)


def test_english_may_be_said_or_not(tmp_path: Path) -> None:
    """A run whose configuration names English is beside one that names nothing."""
    made, paths = told(tmp_path, {"language": "en"})
    assert len(opened(paths, made.store).runs) == 2


def test_what_changes_no_story_is_no_difference(tmp_path: Path) -> None:
    """Encoders, groups and the check of language are beside it; a prompt's wording is not."""
    beside: dict[str, Json] = {
        "encoders": ["random-clip"],
        "encoder_models": {"random-clip": {}},
        "chunking": ["truncate"],
        "language_identifier": "none",
        "groups": {"name": "g", "digest": "d"},
    }
    made, paths = told(tmp_path / "same", beside)
    assert notes(opened(paths, made.store)) == []
    made, paths = told(tmp_path / "other", {**beside, "templates": {"mine": "d"}})
    (note,) = notes(opened(paths, made.store))
    assert note == "the runs differ in templates, and so may their stories"


def test_a_partial_run_is_taken_and_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever reads the figures must know that a model did not write all its stories."""
    made, (first, second) = told(tmp_path)
    cut = replace(read_run(first), complete=False, partial_because=("--limit 1",))
    partial = write_run(tmp_path / "cut", cut)
    out = ["--out", str(tmp_path / "study"), "--store", str(made.store), "--per-rater", "2"]
    assert main(["study", "export", str(partial), str(second), *out]) == 0
    told_ = [line for line in capsys.readouterr().out.splitlines() if "is partial" in line]
    assert told_ == [
        f"  note: the run of {MODELS[0]} is partial (--limit 1): stories may be missing"
    ]
