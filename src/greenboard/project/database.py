"""Which database an installation uses: an SQLite file, or PostgreSQL by its address.

A password in the address is never shown: neither in an error nor in what `repr` gives.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from greenboard.core.errors import UserError

NAME = "GREENBOARD_DATABASE_URL"
_FORMS = "postgresql://USER:PASSWORD@HOST:PORT/DATABASE or sqlite:///PATH"
_ESCAPES = "In a user name or password write / as %2F, @ as %40, : as %3A and % as %25."
_POSTGRESQL = ("postgresql://", "postgres://")
_SQLITE = "sqlite:///"
_DEFAULTS = {"application_name": "greenboard", "connect_timeout": "10"}
_WORDS = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
_KEPT_SECONDS = 600
"""How long a connection to PostgreSQL may serve; each is asked for its health before it is used again."""


@dataclass(frozen=True)
class Database:
    """A database as Django's settings have it. `where` is for people and holds no password."""

    vendor: Literal["sqlite", "postgresql"]
    where: str
    settings: Mapping[str, Any] = field(repr=False)

    @property
    def parameters(self) -> dict[str, str]:
        """The same for PostgreSQL's own client library; empty for SQLite."""
        if self.vendor == "sqlite":
            return {}
        named = {word: str(self.settings[ours]) for word, ours in _WORDS.items() if self.settings[ours]}
        return {**self.settings["OPTIONS"], **named}


def read(url: str, data_dir: Path) -> Database:
    """The database of an address; of an empty one the file in the data folder.

    `sqlite:///` goes before a path: one more slash makes it an absolute one, otherwise it is below
    the working folder. PostgreSQL takes the parameters that its own client library does.

    Raises:
        UserError: an address of another kind, or one that cannot be read.

    """
    if not url:
        return _sqlite(data_dir / "greenboard.sqlite3")
    if url.startswith(_POSTGRESQL):
        return _postgresql(url)
    if not url.startswith(_SQLITE) or not url.removeprefix(_SQLITE):
        raise UserError(f"{NAME} is not the address of a database", expected=_FORMS, hint=_ESCAPES)
    path = Path(url.removeprefix(_SQLITE)).expanduser().absolute()
    if not path.parent.is_dir():
        raise UserError(
            f"{NAME}: there is no folder {path.parent}",
            expected="sqlite:///PATH of a file in a folder that exists",
            hint="An absolute path has four slashes: sqlite:////srv/greenboard/board.sqlite3",
        )
    return _sqlite(path)


_CACHE_KIB = 32_768
"""SQLite's own 2 MiB are less than what the indexes of a million results take."""


_GATHERED_PAGES = 8_000
"""So many pages of 4 KiB gather beside the database before they go into it, rather than SQLite's own 1,000.

A worker that writes all the time writes the same pages again and again. The figures of SQLite were taken so.
"""


def _sqlite(path: Path) -> Database:
    # Immediate transactions and write-ahead logging: with Django's defaults, writers in several
    # processes fail with "database is locked"; with these none does (docs/decisions/0006).
    options = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; "
        f"PRAGMA cache_size=-{_CACHE_KIB}; PRAGMA wal_autocheckpoint={_GATHERED_PAGES};",
    }
    # Kept open: opening and setting up a connection for each look of an idle worker is most of what it does.
    settings = {"ENGINE": "greenboard.project.sqlite", "NAME": path, "CONN_MAX_AGE": _KEPT_SECONDS, "OPTIONS": options}
    return Database("sqlite", str(path), settings)


def _postgresql(url: str) -> Database:
    parts = _parts(url)
    host, port, name = (parts.pop(key, "") for key in ("host", "port", "dbname"))
    if any(number and not number.isdecimal() for number in port.split(",")):
        raise _refused("the port is not a number")
    if not name:
        raise _refused("it names no database")
    settings = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": host,
        "PORT": port,
        "CONN_MAX_AGE": _KEPT_SECONDS,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**_DEFAULTS, **parts},
    }
    return Database("postgresql", f"{name} on {host or 'this machine'}{f' port {port}' if port else ''}", settings)


def _parts(url: str) -> dict[str, str]:
    """The parts of an address, as PostgreSQL's client library reads them."""
    # Costs 0.1 s, which installations on SQLite need not pay.
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    try:
        return {key: str(value) for key, value in conninfo_to_dict(url).items() if value is not None}
    except ProgrammingError:  # its text may quote the password
        raise _refused("it cannot be read") from None


def _refused(why: str) -> UserError:
    return UserError(f"{NAME}: {why}", expected=_FORMS, hint=_ESCAPES)
