"""leaderboard.json: what a merge keeps, in which order, and many writers at once."""

from __future__ import annotations

import json
import math
import signal
import subprocess
import sys
import time
from importlib.resources import files
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from benchmark.errors import BoardProblem
from benchmark.records import Excluded
from benchmark.runs.rows import Failure
from benchmark.runs.run import Run, write_run
from leaderboard.board.board import (
    Board,
    BoardRow,
    document,
    headline,
    kind_of_model,
    merge,
    parse,
    read_board,
    row_of_run,
    summary,
    update,
)
from tests.leaderboard.samples import identity, overall, partial, record, run

UPDATER = """
import sys
from pathlib import Path
from leaderboard.board.board import update
from tests.leaderboard.samples import run
for number in range(int(sys.argv[3])):
    made = run(f"{sys.argv[2]}-{number}")
    update(Path(sys.argv[1]), made, run_file=Path(sys.argv[1]).parent / "runs" / "x.json")
    print(number, flush=True)
"""


def row(made: Run) -> BoardRow:
    """The board row of a run that lies anywhere."""
    return row_of_run(made, file="runs/x.json")


def board(*made: Run) -> Board:
    """A board of these runs, merged one after the other."""
    found = Board()
    for each in made:
        found = merge(found, row(each)).board
    return found


def updater(path: Path, name: str, number: int) -> subprocess.Popen[str]:
    """Another process that adds that many runs."""
    return subprocess.Popen(
        [sys.executable, "-c", UPDATER, str(path), name, str(number)],
        stdout=subprocess.PIPE,
        text=True,
    )


# --- rows ----------------------------------------------------------------------------------


def test_row_tells_what_a_reader_of_the_board_needs() -> None:
    """Model, data, counts, dates and where the run file lies."""
    found = row(run(rows=(record(), record("FRA")), failed=(Failure(case_id="x", reason="y"),)))
    content = found.content
    assert found.key == ("org/model", "0" * 40, "wvs", content["config_digest"])
    assert (content["n_cases"], content["n_failed"]) == (2, 1)
    assert (content["n_scored"], content["n_missing"]) == (2, 2)
    assert content["config"] == f"seed=0, survey.digest={'f' * 12}, survey.name=sample"
    assert (found["started_at"], found["finished_at"]) == ("2025-01-02T03:04:05Z", "")
    assert (found["harness_version"], found["file"]) == ("0.1.0", "runs/x.json")


def test_row_holds_overall_and_proxy_scores_only() -> None:
    """Scores by country or topic stay in run.json."""
    scopes: list[dict[str, str]] = [{}, {"proxy": "food"}, {"country": "NGA"}]
    scopes.append({"proxy": "food", "country": "NGA"})
    found = row(run(scores=tuple(overall(scope=scope) for scope in scopes)))
    assert [score.scope for score in found.scores] == scopes[:2]


@pytest.mark.parametrize(
    ("name", "reads_subject", "kind"),
    [
        ("reference:uniform", False, "reference"),
        ("my-rule", True, "reference"),
        ("demo", False, "random weights"),
        ("demo (random weights)", False, "random weights"),
        ("org/demonstrator", False, ""),
    ],
)
def test_models_that_are_none_are_told(name: str, reads_subject: bool, kind: str) -> None:
    """A reference or the demo never stands on a board like a trained model."""
    assert kind_of_model(identity(name, reads_subject=reads_subject)) == kind


def test_summary_leaves_out_what_is_not_set() -> None:
    """Empty, false and missing settings say nothing; numbers do, zero too."""
    settings_ = {"a": None, "b": False, "c": [], "d": "", "e": 0, "f": ["x", "y"], "g": True}
    assert summary(settings_) == "e=0, f=x+y, g=true"


# --- merging -------------------------------------------------------------------------------


def test_same_key_is_replaced_and_the_rest_kept() -> None:
    """Model, revision, suite and config together decide."""
    others = [
        run("org/other"),
        run(model=identity(revision="1" * 40)),
        run(suite="stories"),
        run(config={"seed": 1}),
    ]
    before = board(run(), *others)
    outcome = merge(before, row(run(scores=(overall(0.9),))))
    assert outcome.action == "replaced"
    assert len(outcome.board.rows) == 5
    assert headline(next(r for r in outcome.board.rows if r.key == row(run()).key)) == 0.9


def test_partial_run_never_replaces_a_complete_one() -> None:
    """The board stays as it was and the message says why."""
    before = board(run())
    outcome = merge(before, row(partial(scores=(overall(0.99),))))
    assert (outcome.action, outcome.board) == ("kept", before)
    assert "partial (interrupted)" in outcome.message


def test_a_run_of_an_older_suite_never_replaces_a_newer_one() -> None:
    """Its figures mean something else; whichever was named last on the command line."""
    newer = run(suite_version="10")
    outcome = merge(board(newer), row(run(suite_version="9")))
    assert outcome.action == "kept"
    assert "version 10" in outcome.message
    assert "rescore" in outcome.message
    assert merge(board(run(suite_version="9")), row(newer)).action == "replaced"


def test_complete_run_replaces_a_partial_one() -> None:
    """So does a partial run: the latest is worth more than none."""
    assert merge(board(partial()), row(run())).action == "replaced"
    assert merge(board(partial()), row(partial())).action == "replaced"
    assert merge(Board(), row(partial())).action == "added"


def test_order_is_by_suite_then_similarity_with_nan_last() -> None:
    """Best first; a run without the figure comes last, and never disturbs the others."""
    made = [
        run("a", scores=(overall(0.5),)),
        run("b", scores=(overall(math.nan),)),
        run("c", scores=(overall(0.8),)),
        run("d", suite="stories", scores=()),
        run("e", scores=(overall(0.9, reading="printed"),)),
    ]
    assert [r["model"] for r in board(*made).rows] == ["d", "c", "a", "b", "e"]


@settings(max_examples=40, deadline=None)
@given(st.permutations([("a", 0.5), ("b", math.nan), ("c", 0.8), ("d", 0.8)]))
def test_order_of_merging_does_not_matter(pairs: list[tuple[str, float]]) -> None:
    """Distinct runs make the same board whichever came first."""
    made = board(*[run(name, scores=(overall(value),)) for name, value in pairs])
    assert [r["model"] for r in made.rows] == ["c", "d", "a", "b"]


def test_fields_of_a_later_version_survive(tmp_path: Path) -> None:
    """What this version does not know is kept, at every depth, when another row is added."""
    path = tmp_path / "leaderboard.json"
    update(path, run("org/other"), run_file=tmp_path / "x.json")
    content = json.loads(path.read_text())
    content["badges"] = {"new": [1]}
    content["rows"][0]["verified"] = {"by": "us"}
    content["rows"][0]["scores"][0]["effect"] = 0.25
    path.write_text(json.dumps(content))
    update(path, run(), run_file=tmp_path / "x.json")
    after = json.loads(path.read_text())
    assert after["badges"] == {"new": [1]}
    assert content["rows"][0] in after["rows"]
    assert len(after["rows"]) == 2


# --- the file ------------------------------------------------------------------------------


def test_board_fits_its_schema_and_is_read_back() -> None:
    """Document and schema agree, and nothing is lost on the way."""
    schema = json.loads((files("leaderboard") / "schema" / "leaderboard.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    made = board(run(excluded=(Excluded(case_id="x", reason="y"),)), partial("org/other"))
    content = json.loads(json.dumps(document(made), allow_nan=False))
    Draft202012Validator(schema).validate(content)
    assert parse(content) == made


def test_run_file_is_named_relative_to_the_board(tmp_path: Path) -> None:
    """Board and runs can be moved together."""
    made = run()
    path = tmp_path / "boards" / "leaderboard.json"
    run_file = write_run(tmp_path / "runs", made)
    outcome = update(path, made, run_file=run_file)
    assert outcome.action == "added"
    assert outcome.message.startswith("added complete run wvs of org/model")
    assert (path.parent / read_board(path).rows[0]["file"]).resolve() == run_file


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"schema": "pytest-culture/leaderboard/3", "rows": []}',
        '{"schema": "pytest-culture/leaderboard/1"}',
        '{"schema": "pytest-culture/leaderboard/1", "rows": [{}]}',
        '{"schema": "pytest-culture/run/1"}',
    ],
)
def test_file_that_is_not_ours_is_left_alone(tmp_path: Path, content: str) -> None:
    """An update is refused with the path, and no byte changes."""
    path = tmp_path / "board.json"
    path.write_text(content)
    with pytest.raises(BoardProblem, match=r"board\.json"):
        update(path, run(), run_file=tmp_path / "x.json")
    assert path.read_text() == content


def test_folder_in_the_way_is_a_sentence(tmp_path: Path) -> None:
    """A board cannot be written where a folder has its name, or a file its folder's."""
    (tmp_path / "file").touch()
    for path in (tmp_path, tmp_path / "file" / "board.json"):
        with pytest.raises(BoardProblem, match=path.name):
            update(path, run(), run_file=tmp_path / "x.json")


def test_refused_partial_run_does_not_touch_the_file(tmp_path: Path) -> None:
    """Not even its time of change."""
    path = tmp_path / "board.json"
    update(path, run(), run_file=tmp_path / "x.json")
    before = path.stat()
    assert update(path, partial(), run_file=tmp_path / "x.json").action == "kept"
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_held_lock_is_named_after_a_while(tmp_path: Path) -> None:
    """The sentence names the lock and where the run is safe; the board is unchanged."""
    path = tmp_path / "board.json"
    with (
        FileLock(f"{path}.lock"),
        pytest.raises(BoardProblem, match=r"board\.json\.lock") as caught,
    ):
        update(path, run(), run_file=tmp_path / "x.json", lock_timeout_s=0.1)
    assert "x.json" in str(caught.value)
    assert not path.exists()


def test_many_writers_lose_no_row(tmp_path: Path) -> None:
    """Three processes add five runs each to one board."""
    path = tmp_path / "board.json"
    for process in [updater(path, f"org/{name}", 5) for name in "abc"]:
        process.communicate(timeout=60)
        assert process.returncode == 0
    names = {found["model"] for found in read_board(path).rows}
    assert names == {f"org/{name}-{number}" for name in "abc" for number in range(5)}


def test_killed_writer_leaves_a_whole_board_and_no_lock(tmp_path: Path) -> None:
    """``kill -9`` between read and write: the board reads, has each acknowledged row, goes on."""
    path = tmp_path / "board.json"
    for round_ in range(2):
        writer = updater(path, f"org/{round_}", 10_000)
        assert writer.stdout is not None
        lines = [writer.stdout.readline() for _ in range(3)]
        time.sleep(0.013 * round_)
        writer.send_signal(signal.SIGKILL)
        lines += writer.stdout.read().splitlines()
        writer.stdout.close()
        assert writer.wait() == -signal.SIGKILL
        update(path, run(), run_file=tmp_path / "x.json", lock_timeout_s=5)
        names = {found["model"] for found in read_board(path).rows}
        assert {f"org/{round_}-{int(line)}" for line in lines} <= names
