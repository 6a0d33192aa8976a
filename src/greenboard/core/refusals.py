"""Why a database refused, told from its error, for people and for programs. Pure: no database is known here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Refusal:
    """What the database lacks, and what to do. `status` is that of HTTP: 507 for want of room, else 503."""

    status: int
    said: str
    todo: str


FULL = Refusal(507, "The disk of the database is full", "Make room on it; what was saved before is safe.")
READ_ONLY = Refusal(503, "The database takes no changes: it is read-only", "Let the database be written again.")
AWAY = Refusal(503, "The database does not answer", "Try again in a moment; an administrator should look at it.")
_SQLITE = {
    "SQLITE_FULL": FULL,
    "SQLITE_READONLY": READ_ONLY,
    "SQLITE_BUSY": AWAY,
    "SQLITE_LOCKED": AWAY,
    "SQLITE_CANTOPEN": AWAY,
    "SQLITE_IOERR": AWAY,
}
_POSTGRESQL = {"53100": FULL, "25006": READ_ONLY, "08": AWAY, "53": AWAY, "57": AWAY, "58": AWAY}
"""By the code of the error, or the class of codes that it begins with."""


def of(error: BaseException | None) -> Refusal | None:
    """What an error of a database, or one that it caused, says of that; None where it says nothing."""
    return next(filter(None, map(_told, _chain(error))), None)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _told(error: BaseException) -> Refusal | None:
    name = getattr(error, "sqlite_errorname", None)
    if isinstance(name, str):  # SQLITE_IOERR_WRITE is one of SQLITE_IOERR
        return next((told for known, told in _SQLITE.items() if name.startswith(known)), None)
    if type(error).__module__.partition(".")[0] != "psycopg":
        return None
    code = getattr(error, "sqlstate", None)
    if code is None:  # it never got so far as to be asked, or the connection broke
        return AWAY if type(error).__name__ == "OperationalError" else None
    return _POSTGRESQL.get(code) or _POSTGRESQL.get(code[:2])
