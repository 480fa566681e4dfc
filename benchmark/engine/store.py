"""The response store: answers by request key, in one SQLite file; knows no model and no suite.

An answer is written once and never changed. Each `put` is one transaction in write-ahead
mode, so a killed process leaves whole batches behind and nothing else.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmark.engine.answers import decode, encode
from benchmark.errors import StoreProblem
from benchmark.records import Answer

SCHEMA = 1
LOCK_WAIT_S = 30.0
_CHUNK = 500  # SQLite's default limit on bound variables is 999 in older builds

_TABLES = """
CREATE TABLE IF NOT EXISTS about (schema INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS contexts (context TEXT PRIMARY KEY, identity TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS answers (
    key BLOB PRIMARY KEY, context TEXT NOT NULL, kind TEXT NOT NULL, payload TEXT NOT NULL
) WITHOUT ROWID;
INSERT INTO about SELECT {schema} WHERE NOT EXISTS (SELECT 1 FROM about);
"""


class ResponseStore:
    """Answers that outlive the process; share one path between suites, runs and workers."""

    def __init__(self, path: Path, *, lock_wait_s: float = LOCK_WAIT_S) -> None:
        self.path = path
        with self._explained():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, timeout=lock_wait_s, isolation_level=None)
        with self._explained():
            self._prepare()

    def get(self, keys: Sequence[str]) -> dict[str, Answer]:
        """The stored answers among ``keys``; absent ones are absent."""
        found: dict[str, Answer] = {}
        with self._explained():
            for start in range(0, len(keys), _CHUNK):
                chunk = keys[start : start + _CHUNK]
                marks = ",".join("?" * len(chunk))
                rows = self._db.execute(
                    f"SELECT key, kind, payload FROM answers WHERE key IN ({marks})",  # noqa: S608 - only question marks are formatted in
                    [bytes.fromhex(key) for key in chunk],
                )
                found.update((key.hex(), decode(kind, payload)) for key, kind, payload in rows)
        return found

    def put(self, answers: Mapping[str, Answer], *, context: str, identity: str) -> None:
        """Add answers of one model in one transaction; a key that is there keeps its answer."""
        rows = [(bytes.fromhex(key), context, *encode(answer)) for key, answer in answers.items()]
        with self._explained(), self._transaction():
            self._db.execute("INSERT OR IGNORE INTO contexts VALUES (?, ?)", (context, identity))
            self._db.executemany("INSERT OR IGNORE INTO answers VALUES (?, ?, ?, ?)", rows)

    def __len__(self) -> int:
        with self._explained():
            (count,) = self._db.execute("SELECT count(*) FROM answers").fetchone()
        return int(count)

    def close(self) -> None:
        """Release the file; the store cannot be used after."""
        self._db.close()

    def _prepare(self) -> None:
        try:
            self._db.execute("PRAGMA journal_mode=WAL")
            # With WAL a killed process loses nothing; only a power cut may lose the last commits.
            self._db.execute("PRAGMA synchronous=NORMAL")
            self._db.executescript(_TABLES.format(schema=SCHEMA))
            (schema,) = self._db.execute("SELECT schema FROM about").fetchone()
        except BaseException:
            self._db.close()
            raise
        if schema != SCHEMA:
            self._db.close()
            raise StoreProblem(
                f"response store {self.path} has schema {schema}, this version reads {SCHEMA}; "
                "pass another --store"
            )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn SQLite's and the file system's errors into one sentence with the path."""
        try:
            yield
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise StoreProblem(
                    f"response store {self.path} is locked by another process; wait for it, "
                    "or pass another --store"
                ) from error
            raise StoreProblem(
                f"response store {self.path} cannot be used ({error}); pass another --store"
            ) from error
        except sqlite3.DatabaseError as error:
            raise StoreProblem(
                f"response store {self.path} is corrupt or not a store ({error}); "
                "move it away or pass another --store"
            ) from error
        except OSError as error:
            raise StoreProblem(
                f"response store {self.path} cannot be opened ({error.strerror}); "
                "pass another --store"
            ) from error


class StoredAnswers:
    """A reader for analyses; the store is opened when the first answer is asked for."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._store: ResponseStore | None = None

    def __call__(self, keys: Sequence[str]) -> Mapping[str, Answer]:
        """The stored answers among ``keys``."""
        if self._store is None:
            self._store = ResponseStore(self._path)
        return self._store.get(keys)

    def close(self) -> None:
        """Release the store, if it was opened."""
        if self._store is not None:
            self._store.close()
