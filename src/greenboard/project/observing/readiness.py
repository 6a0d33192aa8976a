"""Whether this process can serve: the database answers, is as new as the code, and what pages count in is there."""

from __future__ import annotations

from functools import cache

from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from greenboard.project import warming


@cache
def _known() -> frozenset[tuple[str, str]]:
    """Every migration of the code."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).graph.nodes)


def pending() -> list[str]:
    """The migrations that the database lacks, as `app.name`. Those it has beyond ours are a newer version's.

    Raises:
        DatabaseError: the database does not answer.

    """
    done = set(MigrationRecorder(connection).applied_migrations())
    return sorted(f"{app}.{name}" for app, name in _known() - done)


def beyond() -> list[str]:
    """The migrations that the database has and the code does not know: a newer version's."""
    done = set(MigrationRecorder(connection).applied_migrations())
    ours = {app for app, _ in _known()}
    return sorted(f"{app}.{name}" for app, name in done - _known() if app in ours)


def reasons() -> list[str]:
    """Why this process cannot serve; nothing when it can. Names no address and no account."""
    try:
        waiting = pending()
    except DatabaseError as error:
        return [f"the database does not answer ({type(error).__name__})"]
    if waiting:
        return [f"the database lacks {len(waiting)} migrations: run greenboard migrate"]
    return warming.reasons()
