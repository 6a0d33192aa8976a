"""Records of a work file by keys: what joins find them by. For one thread."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Sequence

from greenboard.connections.rows import Row, row_of

_MOST = 500
"""So many records are read ahead for one index; where there are more, each key is asked for when it is needed."""


class Keyed:
    """Indexes by name. They live as long as the connection to the database, and do not follow later changes."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._db = database
        self._numbers: dict[str, int] = {}
        self._ahead: dict[str, dict[str, list[Row]]] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._numbers

    def make(self, name: str, keys: Iterator[tuple[str, int]]) -> None:
        """Make an index of pairs: a key, and the `seq` of a record."""
        number = self._new(name)
        self._db.execute(f"CREATE TEMP TABLE k_{number} (key TEXT NOT NULL, seq INTEGER NOT NULL)")
        self._db.executemany(f"INSERT INTO k_{number} VALUES (?, ?)", keys)
        self._db.execute(f"CREATE INDEX temp.kk_{number} ON k_{number} (key)")

    def by_field(self, name: str, stream: str, path: Sequence[str]) -> bool:
        """Make an index of a field of the records, which the database reads itself; whether it could.

        It cannot where a record has anything but a text or a whole number there.
        """
        if any('"' in part or "\\" in part for part in path):
            return False
        number, at = self._new(name), "$" + "".join(f'."{part}"' for part in path)
        self._db.execute(f"CREATE TEMP TABLE k_{number} (key TEXT, seq INTEGER NOT NULL)")
        value = "json_extract(data, ?1)"
        whole = f"iif(typeof({value}) = 'integer', {value}, NULL)"
        told = f"CASE json_type(data, ?1) WHEN 'text' THEN {value} WHEN 'integer' THEN {whole} END"
        self._db.execute(f"INSERT INTO k_{number} SELECT {told}, seq FROM s_{stream}", (at,))
        if self._db.execute(f"SELECT 1 FROM temp.k_{number} WHERE key IS NULL LIMIT 1").fetchone():
            self._db.execute(f"DROP TABLE temp.k_{number}")
            del self._numbers[name]
            return False
        self._db.execute(f"CREATE INDEX temp.kk_{number} ON k_{number} (key)")
        return True

    def _new(self, name: str) -> int:
        number = self._numbers[name] = max(self._numbers.values(), default=-1) + 1
        return number

    def ahead(self, name: str, stream: str, keys: Collection[str]) -> None:
        """Read the records of several keys at once, if they are not too many, in place of those before."""
        self._ahead[name] = {}
        marks = ", ".join("?" * len(keys))
        found = self._db.execute(f"{self._query(name, stream)} IN ({marks}) LIMIT {_MOST + 1}", tuple(keys)).fetchall()
        if len(found) > _MOST:
            return
        known: dict[int, Row] = {}
        kept: dict[str, dict[int, Row]] = {key: {} for key in keys}
        for key, seq, *columns in found:
            if seq not in known:
                known[seq] = row_of(seq, *columns)
            kept[key][seq] = known[seq]
        self._ahead[name] = {key: [several[seq] for seq in sorted(several)] for key, several in kept.items()}

    def rows(self, name: str, stream: str, key: str) -> list[Row]:
        """The records of a stream with a key of an index, in the order in which they first came."""
        kept = self._ahead.get(name)
        if kept is not None and key in kept:
            return kept[key]
        found = {seq: columns for _, seq, *columns in self._db.execute(f"{self._query(name, stream)} = ?", (key,))}
        return [row_of(seq, *found[seq]) for seq in sorted(found)]

    def _query(self, name: str, stream: str) -> str:
        found = f"temp.k_{self._numbers[name]} k JOIN s_{stream} s ON s.seq = k.seq"
        return f"SELECT k.key, s.seq, s.key, s.parent, s.id, s.data FROM {found} WHERE k.key"
