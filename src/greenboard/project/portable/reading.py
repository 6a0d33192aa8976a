"""Reading a whole installation out of its database as of one moment, while others go on writing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connections, models
from django.db.migrations.recorder import MigrationRecorder
from django.db.models.functions import Collate

from greenboard import __version__
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.project.observing import readiness
from greenboard.project.portable import manifest
from greenboard.project.portable.manifest import Content, Manifest
from greenboard.project.portable.shelves import Put
from greenboard.project.portable.tables import LEFT_OUT, Table, tables

Say = Callable[[str], None]
BATCH = 5_000
PLACE = "place_in_table"
_BEGIN = {"sqlite": "BEGIN DEFERRED", "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"}


@contextmanager
def snapshot(alias: str) -> Iterator[None]:
    """Within the block the database shows one moment. Nobody who writes waits for it.

    Not an `atomic` block: on SQLite that would keep writers out.
    """
    connection = connections[alias]
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN[connection.vendor])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ROLLBACK")


def rows(table: Table, alias: str) -> Iterator[tuple[Any, ...]]:
    """Every row of a table in the order of its key, which is the same on every database."""
    found = table.model._base_manager.using(alias).annotate(**{PLACE: _key(table, alias)}).order_by(PLACE)
    asked = [column.asked for column in table.columns]
    last: Any = None
    while True:
        part = found if last is None else found.filter(**{f"{PLACE}__gt": last})
        read = list(part.values_list(PLACE, *asked)[:BATCH])
        yield from (row[1:] for row in read)
        if len(read) < BATCH:
            return
        last = read[-1][0]


def _key(table: Table, alias: str) -> Any:
    field = table.model._meta.pk
    if isinstance(field, models.CharField | models.TextField) and connections[alias].vendor == "postgresql":
        return Collate("pk", "C")
    return models.F("pk")


def content(table: Table, alias: str, take: Callable[[bytes], object] = lambda _: None) -> Content:
    """What a table holds; `take` is given each line."""
    digest, number = hashlib.sha256(), 0
    for row in rows(table, alias):
        number += 1
        line = table.line(row)
        digest.update(line)
        take(line)
    return Content(number, digest.hexdigest())


def write(put: Put, say: Say, alias: str = "default") -> Manifest:
    """Write every table and the manifest, as of one moment.

    Raises:
        UserError: the database is behind the code, or ahead of it.

    """
    expect_same()
    with snapshot(alias):
        migrations = applied(alias)
        found = {}
        for table in tables(apps):
            with put(f"{table.name}.jsonl") as file:
                found[table.name] = content(table, alias, file.write)
            say(f"{table.name}: {found[table.name].rows:,} rows")
    moment = clock.format_time(clock.now())
    vendor = connections[alias].vendor
    told = Manifest(manifest.FORMAT, __version__, moment, vendor, migrations, found, LEFT_OUT)
    with put(manifest.NAME) as file:
        file.write(told.text())
    return told


def applied(alias: str) -> tuple[str, ...]:
    """The migrations of a database, as `app.name`."""
    return tuple(sorted(f"{app}.{name}" for app, name in MigrationRecorder(connections[alias]).applied_migrations()))


def expect_same() -> None:
    """Go on only where the schema of the database is exactly that of the code.

    Raises:
        UserError: it is not.

    """
    if waiting := readiness.pending():
        raise UserError(f"the database lacks {len(waiting)} migrations", hint="Run greenboard migrate first.")
    if beyond := readiness.beyond():
        raise UserError(
            f"the database is newer than this version: it has {beyond[0]}", hint="Use the version that made it so."
        )
