"""What a run leaves: run.json, the board, JUnit properties; and how runs share one board."""

from __future__ import annotations

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from benchmark.plugin.reports import properties_of
from benchmark.records import Case, CaseRecord, Score
from tests.analyses.declaring import undeclared
from tests.plugin.running import ALWAYS, REPO, SMALL, SUITE, Place, environment, run_pytest

SCHEMAS = REPO / "leaderboard" / "schema"
SCORES = {"js_similarity", "js_similarity_substantive", "js_distance", "option_mass"}


def valid(document: Any, schema: str) -> None:
    """Fail unless the document fits the schema that stands in the repository."""
    content = json.loads((SCHEMAS / f"{schema}.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(document, content, cls=jsonschema.Draft202012Validator)


def properties(case: ET.Element) -> dict[str, str]:
    """The properties of one JUnit test case."""
    found = case.findall("./properties/property")
    return {p.attrib["name"]: p.attrib["value"] for p in found}


@pytest.mark.parametrize("workers", ["0", "2"])
def test_one_run_in_three_files(place: Place, workers: str) -> None:
    """run.json, leaderboard.json and JUnit tell the same, and both JSON files fit their schemas."""
    junit = place.folder / "junit.xml"
    done = place.run(*SMALL, "--junitxml", str(junit), "-n", workers, model="reference:resample")
    assert done.code == 0, done.out
    document = place.document()
    valid(document, "run")
    assert undeclared(document, SUITE) == set()
    valid(json.loads(place.leaderboard.read_text(encoding="utf-8")), "leaderboard")
    rows = {row["case_id"]: row for row in document["rows"]}
    assert sorted(rows) == list(rows)
    assert {row["country"] for row in rows.values()} == {"NGA", "BRA"}
    for case in ET.parse(junit).iter("testcase"):  # noqa: S314 - our own file
        shown = properties(case)
        row = rows.pop(shown["case_id"])
        assert row.keys() >= {"country", "n_scored"} | SCORES
        assert row["n_scored"] > 0
        assert {name: shown[name] for name in ("country", "topic", "proxy")} == {
            name: row[name] for name in ("country", "topic", "proxy")
        }
        assert {name: float(shown[name]) for name in SCORES} == {name: row[name] for name in SCORES}
    assert rows == {}
    (entry,) = place.board_rows()
    assert entry["complete"] is True
    assert (place.leaderboard.parent / entry["file"]).resolve() == place.run_file()


def test_properties_are_exact_builtin_scalars() -> None:
    """A NumPy scalar or a string enum would kill an xdist worker, so none gets through."""
    case = Case(suite="wvs", country="NGA", topic="race", proxy="food")
    value: Any = np.float64(0.5)
    score = Score(metric="js_similarity", value=value, n=1, higher_is_better=True)
    found = dict(properties_of(CaseRecord(case=case, scores=(score,), items=())))
    assert found["js_similarity"] == 0.5
    assert {type(value) for value in found.values()} <= {str, int, float}


def test_runs_of_two_models_share_a_board(place: Place) -> None:
    """A run replaces its own row and leaves the others'."""
    for model in ("reference:uniform", "reference:resample", "reference:uniform"):
        assert place.run(*SMALL, model=model).code == 0
    names = [row["model"] for row in place.board_rows()]
    assert sorted(names) == ["reference:resample", "reference:uniform"]
    assert len(place.files()) == 2


def test_a_partial_run_never_replaces_a_complete_one(place: Place) -> None:
    """File and row of the complete run stay as they are when ``-k`` leaves out cases."""
    assert place.run(*SMALL).code == 0
    complete, board = place.run_file(), place.leaderboard.read_bytes()
    before = complete.read_bytes()
    assert place.run(*SMALL, "-k", "religion").code == 0
    assert complete.read_bytes() == before
    assert place.leaderboard.read_bytes() == board
    partial = complete.with_name(f"{complete.stem}.partial.json")
    assert place.files() == [complete, partial]
    assert place.run(*SMALL).code == 0
    assert place.files() == [complete]


def test_a_board_spoilt_during_the_run_costs_no_measurement(place: Place) -> None:
    """Somebody overwrites the board in mid-run: exit 1, one sentence, both files stay."""
    env, plugins = place.plugin(
        "spoil",
        "import pathlib\n"
        "def pytest_runtest_call(item):\n"
        f"    pathlib.Path({str(place.leaderboard)!r}).write_text('theirs')\n",
    )
    done = place.run(*SMALL, env=env, plugins=plugins)
    assert done.code == 1
    assert done.sentence(str(place.leaderboard), "is not JSON")
    assert place.leaderboard.read_text(encoding="utf-8") == "theirs"
    assert len(place.document()["rows"]) == 4


def test_concurrent_runs_keep_each_others_rows(place: Place) -> None:
    """Two processes that finish together lose neither row, and share one store."""
    models = ("reference:uniform", "reference:world-average", "reference:random")
    running = [_start(place, model) for model in models]
    assert [process.wait(timeout=200) for process in running] == [0, 0, 0]
    assert sorted(row["model"] for row in place.board_rows()) == sorted(models)


def _start(place: Place, model: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "pytest", *ALWAYS, *place.command(*SMALL, model=model)],
        cwd=REPO, env=environment({"CULTURE_CACHE": str(place.store.parent)}),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def test_files_go_where_pytest_was_called(place: Place, tmp_path: Path) -> None:
    """Relative paths of options are relative to the working directory, not to the rootdir."""
    (tmp_path / "here").mkdir()
    done = run_pytest(
        str(REPO / "suites" / "wvs"), "-c", str(REPO / "pyproject.toml"), *SMALL,
        "--model", "reference:uniform", "--runs", "mine", "--leaderboard", "board.json",
        cwd=tmp_path / "here", env={"CULTURE_CACHE": str(place.store.parent)},
    )  # fmt: skip
    assert done.code == 0, done.out
    assert (tmp_path / "here" / "board.json").is_file()
    assert len(list((tmp_path / "here" / "mine").rglob("*.json"))) == 1
