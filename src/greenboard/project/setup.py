"""Making Django ready inside commands, and the database ready for Django."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from greenboard.core.errors import UserError

if TYPE_CHECKING:
    from django.db.backends.utils import CursorWrapper

_KEY = 0x6D696772
"""Any number that no other lock of the product uses."""
_AGAIN = 0.1
"""Seconds between two tries to be alone."""


def django() -> None:
    """Load Django once; later calls do nothing."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "greenboard.project.settings")
    import django
    from django.apps import apps

    if not apps.ready:
        django.setup()


def migrate(then: Callable[[], object] | None = None) -> None:
    """Bring the database to the current schema, and do what has to be there before anybody goes on.

    Of two processes that do this at once, one waits for the other.

    Raises:
        UserError: the database does not answer, or refuses us.

    """
    from django.core.management import call_command

    with alone():
        call_command("migrate", interactive=False, verbosity=0)
        if then is not None:
            then()


def expect_current() -> None:
    """Go on only where the database is as new as the code.

    Raises:
        UserError: it is behind, or does not answer.

    """
    from greenboard.project.observing.readiness import pending

    reach()
    waiting = pending()
    if waiting:
        raise UserError(
            f"the database lacks {len(waiting)} migrations ({', '.join(waiting[:3])}{', ...' if waiting[3:] else ''})",
            hint="Run greenboard migrate first; GREENBOARD_MIGRATE is 0.",
        )


@contextmanager
def alone() -> Iterator[None]:
    """Let one process of an installation at a time be inside; not to be entered twice in one.

    Raises:
        UserError: the database does not answer, or refuses us.

    """
    from django.db import connection

    reach()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # By trying: a statement that waits would hold a snapshot, for whose end the other's indexes wait.
            while not _taken(cursor):
                time.sleep(_AGAIN)
            try:
                yield
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_KEY])
    else:
        # The lock is the kernel's: it ends with the process, however that ends.
        with Path(f"{connection.settings_dict['NAME']}.lock").open("w", encoding="ascii") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _taken(cursor: CursorWrapper) -> bool:
    cursor.execute("SELECT pg_try_advisory_lock(%s)", [_KEY])
    row = cursor.fetchone()
    return bool(row and row[0])


def reach() -> None:
    """Open the connection to the database.

    Raises:
        UserError: the database does not answer, or refuses us.

    """
    from django.db import Error, connection

    from greenboard.project.environment import Environment

    try:
        connection.ensure_connection()
    except Error as error:
        where = Environment.read().database.where
        reason = " ".join(str(error).split()).partition(" Is the server running")[0]
        raise UserError(
            f"the database {where} cannot be used: {reason}",
            hint="Start it, or mend GREENBOARD_DATABASE_URL or GREENBOARD_DATA_DIR.",
        ) from None
