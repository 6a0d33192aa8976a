"""The work file of a connection: what was read so far, so that a run goes on and another asks for less.

An SQLite file that only the runtime looks into. Each page is written in one transaction with the
place where it goes on; who dies is followed by one who asks for the next page. Nothing is lost with
the file but time: without it everything is read again.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import RLock
from typing import Self

from greenboard.connections.keyed import Keyed
from greenboard.connections.rows import Row, row_of, written
from greenboard.connections.types import Count, Json, Reason, Record

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS look (
    stream TEXT, parent TEXT, state TEXT NOT NULL, cursor TEXT, reason TEXT,
    records INTEGER NOT NULL, pages INTEGER NOT NULL, calls INTEGER NOT NULL, bytes INTEGER NOT NULL,
    PRIMARY KEY (stream, parent)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS body (url TEXT PRIMARY KEY, etag TEXT NOT NULL, headers TEXT NOT NULL, body BLOB NOT NULL);
"""
_VERSION = "1"
_BATCH = 100
SEPARATOR = "\x1f"


@dataclass(frozen=True, slots=True)
class Look:
    """How reading a stream went for one parent: `done`, `absent`, `skipped`, `failed`, or `open` with a cursor."""

    state: str
    cursor: Json = None
    reason: Reason | None = None
    count: Count = field(default_factory=Count)

    @property
    def over(self) -> bool:
        return self.state != "open"


class Work:
    """What a run has read, by stream. To be closed."""

    def __init__(self, path: Path | None, streams: Iterable[str]) -> None:
        self.streams = tuple(streams)
        self._db = _opened(path)
        self._lock = RLock()
        for name in self.streams:
            self._db.execute(
                f"CREATE TABLE IF NOT EXISTS s_{name} (seq INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE,"
                " parent TEXT NOT NULL, id TEXT NOT NULL, at REAL, data TEXT NOT NULL)"
            )
            self._db.execute(f"CREATE INDEX IF NOT EXISTS p_{name} ON s_{name} (parent)")
        self.keyed = Keyed(self._db)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the file back."""
        self._db.close()

    def begin(self, now: datetime, kept: Iterable[str]) -> bool:
        """Begin the run of a moment, or go on with it; whether it goes on.

        A new one forgets what was read before, but for the records of the streams in `kept`.
        """
        run = now.isoformat()
        if self.said("run") == run and self.said("ended") != run:
            return True
        kept = frozenset(kept)
        with self._writing():
            self._db.execute("DELETE FROM look")
            for name in self.streams:
                if name not in kept:
                    self._db.execute(f"DELETE FROM s_{name}")
            self._say("run", run)
        return False

    def end(self, now: datetime) -> None:
        """The run of a moment is over: the next one, even of the same moment, begins anew."""
        with self._writing():
            self._say("ended", now.isoformat())

    def said(self, key: str) -> str | None:
        """What was noted under a key."""
        row = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def note(self, key: str, value: str) -> None:
        """Note something for later runs."""
        with self._writing():
            self._say(key, value)

    def _say(self, key: str, value: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def _writing(self) -> _Transaction:
        return _Transaction(self._db, self._lock)

    def write(self, stream: str, looks: Sequence[tuple[str, Look, Sequence[tuple[str, float | None, Record]]]]) -> None:
        """Keep records of one or several parents, and how each look went, in one transaction.

        A record is its id, the moment at which it changed (for those kept between runs), and its fields.
        """
        rows = [
            (f"{parent}{SEPARATOR}{identity}" if parent else identity, parent, identity, at, written(record))
            for parent, _, records in looks
            for identity, at, record in records
        ]
        with self._writing():
            self._db.executemany(
                f"INSERT INTO s_{stream} (key, parent, id, at, data) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (key) DO UPDATE SET data = excluded.data, at = excluded.at",
                rows,
            )
            self._db.executemany(
                "INSERT OR REPLACE INTO look VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [(stream, parent, *_flat(look)) for parent, look, _ in looks],
            )

    def forget(self, stream: str, before: float) -> None:
        """Drop the records of a stream that changed last before a moment (seconds since 1970)."""
        with self._writing():
            self._db.execute(f"DELETE FROM s_{stream} WHERE at < ?", (before,))

    def look(self, stream: str, parent: str = "") -> Look | None:
        """How a look went; None where there was none yet."""
        row = self._db.execute(
            "SELECT state, cursor, reason, records, pages, calls, bytes FROM look WHERE stream = ? AND parent = ?",
            (stream, parent),
        ).fetchone()
        return None if row is None else Look(row[0], _or_none(row[1]), _reason(row[2]), Count(*row[3:]))

    def failed(self, stream: str) -> Reason | None:
        """Why the first look of a stream that failed did."""
        row = self._db.execute(
            "SELECT reason FROM look WHERE stream = ? AND state = 'failed' ORDER BY parent LIMIT 1", (stream,)
        ).fetchone()
        return _reason(row[0]) if row else None

    def unfinished(self, stream: str) -> bool:
        """Whether a look of a stream is open or failed."""
        found = self._db.execute(
            "SELECT 1 FROM look WHERE stream = ? AND state IN ('open', 'failed') LIMIT 1", (stream,)
        ).fetchone()
        return found is not None

    def count(self, stream: str) -> Count:
        """What a stream took in this run."""
        row = self._db.execute(
            "SELECT sum(records), sum(pages), sum(calls), sum(bytes) FROM look WHERE stream = ?", (stream,)
        ).fetchone()
        return Count(*(one or 0 for one in row))

    def size(self, stream: str) -> int:
        """How many records of a stream there are."""
        return int(self._db.execute(f"SELECT count(*) FROM s_{stream}").fetchone()[0])

    def rows(self, stream: str) -> Iterator[Row]:
        """The records of a stream in the order in which they first came."""
        for several in self.batches(stream):
            yield from several

    def batches(self, stream: str) -> Iterator[list[Row]]:
        """The same, some at a time."""
        last = 0
        while True:
            found = self._db.execute(
                f"SELECT seq, key, parent, id, data FROM s_{stream} WHERE seq > ? ORDER BY seq LIMIT {_BATCH}", (last,)
            ).fetchall()
            if found:
                yield [row_of(*columns) for columns in found]
            if len(found) < _BATCH:
                return
            last = found[-1][0]

    def children(self, stream: str, parent: str) -> list[Row]:
        """The records that hang on another one."""
        found = self._db.execute(
            f"SELECT seq, key, parent, id, data FROM s_{stream} WHERE parent = ? ORDER BY seq", (parent,)
        )
        return [row_of(*columns) for columns in found]

    def row(self, stream: str, key: str) -> Row | None:
        """A record by its key."""
        found = self._db.execute(f"SELECT seq, key, parent, id, data FROM s_{stream} WHERE key = ?", (key,)).fetchone()
        return row_of(*found) if found else None

    def borrow(self, path: Path, streams: Sequence[str], *, failed: bool = False) -> bool:
        """Copy streams from the work file of a whole run, if that read them to the end; whether it did.

        With `failed` also where some looks failed: they stay failed.
        """
        known = {"done", "absent", "skipped", *(["failed"] if failed else [])}
        self._db.execute("ATTACH ? AS lent", (str(path),))
        try:
            for name in streams:
                states = self._db.execute("SELECT DISTINCT state FROM lent.look WHERE stream = ?", (name,)).fetchall()
                if not states or not {state for (state,) in states} <= known:
                    return False
            with self._writing():
                for name in streams:
                    self._db.execute(f"INSERT OR IGNORE INTO s_{name} SELECT * FROM lent.s_{name}")
                    self._db.execute("INSERT OR IGNORE INTO look SELECT * FROM lent.look WHERE stream = ?", (name,))
                    self._db.execute(
                        "INSERT OR IGNORE INTO meta SELECT * FROM lent.meta WHERE key = ?", (f"since:{name}",)
                    )
            return True
        except sqlite3.OperationalError:
            return False
        finally:
            self._db.execute("DETACH lent")

    def drop(self, stream: str, parent: str) -> None:
        """Forget what hangs on one record, and let it be read once more."""
        with self._writing():
            self._db.execute(f"DELETE FROM s_{stream} WHERE parent = ?", (parent,))
            self._db.execute("DELETE FROM look WHERE stream = ? AND parent = ?", (stream, parent))

    def again(self, stream: str) -> None:
        """Let a stream be read once more."""
        with self._writing():
            self._db.execute("DELETE FROM look WHERE stream = ?", (stream,))

    def body(self, url: str) -> tuple[str, Mapping[str, str], bytes] | None:
        """The ETag, headers and body of the answer that was kept for an address."""
        with self._lock:
            row = self._db.execute("SELECT etag, headers, body FROM body WHERE url = ?", (url,)).fetchone()
        return (row[0], json.loads(row[1]), zlib.decompress(row[2])) if row else None

    def keep_body(self, url: str, etag: str, headers: Mapping[str, str], body: bytes) -> None:
        """Keep an answer, in place of the one before."""
        packed = (url, etag, json.dumps(dict(headers)), zlib.compress(body, 1))
        with self._writing():
            self._db.execute("INSERT OR REPLACE INTO body VALUES (?, ?, ?, ?)", packed)


class _Transaction:
    """One writer at a time: threads share the connection to the database."""

    def __init__(self, db: sqlite3.Connection, lock: RLock) -> None:
        self.db = db
        self.lock = lock

    def __enter__(self) -> None:
        self.lock.acquire()
        self.db.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            self.db.execute("COMMIT" if kind is None else "ROLLBACK")
        finally:
            self.lock.release()


def _opened(path: Path | None) -> sqlite3.Connection:
    """The database of a work file; one that is damaged or of another version is begun anew."""
    db = _connect(path)
    try:
        # A temporary file outlives nobody: what is lost with the machine need not be waited for.
        db.execute(f"PRAGMA synchronous = {'OFF' if path is None else 'NORMAL'}")
        db.execute(f"PRAGMA journal_mode = {'MEMORY' if path is None else 'WAL'}")
        db.executescript(_SCHEMA)
        version = db.execute("SELECT value FROM meta WHERE key = 'version'").fetchone()
        if version is None:
            db.execute("INSERT INTO meta VALUES ('version', ?)", (_VERSION,))
        if version in (None, (_VERSION,)):
            return db
    except sqlite3.DatabaseError:
        if path is None:
            raise
    db.close()
    assert path is not None
    for end in ("", "-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
    return _opened(path)


def _connect(path: Path | None) -> sqlite3.Connection:
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    return sqlite3.connect(str(path) if path else "", isolation_level=None, check_same_thread=False, timeout=30)


def _or_none(text: str | None) -> Json:
    return None if text is None else json.loads(text)


def _flat(look: Look) -> tuple[object, ...]:
    reason, count = look.reason, look.count
    told = None if reason is None else written([reason.fault, reason.text, reason.status, reason.what, reason.missing])
    cursor = None if look.cursor is None else written(look.cursor)
    return (look.state, cursor, told, count.records, count.pages, count.calls, count.bytes)


def _reason(text: str | None) -> Reason | None:
    return None if text is None else Reason(*json.loads(text))
