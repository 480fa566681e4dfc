"""The response store: answers by request key, in one SQLite file; knows no model and no suite.

An answer is written once and never changed. Each `put` is one transaction in write-ahead
mode, so a killed process leaves whole batches behind and nothing else. A store that exists is
opened without the write lock; a file that is not a store is refused and left as it is.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmark.engine.answers import decode, encode
from benchmark.errors import StoreProblem
from benchmark.records import Answer

SCHEMA = 1
APPLICATION_ID = 0x43554C54  # "CULT" in SQLite's header: tells a store from other databases
LOCK_WAIT_S = 30.0
# 32 MiB of log between checkpoints: keys are random, so each writes most of the file's pages anew.
CHECKPOINT_PAGES = 8192
_MAGIC, _APPLICATION_ID_AT = b"SQLite format 3\0", 68  # of SQLite's header, which is 100 bytes
_CHUNK = 500  # SQLite's default limit on bound variables is 999 in older builds

_CREATE = (
    f"PRAGMA application_id={APPLICATION_ID}",
    "CREATE TABLE about (schema INTEGER NOT NULL)",
    "CREATE TABLE contexts (context TEXT PRIMARY KEY, identity TEXT NOT NULL)",
    "CREATE TABLE answers (key BLOB PRIMARY KEY, context TEXT NOT NULL, kind TEXT NOT NULL,"
    " payload TEXT NOT NULL) WITHOUT ROWID",
    f"INSERT INTO about VALUES ({SCHEMA})",  # noqa: S608 - a constant
)


def is_store(path: Path) -> bool:
    """Whether a file is a response store, by its header; nothing of it is opened or written."""
    with path.open("rb") as file:
        head = file.read(_APPLICATION_ID_AT + 4)
    marked = APPLICATION_ID.to_bytes(4, "big")
    return head.startswith(_MAGIC) and head[_APPLICATION_ID_AT:] == marked


class ResponseStore:
    """Answers that outlive the process; share one path between suites, runs and workers."""

    def __init__(self, path: Path, *, lock_wait_s: float = LOCK_WAIT_S) -> None:
        self.path = path
        self._lock_wait_s = lock_wait_s
        with self._explained():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, timeout=lock_wait_s, isolation_level=None)
        with self._explained():
            self._prepare()

    def get(self, keys: Sequence[str]) -> dict[str, Answer]:
        """The stored answers among ``keys``; absent ones are absent."""
        rows = self._rows("SELECT key, kind, payload FROM answers", keys)
        return {row[0].hex(): self._decoded(*row) for row in rows}

    def put(self, answers: Mapping[str, Answer], *, context: str, identity: str) -> None:
        """Add answers of one model in one transaction; a key that is there keeps its answer."""
        rows = [(bytes.fromhex(key), context, *encode(answer)) for key, answer in answers.items()]
        with self._explained(), self._transaction():
            self._db.execute("INSERT OR IGNORE INTO contexts VALUES (?, ?)", (context, identity))
            self._db.executemany("INSERT OR IGNORE INTO answers VALUES (?, ?, ?, ?)", rows)

    def held(self, keys: Sequence[str]) -> set[str]:
        """Which of ``keys`` have an answer; reads none of them."""
        return {row[0].hex() for row in self._rows("SELECT key FROM answers", keys)}

    def _rows(self, select: str, keys: Sequence[str]) -> list[tuple[Any, ...]]:
        """The rows of answers that are there, so many keys at a time as SQLite takes."""
        found: list[tuple[Any, ...]] = []
        with self._explained():
            for start in range(0, len(keys), _CHUNK):
                chunk = [bytes.fromhex(key) for key in keys[start : start + _CHUNK]]
                marks = ",".join("?" * len(chunk))
                found += self._db.execute(f"{select} WHERE key IN ({marks})", chunk)
        return found

    def noise(self, context: str) -> str | None:
        """The finding on how far one model's answers move, as `note_noise` stored it."""
        with self._explained():
            return self._noise(context)

    def note_noise(self, context: str, merge: Callable[[str | None], str]) -> None:
        """Replace the finding of one model by what ``merge`` makes of it, in one transaction.

        The table is made when first needed: a store of an earlier version lacks it and stays valid.
        """
        with self._explained(), self._transaction():
            self._db.execute(
                "CREATE TABLE IF NOT EXISTS noise (context TEXT PRIMARY KEY, finding TEXT NOT NULL)"
            )
            finding = merge(self._noise(context))
            self._db.execute("INSERT OR REPLACE INTO noise VALUES (?, ?)", (context, finding))

    def _noise(self, context: str) -> str | None:
        table = self._db.execute("SELECT 1 FROM sqlite_master WHERE name = 'noise'").fetchone()
        if table is None:
            return None
        row = self._db.execute("SELECT finding FROM noise WHERE context = ?", (context,)).fetchone()
        return None if row is None else str(row[0])

    def __len__(self) -> int:
        with self._explained():
            (count,) = self._db.execute("SELECT count(*) FROM answers").fetchone()
        return int(count)

    def close(self) -> None:
        """Release the file; the store cannot be used afterwards."""
        self._db.close()

    def _decoded(self, key: bytes, kind: str, payload: str) -> Answer:
        try:
            return decode(kind, payload)
        except (ValueError, TypeError, LookupError, RecursionError) as error:
            raise StoreProblem(
                f"response store {self.path} holds an answer that cannot be read "
                f"({kind} {key.hex()[:12]}: {error}); move it away or pass another --store"
            ) from error

    def _prepare(self) -> None:
        try:
            # With WAL a killed process loses nothing; only a power cut may lose the last commits.
            self._db.execute("PRAGMA synchronous=NORMAL")
            self._db.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}")
            if self._is_empty():
                with self._transaction():
                    if self._is_empty():  # else another process was first
                        for statement in _CREATE:
                            self._db.execute(statement)
            self._check_is_ours()
            self._write_ahead()
        except BaseException:
            self._db.close()
            raise

    def _is_empty(self) -> bool:
        (n_objects,) = self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        return bool(n_objects == 0 and self._application_id() == 0)

    def _application_id(self) -> int:
        return int(self._db.execute("PRAGMA application_id").fetchone()[0])

    def _check_is_ours(self) -> None:
        about = self._db.execute("SELECT 1 FROM sqlite_master WHERE name = 'about'").fetchone()
        if about is None or self._application_id() != APPLICATION_ID:
            raise StoreProblem(
                f"{self.path} is a database, but not a response store; pass another --store"
            )
        schema = self._db.execute("SELECT max(schema) FROM about").fetchone()[0]
        if schema != SCHEMA:
            raise StoreProblem(
                f"response store {self.path} has schema {schema}, this version reads {SCHEMA}; "
                "pass another --store"
            )

    def _write_ahead(self) -> None:
        """Switch a new store to WAL; SQLite does not wait for a lock here, so this does."""
        until = time.monotonic() + self._lock_wait_s
        while self._db.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            try:
                self._db.execute("PRAGMA journal_mode=WAL")
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > until:
                    raise
                time.sleep(0.01)
            else:
                return  # even if the file system cannot have WAL: the old mode is safe too

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
    """A reader for analyses over one store, or those of all shards of a run.

    Stores are opened when the first answer is asked for; paths without one are skipped.
    """

    def __init__(self, *paths: Path) -> None:
        self._paths = paths
        self._stores: list[ResponseStore] | None = None

    def __call__(self, keys: Sequence[str]) -> Mapping[str, Answer]:
        """The stored answers of all ``keys``; a StoreProblem where one is in no store."""
        if self._stores is None:
            self._stores = [ResponseStore(path) for path in self._paths if path.exists()]
        found: dict[str, Answer] = {}
        for store in self._stores:
            found.update(store.get([key for key in keys if key not in found]))
        missing = len(set(keys) - found.keys())
        if missing:
            looked = ", ".join(map(str, self._paths)) or "no store"
            raise StoreProblem(
                f"{missing} answers that an analysis reads are not in {looked}; pass the --store "
                "that they were written to"
            )
        return found

    def close(self) -> None:
        """Release the stores that were opened."""
        for store in self._stores or ():
            store.close()
