"""The backend that `DATABASES` names: Django's own for SQLite, except for two things.

**How a transaction waits for its turn.**

SQLite lets one writer in at a time and has no queue. Who finds the door shut looks again after pauses that
SQLite fixes (`sqliteDefaultBusyCallback` in its source: 1, 2, 5, 10, 15, 20, 25, 25, 25, 50, 50 ms and then each
100 ms). A writer that comes at a steady pace can stand in the door at each of those looks: a worker beside one
that wrote twenty times a second waited more than a second, although nobody held the door for 0.1 s
(docs/benchmarks.md). Pauses that are short and drawn at random fall in step with nobody; nobody gains by guessing
them, either.

**How moments are read.** They are texts, and most rows of a query have the same few: each is read once, as UTC.
"""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from functools import lru_cache
from random import uniform
from time import monotonic, sleep
from typing import Any

from django.db.backends.sqlite3.base import DatabaseWrapper as DjangoWrapper

_PAUSES = (0.001, 0.010)
"""The shortest and the longest pause between two looks, in seconds."""
_PRIMARY = 0xFF
"""Which bits of SQLite's extended codes of errors say what kind of error it is."""


@lru_cache(maxsize=10_000)
def _moment(text: bytes) -> datetime:
    """A moment as Django writes it, `2026-11-26 09:58:50.542148`, always of UTC."""
    return datetime.fromisoformat(text.decode()).replace(tzinfo=UTC)


sqlite3.register_converter("datetime", _moment)  # in place of Django's own, which its backend has registered


class DatabaseWrapper(DjangoWrapper):
    """A connection whose transactions begin as soon as the database is free, or fail after `timeout` seconds.

    What runs outside of a transaction waits as SQLite does.
    """

    connection: Any
    transaction_mode: str | None

    def _start_transaction_under_autocommit(self) -> None:
        patience = float(self.settings_dict["OPTIONS"].get("timeout", 5))
        with self.wrap_database_errors:
            self.connection.execute("PRAGMA busy_timeout = 0")
            try:
                self._begin(monotonic() + patience)
            finally:
                self.connection.execute(f"PRAGMA busy_timeout = {int(patience * 1000)}")

    def _begin(self, until: float) -> None:
        while True:
            try:
                self.connection.execute(f"BEGIN {self.transaction_mode or ''}")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & _PRIMARY != sqlite3.SQLITE_BUSY or monotonic() > until:
                    raise
                sleep(uniform(*_PAUSES))  # noqa: S311  # nosec B311
            else:
                return
