"""What a commit would change, and how boards are joined, without a Hub."""

from __future__ import annotations

import hashlib
import math
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.errors import UsageProblem
from benchmark.hub.repository import Blob, Head, Repository
from benchmark.runs.run import Run, run_path
from leaderboard.board.board import Board, BoardRow, merge, row_of_run
from leaderboard.publish import parquet
from leaderboard.publish.card import dataset_card
from leaderboard.publish.client import retrying
from leaderboard.publish.content import index_lines, tables_of
from leaderboard.publish.joining import OwnRow, join, run_file
from leaderboard.publish.plan import Change, File, compare, same
from tests.hub_server import blob_id, lfs_pointer, sha256
from tests.leaderboard.samples import partial, record, records, run, unique

PLACE = Repository(kind="dataset", repo_id="org/name")
contents = st.dictionaries(st.sampled_from("abcdef"), st.binary(max_size=3), max_size=5)


def stored(data: bytes, *, large: bool = False) -> Blob:
    """A file as the Hub has it."""
    if large:
        return Blob(size=len(data), git_id=blob_id(lfs_pointer(data)), sha256=sha256(data))
    return Blob(size=len(data), git_id=blob_id(data))


def head(files: dict[str, bytes]) -> Head:
    """A repository with these files."""
    blobs = {path: stored(data) for path, data in files.items()}
    return Head(commit="c" * 40, private=True, files=blobs)


def file(path: str, content: bytes, **more: object) -> File:
    """A file as it should be."""
    return File(path=path, read=lambda: content, **more)  # type: ignore[arg-type]


def applied(there: dict[str, bytes], changes: tuple[Change, ...]) -> dict[str, bytes]:
    """What a commit of the changes would leave."""
    left = dict(there)
    for change in changes:
        match change.action:
            case "delete":
                del left[change.path]
            case "add" | "replace":
                assert isinstance(change.content, bytes)
                assert (change.path in there) == (change.action == "replace")
                left[change.path] = change.content
    return left


@given(there=contents, wanted=contents, obsolete=st.sets(st.sampled_from("abcdef")))
def test_a_plan_does_what_is_wanted_and_no_more(
    there: dict[str, bytes], wanted: dict[str, bytes], obsolete: set[str]
) -> None:
    """Wanted files are as wanted, obsolete ones gone, all others as before; done twice is done."""
    files = [file(path, data) for path, data in wanted.items()]
    plan = compare(PLACE, head(there), files, obsolete=obsolete, private=True)
    left = applied(there, plan.changes)
    others = {path: data for path, data in there.items() if path not in obsolete}
    assert left == others | wanted
    assert len(plan.changes) == len(there.keys() | wanted.keys())
    assert not compare(PLACE, head(left), files, obsolete=obsolete, private=True).changed


def test_digests_are_those_of_git(tmp_path: Path) -> None:
    """Against git itself, for bytes and files; large ones by their SHA-256."""
    path = tmp_path / "x"
    path.write_bytes(b"some\0bytes\n" * 1000)
    done = subprocess.run(["git", "hash-object", str(path)], capture_output=True, check=True)
    size = path.stat().st_size
    blob = Blob(size=size, git_id=done.stdout.decode().strip())
    large = Blob(size=size, git_id="", sha256=hashlib.sha256(path.read_bytes()).hexdigest())
    for stored_as in (blob, large):
        assert same(path, size, stored_as)
        assert same(path.read_bytes(), size, stored_as)
        assert not same(path.read_bytes()[::-1], size, stored_as)


def test_what_is_made_of_an_unchanged_file_is_not_made_again() -> None:
    """Another version of a library may write other bytes of the same rows: no commit for that."""
    there = head({"run": b"1", "table": b"old bytes"})
    table = file("table", b"new bytes", made_from="run")
    assert not compare(PLACE, there, [table, file("run", b"1")], private=True).changed
    changed = compare(PLACE, there, [table, file("run", b"2")], private=True).changed
    assert [change.path for change in changed] == ["run", "table"]


def own(one: Run, **trust: str) -> OwnRow:
    """A row to publish."""
    row = row_of_run(one, file=run_path(Path("runs"), one).as_posix())
    about = {**row.content["trust"], **trust}  # type: ignore[dict-item]
    return OwnRow(row=BoardRow({**row.content, "trust": about}), run=one, source=Path())


choices = st.lists(
    st.builds(
        lambda name, whole, level: own((run if whole else partial)(name), level=level),
        st.sampled_from(["org/a", "org/b", "org/c"]),
        st.booleans(),
        st.sampled_from(["self-reported", "replayed", "re-run"]),
    ),
    max_size=4,
    unique_by=lambda one: one.row.key,  # as on any board
)


@given(first=choices, second=choices)
def test_no_row_is_lost_and_none_becomes_less(first: list[OwnRow], second: list[OwnRow]) -> None:
    """Every published key stays; complete stays complete, checked stays checked; again is same."""
    before = join(Board(), first).board
    after = join(before, second)
    rows = {row.key: row for row in after.board.rows}
    assert len(rows) == len(after.board.rows)
    order = ["self-reported", "replayed", "re-run"]
    for old in before.rows:
        new = rows[old.key]
        assert new.complete >= old.complete
        if new.same_measurement(old) and new.complete == old.complete:
            assert order.index(new.trust) >= order.index(old.trust)
    assert {one.row.key for one in second} <= rows.keys()
    assert join(after.board, second).board == after.board
    assert after.obsolete.isdisjoint(row["file"] for row in after.board.rows)


def test_joining_is_the_boards_own_merge() -> None:
    """The same rows in the same order as `build` makes."""
    runs = [run("org/b"), run("org/a"), partial("org/c")]
    board = Board()
    for one in runs:
        board = merge(board, own(one).row).board
    assert join(Board(), [own(one) for one in runs]).board == board


@pytest.mark.parametrize(
    ("file", "safe"),
    [
        ("runs/org__a/1/wvs-0.json", True),
        ("runs/../../etc/passwd.json", False),
        ("/runs/a.json", False),
        ("runs/a.json/../b.json", False),
        ("README.md", False),
    ],
)
def test_a_published_path_leads_nowhere_else(file: str, safe: bool) -> None:
    """A board that others wrote must not name files outside its runs."""
    assert run_file(BoardRow({"file": file})) == (file if safe else "")


@settings(deadline=None, max_examples=10)  # pyarrow takes long over nested columns
@given(found=st.lists(records(), max_size=3))
def test_tables_hold_any_record_and_are_the_same_twice(found: list[object]) -> None:
    """A row a case, a row a question, whatever the suite measures; NaN is null."""
    made = run(rows=unique(found))  # type: ignore[arg-type]
    data = {table(made) for table in (parquet.rows, parquet.rows)}
    assert len(data) == 1
    rows, items = (_read(table(made)) for table in (parquet.rows, parquet.items))
    assert len(rows) == len(made.rows)
    assert len(items) == sum(len(row.items) for row in made.rows)
    values = [score["value"] for row in rows for score in row["scores"]]  # type: ignore[attr-defined]
    assert not any(value is not None and math.isnan(value) for value in values)


def _read(data: bytes) -> list[dict[str, object]]:
    import pyarrow as pa

    found: list[dict[str, object]] = pq.read_table(pa.BufferReader(data)).to_pylist()
    return found


def test_without_the_extra_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the template engine or the one for retries is missing."""
    for name in ("jinja2", "tenacity"):
        monkeypatch.setitem(sys.modules, name, None)
    for needs in (lambda: dataset_card("org/name", Board()), retrying):
        with pytest.raises(UsageProblem, match=r"pip install 'pytest-culture\[publish\]'"):
            needs()


def test_tables_of_a_run_are_named_after_it() -> None:
    """So a run that goes takes its tables along."""
    file = run_path(Path("runs"), run(rows=(record(),))).as_posix()
    rows, items = tables_of(file)
    assert rows.startswith("data/v2/rows/org__model--")
    assert Path(rows).name == Path(items).name


def test_only_lines_about_bundles_are_carried_on(tmp_path: Path) -> None:
    """A published index that somebody spoilt does not spoil ours."""
    path = tmp_path / "bundles.jsonl"
    path.write_text('{"b": 1, "a": 2}\nnonsense\n[1]\n\n')
    assert index_lines(path) == ('{"a":2,"b":1}\n',)
