"""The response store: what it keeps, and what it says when it cannot."""

from __future__ import annotations

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
from benchmark.engine.store import ResponseStore
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


def test_a_locked_store_is_one_sentence(tmp_path: Path) -> None:
    """A writer that waits too long says who is in the way."""
    path = tmp_path / "s.sqlite"
    ResponseStore(path).close()
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreProblem, match="locked by another process"):
        ResponseStore(path, lock_wait_s=0.05)
    holder.close()


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
