"""The response store: what it keeps, and what it says when it cannot."""

from __future__ import annotations

import math
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.engine.answers import decode, encode
from benchmark.engine.store import APPLICATION_ID, ResponseStore
from benchmark.errors import StoreProblem
from benchmark.records import Answer, LogLikelihoods, Probabilities, Text, Vector

KEY, OTHER = "ab" * 32, "cd" * 32
finite = st.floats(allow_nan=False, allow_infinity=False)
ANSWERS = st.one_of(
    st.builds(Probabilities, p=st.lists(finite, max_size=4).map(tuple), option_mass=finite),
    st.builds(
        LogLikelihoods,
        total=st.lists(finite, max_size=3).map(tuple),
        n_tokens=st.lists(st.integers(), max_size=3).map(tuple),
    ),
    st.builds(
        Text, text=st.text(st.characters(codec="utf-8")), finish=st.sampled_from(["stop", "length"])
    ),
    st.builds(Vector, values=st.lists(finite, max_size=4).map(tuple)),
)


@given(ANSWERS)
def test_answers_return_bit_for_bit(answer: Answer) -> None:
    """Encoding keeps every float exactly."""
    assert decode(*encode(answer)) == answer


@given(st.lists(st.floats(width=32, allow_nan=False), max_size=8).map(tuple))
def test_a_vector_of_float32_is_packed(values: tuple[float, ...]) -> None:
    """Six characters a number at most, and back bit for bit; lists of older stores are read."""
    kind, payload = encode(Vector(values=values))
    assert len(payload) <= 4 + 6 * len(values)
    assert decode(kind, payload) == Vector(values=values)
    listed = "[" + ",".join(map(repr, values)) + "]"  # as versions before wrote them
    if all(map(math.isfinite, values)):
        assert decode(kind, listed) == Vector(values=values)


def test_an_unscored_answer_returns_as_nan() -> None:
    """NaN probabilities pass the JSON boundary as null and come back as NaN."""
    back = decode(*encode(Probabilities(p=(float("nan"),), option_mass=0.0)))
    assert isinstance(back, Probabilities)
    assert back.p[0] != back.p[0]


def put(store: ResponseStore, key: str, mass: float) -> None:
    """Store one answer."""
    store.put({key: Probabilities(p=(1.0,), option_mass=mass)}, context="c", identity="{}")


def test_a_stored_answer_is_never_replaced(tmp_path: Path) -> None:
    """The first answer under a key is the answer."""
    store = ResponseStore(tmp_path / "deep" / "s.sqlite")
    put(store, KEY, 0.25)
    put(store, KEY, 0.75)
    assert store.get([KEY, OTHER]) == {KEY: Probabilities(p=(1.0,), option_mass=0.25)}
    assert len(store) == 1
    store.close()


def test_thousands_of_keys_are_read_in_one_call(tmp_path: Path) -> None:
    """The limit on bound variables is the store's business, not the caller's."""
    store = ResponseStore(tmp_path / "s.sqlite")
    keys = [f"{i:064x}" for i in range(2_345)]
    store.put({k: Vector(values=(1.0,)) for k in keys}, context="c", identity="{}")
    assert list(store.get(keys)) == sorted(keys)
    store.close()


@pytest.mark.parametrize(
    "content", [b"not a database, only text " * 50, b"SQLite format 3\0garbage" * 99]
)
def test_a_corrupt_store_is_one_sentence_with_the_path(tmp_path: Path, content: bytes) -> None:
    """Nothing is overwritten and the user learns which file and which flag."""
    path = tmp_path / "s.sqlite"
    path.write_bytes(content)
    with pytest.raises(StoreProblem, match=r"s\.sqlite.*--store"):
        ResponseStore(path)
    assert path.read_bytes() == content


def test_another_schema_is_refused(tmp_path: Path) -> None:
    """A store of a later version is not read as if it were ours."""
    path = tmp_path / "s.sqlite"
    ResponseStore(path).close()
    db = sqlite3.connect(path)
    with db:
        db.execute("UPDATE about SET schema = 99")
    db.close()
    with pytest.raises(StoreProblem, match="schema 99"):
        ResponseStore(path)


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("probabilities", "{torn"),
        ("probabilities", "[]"),
        ("probabilities", "3"),
        ("text", "{}"),
        ("vector", '["x"]'),
        ("smell", "[1]"),
    ],
)
def test_a_corrupt_answer_is_one_sentence_with_the_path(
    tmp_path: Path, kind: str, payload: str
) -> None:
    """Bytes that SQLite finds whole can still be no answer."""
    path = tmp_path / "s.sqlite"
    store = ResponseStore(path)
    put(store, KEY, 0.25)
    db = sqlite3.connect(path)
    with db:
        db.execute("UPDATE answers SET kind = ?, payload = ?", (kind, payload))
    db.close()
    with pytest.raises(StoreProblem, match=r"s\.sqlite holds an answer that .* --store"):
        store.get([KEY])
    store.close()


@pytest.mark.parametrize(
    "script",
    [
        "CREATE TABLE photos (name TEXT); INSERT INTO photos VALUES ('a')",
        "CREATE TABLE about (schema INTEGER); INSERT INTO about VALUES (1)",
        "PRAGMA application_id=42",
        f"PRAGMA application_id={APPLICATION_ID}; CREATE TABLE photos (name TEXT)",
    ],
)
def test_a_foreign_database_is_refused_and_left_as_it_is(tmp_path: Path, script: str) -> None:
    """No table of ours is added to another program's file, nor its journal mode changed."""
    path = tmp_path / "s.sqlite"
    db = sqlite3.connect(path)
    db.executescript(script)
    db.close()
    content = path.read_bytes()
    with pytest.raises(StoreProblem, match=r"s\.sqlite is a database, but not a .* --store"):
        ResponseStore(path)
    assert path.read_bytes() == content
    assert [file.name for file in tmp_path.iterdir()] == ["s.sqlite"]


def test_a_store_opens_and_reads_while_another_process_writes(tmp_path: Path) -> None:
    """Only writers wait; one that waits too long says who is in the way."""
    path = tmp_path / "s.sqlite"
    first = ResponseStore(path)
    put(first, KEY, 0.25)
    first.close()
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    store = ResponseStore(path, lock_wait_s=0.05)
    assert set(store.get([KEY])) == {KEY}
    with pytest.raises(StoreProblem, match="locked by another process"):
        put(store, OTHER, 0.5)
    holder.execute("ROLLBACK")
    put(store, OTHER, 0.5)
    assert len(store) == 2
    store.close()
    holder.close()


def test_a_store_locked_for_good_is_one_sentence(tmp_path: Path) -> None:
    """A holder that lets nobody read is named when the store is opened."""
    path = tmp_path / "s.sqlite"
    ResponseStore(path).close()
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("PRAGMA locking_mode=EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreProblem, match="locked by another process"):
        ResponseStore(path, lock_wait_s=0.05)
    holder.close()


def test_processes_that_create_a_store_at_once_all_succeed(tmp_path: Path) -> None:
    """Whoever is second finds the tables of the first, and every answer is kept."""
    child = (
        "import sys; from pathlib import Path\n"
        "from benchmark.engine.store import ResponseStore\n"
        "from benchmark.records import Vector\n"
        "sys.stdin.readline()\n"  # all are started before one begins
        "for n in range(20):\n"
        f"    s = ResponseStore(Path({str(tmp_path)!r}) / f's{{n}}.sqlite')\n"
        "    key = f'{int(sys.argv[1]):064x}'\n"
        "    s.put({key: Vector(values=(1.0,))}, context='c', identity='{}')\n"
        "    s.close()\n"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", child, str(i)], stdin=subprocess.PIPE)
        for i in range(4)
    ]
    for process in started:
        assert process.stdin is not None
        process.stdin.write(b"\n")
        process.stdin.flush()
    for process in started:
        process.communicate()
    assert [process.returncode for process in started] == [0] * 4
    for n in range(20):
        store = ResponseStore(tmp_path / f"s{n}.sqlite")
        assert len(store) == 4
        store.close()


def test_a_folder_in_place_of_the_store_is_one_sentence(tmp_path: Path) -> None:
    """A path that cannot be a file is a usage error, not a traceback."""
    with pytest.raises(StoreProblem, match="--store"):
        ResponseStore(tmp_path)


def test_answers_survive_kill_9_between_and_within_batches(tmp_path: Path) -> None:
    """A process killed in the middle of a transaction leaves whole batches only."""
    path = tmp_path / "s.sqlite"
    child = (
        "import sys, os, signal; from pathlib import Path\n"
        "from benchmark.engine.store import ResponseStore\n"
        "from benchmark.records import Vector\n"
        f"s = ResponseStore(Path({str(path)!r}))\n"
        "v = Vector(values=(1.0,))\n"
        "s.put({f'{i:064x}': v for i in range(10)}, context='c', identity='{}')\n"
        "s._db.execute('BEGIN IMMEDIATE')\n"
        "s._db.execute('DELETE FROM answers')\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", child], cwd=Path.cwd(), env=os.environ, check=False
    )
    assert done.returncode == -signal.SIGKILL
    store = ResponseStore(path)
    assert len(store) == 10
    store.close()
