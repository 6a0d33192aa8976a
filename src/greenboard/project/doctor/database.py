"""The database: whether it answers, is new enough, up to date, set up well, and agrees on the time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.db import DatabaseError, connection, transaction

from greenboard.core import clock, refusals
from greenboard.core.errors import UserError
from greenboard.project import setup
from greenboard.project.doctor.types import Finding, Look, fail, good, warn
from greenboard.project.environment import Environment
from greenboard.project.observing import readiness
from greenboard.results.models import Mark

OLDEST = {"sqlite": (3, 35), "postgresql": (14,)}
"""The oldest version of each that we test with."""
SKEW = timedelta(seconds=2)
_LARGE_WAL = 1024**3


def reach(environment: Environment) -> Finding:
    """Whether the database answers, and which it is."""
    told = environment.database
    if told.vendor == "sqlite" and not Path(told.where).exists():
        return fail("database", f"{told.where} is not there", "Run greenboard migrate.")
    try:
        setup.reach()
    except UserError as error:
        return fail("database", error.what, error.hint or "")
    version = sqlite3.sqlite_version_info if told.vendor == "sqlite" else _served()
    said = f"{'SQLite' if told.vendor == 'sqlite' else 'PostgreSQL'} {'.'.join(map(str, version))}, {told.where}"
    if tuple(version) < OLDEST[told.vendor]:
        return fail("database", said, f"Version {'.'.join(map(str, OLDEST[told.vendor]))} or later is needed.")
    return good("database", said)


def _served() -> tuple[int, ...]:
    number = int(connection.pg_version)  # type: ignore[attr-defined]  # of PostgreSQL's connection only
    return divmod(number, 10_000)


def writing(_: Environment) -> Iterator[Finding]:
    """The database takes changes."""
    try:
        with transaction.atomic():  # SQLite locks for writing at once
            only_read = connection.vendor == "postgresql" and _ask("SHOW transaction_read_only") == "on"
    except DatabaseError as error:
        refusal = refusals.of(error) or refusals.AWAY
        yield fail("writing", f"{refusal.said} ({' '.join(str(error).split())})", refusal.todo)
        return
    if only_read:
        yield fail("writing", refusals.READ_ONLY.said, refusals.READ_ONLY.todo)
    else:
        yield good("writing", "the database takes changes")


def migrations(_: Environment) -> Iterator[Finding]:
    """The schema is that of this version."""
    waiting = readiness.pending()
    if waiting:
        yield fail("migrations", f"{len(waiting)} wait: {', '.join(waiting[:3])}", "Run greenboard migrate.")
    elif beyond := readiness.beyond():
        said = f"the database is newer than this version: it has {', '.join(beyond[:3])} as well"
        yield warn("migrations", said, "Upgrade this process, too.")
    else:
        yield good("migrations", "all applied")


def sqlite(environment: Environment) -> Iterator[Finding]:
    """SQLite works as several processes need it to."""
    if environment.database.vendor != "sqlite":
        return
    mode, keys = _ask("PRAGMA journal_mode"), _ask("PRAGMA foreign_keys")
    if mode != "wal":
        yield fail("SQLite", f"its journal is {mode}, not wal", "Move the file off the network drive it may be on.")
    elif keys != 1:
        yield fail("SQLite", "foreign keys are not enforced", "This is a bug: report it.")
    else:
        yield good("SQLite", "write-ahead log and foreign keys are on")
    log = Path(f"{environment.database.where}-wal")
    size = log.stat().st_size if log.exists() else 0
    if size > _LARGE_WAL:
        said = f"the write-ahead log has {size / 1024**3:.1f} GiB"
        yield warn("SQLite log", said, "Some process reads for long: restart those that do.")


def time(environment: Environment) -> Iterator[Finding]:
    """The clock of this machine agrees with the database's, and nothing was written in the future."""
    if environment.database.vendor == "postgresql":
        before, there = clock.now(), _ask("SELECT clock_timestamp()")
        middle = before + (clock.now() - before) / 2
        skew = abs((there - middle).total_seconds())
        if skew > SKEW.total_seconds():
            yield warn("clock", f"{skew:.1f} s apart from the database's", "Run a time service on both machines.")
            return
    latest = Mark.objects.order_by("-id").values_list("at", flat=True).first()
    if latest is not None and latest > clock.now() + SKEW:
        yield fail(
            "clock", f"a change is from {clock.format_time(latest)}: the future", "Set the clock of this machine."
        )
        return
    yield good("clock", "agrees with the database")


def _ask(query: str):  # type: ignore[no-untyped-def]  # whatever the database answers
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


LOOKS: tuple[Look, ...] = (writing, migrations, sqlite, time)
