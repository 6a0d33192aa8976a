"""Locks that end with the process which holds them, however that ends: the kernel's, or a PostgreSQL session's."""

from __future__ import annotations

import fcntl
from contextlib import suppress
from hashlib import blake2b
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from greenboard.durable.types import Address

if TYPE_CHECKING:
    import psycopg

_NAMESPACE = b"greenboard worker "
_OURS = {"keepalives_idle": "3", "keepalives_interval": "2", "keepalives_count": "2", "tcp_user_timeout": "7000"}
_THEIRS = "SET tcp_keepalives_idle = 3; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 2"
"""So that the end of a machine, or of the network to it, is noticed within ten seconds on both sides."""


class LocksLost(Exception):
    """Whoever keeps the locks cannot be asked, and may have forgotten them."""


class Locks(Protocol):
    """Named locks of this process. Not for several threads at once."""

    def take(self, name: str) -> bool:
        """Take a lock if nobody has it; whether it is ours now. Taking what we hold changes nothing.

        Raises:
            LocksLost: see there.

        """

    def give(self, name: str) -> None:
        """Give a lock back; errors as for `take`."""

    def close(self) -> None:
        """Give all back."""


def locks(address: Address) -> Locks:
    """The locks of an installation."""
    return SessionLocks(dict(address.postgresql)) if address.postgresql else FileLocks(address.folder / "workers")


class FileLocks:
    """A file for each name, locked by the kernel."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: dict[str, TextIOWrapper] = {}

    def take(self, name: str) -> bool:
        if name in self._held:
            return True
        self._folder.mkdir(parents=True, exist_ok=True)
        file = (self._folder / f"{name}.lock").open("w", encoding="ascii")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        self._held[name] = file
        return True

    def give(self, name: str) -> None:
        if name in self._held:
            self._held.pop(name).close()

    def close(self) -> None:
        for name in tuple(self._held):
            self.give(name)


class SessionLocks:
    """Advisory locks of one session: they are gone with the connection, which is then made again."""

    def __init__(self, parameters: dict[str, str]) -> None:
        self._parameters = {**_OURS, **parameters}
        self._held: set[str] = set()
        self._session: psycopg.Connection[Any] | None = None

    def take(self, name: str) -> bool:
        # Taken again while it is held it would have to be given back twice; so a held one only proves the session.
        if name in self._held and self._ask("SELECT true") is True:
            return True
        if not self._ask("SELECT pg_try_advisory_lock(%s)", _key(name)):
            return False
        self._held.add(name)
        return True

    def give(self, name: str) -> None:
        if name in self._held:
            self._held.remove(name)
            self._ask("SELECT pg_advisory_unlock(%s)", _key(name))

    def close(self) -> None:
        self._held.clear()
        if self._session is not None:
            self._session.close()
            self._session = None

    def _ask(self, question: str, *given: int) -> Any:
        import psycopg

        try:
            if self._session is None:
                self._session = psycopg.connect(**self._parameters, autocommit=True)  # type: ignore[arg-type]
                self._session.execute(_THEIRS)
            row = self._session.execute(question, given).fetchone()
        except psycopg.Error as error:
            with suppress(psycopg.Error):
                self.close()
            self._session = None
            raise LocksLost(" ".join(str(error).split())) from None
        return row and row[0]


def _key(name: str) -> int:
    """The number that stands for a name, within PostgreSQL's 64 bits."""
    return int.from_bytes(blake2b(_NAMESPACE + name.encode(), digest_size=8).digest(), "big", signed=True)
