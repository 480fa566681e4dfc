"""The journal: what is on disk when a run ends early, and what a later run may use."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.records import CaseRecord
from benchmark.runs.journal import Header, open_journal, read
from benchmark.runs.rows import Failure, encode
from tests.leaderboard.samples import record, records, same

HEADER = Header(config_digest="c0ffee", record_digest="abcd", about={"suite": "wvs"})
NGA, FRA = "wvs/NGA/religion/country", "wvs/FRA/religion/country"

WRITER = """
import sys
from pathlib import Path
from benchmark.runs.journal import Header, open_journal
from benchmark.runs.rows import encode
from tests.leaderboard.samples import record
with open_journal(Path(sys.argv[1]), Header(config_digest="", record_digest="abcd")) as journal:
    for number in range(10**6):
        journal.append(encode(record(country=f"C{number}")))
        print(number, flush=True)
"""


def filled(path: Path, *entries: CaseRecord | Failure) -> Path:
    """A journal with these entries."""
    with open_journal(path, HEADER) as journal:
        for entry in entries:
            if isinstance(entry, Failure):
                journal.append_failure(entry)
            else:
                journal.append(encode(entry))
    return path


def test_records_come_back_by_case(tmp_path: Path) -> None:
    """What was appended is read under its case id, from a folder made on the way."""
    found = read(filled(tmp_path / "deep" / "j.jsonl", record(), record("FRA")), "abcd")
    assert list(found) == [NGA, FRA]
    assert same(found[FRA], record("FRA"))


@settings(max_examples=40, deadline=None)
@given(entries=st.lists(records(), max_size=4))
def test_any_record_survives(
    entries: list[CaseRecord], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever an id holds (U+2028 ends a line in text mode), the last of its lines is read."""
    found = read(filled(tmp_path_factory.mktemp("journal") / "j.jsonl", *entries), "abcd")
    last = {entry.case.case_id: entry for entry in entries}
    assert found.keys() == last.keys()
    assert all(same(found[key], last[key]) for key in last)


def test_later_line_wins(tmp_path: Path) -> None:
    """A case measured again replaces itself; one that failed afterwards is measured once more."""
    path = filled(tmp_path / "j", record(similarity=0.1), record("FRA"), record(similarity=0.2))
    assert read(path, "abcd")[NGA].scores[0].value == 0.2
    filled(path, Failure(case_id=NGA, reason="no picture"))
    assert list(read(path, "abcd")) == [FRA]
    filled(path, record(similarity=0.3))
    assert read(path, "abcd")[NGA].scores[0].value == 0.3


def test_header_says_what_the_lines_depend_on(tmp_path: Path) -> None:
    """The first line is for people and for `read`: schema, digests and whatever else is told."""
    path = filled(tmp_path / "j", record())
    filled(path, record("FRA"))
    first, *rest = [json.loads(line) for line in path.read_bytes().splitlines()]
    assert first == {
        "schema": "pytest-culture/journal/1",
        "config_digest": "c0ffee",
        "record_digest": "abcd",
        "suite": "wvs",
    }
    assert ["row" in line for line in rest] == [True, True]


def test_missing_or_empty_journal_holds_nothing(tmp_path: Path) -> None:
    """There is nothing to read and nothing to set aside."""
    (tmp_path / "empty").touch()
    assert read(tmp_path / "missing", "abcd") == read(tmp_path / "empty", "abcd") == {}
    assert [path.name for path in tmp_path.iterdir()] == ["empty"]


def test_journal_torn_anywhere_keeps_its_whole_lines(tmp_path: Path) -> None:
    """Cut the last line anywhere: the lines before it are read, and appending goes on."""
    whole = filled(tmp_path / "whole", record(), record("FRA")).read_bytes()
    start = whole.rindex(b"\n", 0, -1) + 1
    path = tmp_path / "torn"
    for end in {start, *range(start + 1, len(whole), 29), len(whole) - 1}:
        path.write_bytes(whole[:end])
        assert list(read(path, "abcd")) == [NGA]
        filled(path, record("FRA"))
        assert list(read(path, "abcd")) == [NGA, FRA]


def test_damaged_line_in_the_middle_costs_one_case(tmp_path: Path) -> None:
    """Zeros that a power cut left count as never written."""
    path = filled(tmp_path / "j", record(), record("FRA"))
    header, first, second = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(header + b"\0" * (len(first) - 1) + b"\n" + second)
    assert list(read(path, "abcd")) == [FRA]


def test_journal_of_another_digest_is_set_aside_whole(tmp_path: Path) -> None:
    """A changed survey or model makes old records useless; they are kept under another name."""
    path = filled(tmp_path / "j", record())
    old = path.read_bytes()
    assert read(path, "other") == {}
    assert not path.exists()
    assert (tmp_path / "j.stale").read_bytes() == old
    filled(path, record("FRA"))
    assert read(path, "third") == {}
    assert (tmp_path / "j.stale").read_bytes() == old
    assert (tmp_path / "j.stale-2").exists()


def test_appending_under_another_digest_starts_afresh(tmp_path: Path) -> None:
    """Opening alone never mixes records of two digests."""
    path = filled(tmp_path / "j", record())
    with open_journal(path, Header(config_digest="c0ffee", record_digest="other")) as journal:
        journal.append(encode(record("FRA")))
    assert list(read(path, "other")) == [FRA]
    assert (tmp_path / "j.stale").exists()


@pytest.mark.parametrize("content", [b"a diary\n", b'{"schema":"pytest-culture/jour', b"[]\n"])
def test_file_that_is_no_journal_is_set_aside(tmp_path: Path, content: bytes) -> None:
    """Somebody else's file, or a header cut short, is neither used nor lost."""
    path = tmp_path / "j"
    path.write_bytes(content)
    assert list(read(filled(path, record()), "abcd")) == [NGA]
    assert (tmp_path / "j.stale").read_bytes() == content


def test_acknowledged_lines_survive_a_kill(tmp_path: Path) -> None:
    """Every case whose append returned is there after ``kill -9``, and at most one more."""
    path = tmp_path / "j"
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    for line in writer.stdout:
        if int(line) >= 20:
            writer.send_signal(signal.SIGKILL)
            break
    acknowledged = 21 + len(writer.stdout.read().splitlines())
    writer.stdout.close()
    assert writer.wait() == -signal.SIGKILL
    found = read(path, "abcd")
    assert acknowledged <= len(found) <= acknowledged + 1
    assert list(found)[:2] == ["wvs/C0/religion/country", "wvs/C1/religion/country"]
