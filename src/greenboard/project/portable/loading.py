"""Putting an installation that stands in files, or in another database, into a database: whole or not at all."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.resources.abc import Traversable
from itertools import islice
from typing import Any

from django.apps import apps
from django.apps.registry import Apps
from django.core.management.color import no_style
from django.db import DatabaseError, connections, transaction
from django.db.migrations.executor import MigrationExecutor

from greenboard.access import append_only
from greenboard.core.errors import Place, UserError
from greenboard.project.portable import manifest, reading
from greenboard.project.portable.manifest import Content, Manifest
from greenboard.project.portable.reading import Say
from greenboard.project.portable.tables import Table, tables

_BATCH = 1_000
LARGEST_MANIFEST = 16 * 2**20
_NAME = re.compile(r"[a-z0-9_]{1,63}")
_GUARD = "access.0003_append_only"
"""The migration from which on the database itself keeps the audit log from being changed."""
_MARKERS = ("access_person", "catalog_entity")
"""An installation where neither has a row is empty."""


def restore(source: Traversable, say: Say, *, replace: bool = False, alias: str = "default") -> Manifest:
    """Put what stands in files into the database, and bring that up to date.

    The digests of all files are compared first, and those of what is then in the database last.

    Raises:
        UserError: a file is damaged, the database is not empty, or is of another schema. Nothing is changed.

    """
    told = manifest.read(_bytes(source, manifest.NAME), f"{source}/{manifest.NAME}")
    _verify(source, told, say)
    registry = _prepare(told, alias)
    found = tables(registry)
    if {table.name for table in found} != set(told.tables):
        raise UserError("the tables of the manifest are not those of its migrations", hint="It is damaged.")
    lines = ((table, _rows(table, source)) for table in found)
    load(lines, told.tables, say, alias=alias, replace=replace)
    return told


def load(
    content: Iterable[tuple[Table, Iterable[Sequence[Any]]]],
    expected: Mapping[str, Content],
    say: Say,
    *,
    alias: str,
    replace: bool,
) -> None:
    """Take the place of all that is in the database, in one transaction; errors as for `restore`."""
    connection = connections[alias]
    try:
        with transaction.atomic(using=alias):
            expect_empty(alias, replace=replace)
            listed = list(content)
            with _unguarded(alias):
                _clear([table for table, _ in listed], alias)
            for table, rows in listed:
                _insert(table, rows, alias)
                say(f"{table.name}: {expected[table.name].rows:,} rows")
            _compare([table for table, _ in listed], expected, alias)
            for statement in connection.ops.sequence_reset_sql(no_style(), [table.model for table, _ in listed]):
                with connection.cursor() as cursor:
                    cursor.execute(statement)
    except DatabaseError as error:
        reason = " ".join(str(error).split())
        raise UserError(f"the database refused: {reason}", hint="Nothing was changed.") from None


@contextmanager
def _unguarded(alias: str) -> Iterator[None]:
    """Within the block the audit log may be emptied, too; nothing else may do that."""
    guarded = _GUARD in reading.applied(alias)
    if guarded:
        append_only.drop(connections[alias])
    yield
    if guarded:
        append_only.create(connections[alias])


def expect_empty(alias: str, *, replace: bool) -> None:
    """Refuse a database in which there is something, unless it may be lost."""
    if not replace and not empty(alias):
        raise UserError(
            "the database is not empty: it has people or entities",
            hint="Name an empty database, or say --replace to lose what is in it.",
        )


def empty(alias: str) -> bool:
    """Whether nobody and nothing is in a database that has the schema."""
    with connections[alias].cursor() as cursor:
        for table in _MARKERS:
            cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {table})")  # noqa: S608 - a name of our own
            if cursor.fetchone()[0]:
                return False
    return True


def _verify(source: Traversable, told: Manifest, say: Say) -> None:
    for name, wanted in told.tables.items():
        digest, number = hashlib.sha256(), 0
        for line in _lines(source, name):
            digest.update(line)
            number += 1
        if Content(number, digest.hexdigest()) != wanted:
            raise UserError(f"{name}.jsonl is not what was written", hint="It is damaged: take another backup.")
    say("every file is as it was written")


def _bytes(source: Traversable, name: str) -> bytes:
    with _readable(name), source.joinpath(name).open("rb") as file:
        found: bytes = file.read(LARGEST_MANIFEST + 1)
    if len(found) > LARGEST_MANIFEST:
        raise UserError(f"{name} is too large", expected=f"at most {LARGEST_MANIFEST:,} bytes", hint="It is no backup.")
    return found


def _lines(source: Traversable, name: str) -> Iterator[bytes]:
    if not _NAME.fullmatch(name):
        raise UserError("not a name of a table", got=repr(name[:80]), hint="It is damaged, or no backup.")
    with _readable(f"{name}.jsonl"), source.joinpath(f"{name}.jsonl").open("rb") as file:
        yield from file


@contextmanager
def _readable(name: str) -> Iterator[None]:
    try:
        yield
    except (OSError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise UserError(f"{name} cannot be read: {error}", hint="It is damaged: take another backup.") from None


def _rows(table: Table, source: Traversable) -> Iterator[list[Any]]:
    for number, line in enumerate(_lines(source, table.name), 1):
        try:
            yield table.row(json.loads(line))
        except (ValueError, KeyError, TypeError) as error:
            place = Place(f"{table.name}.jsonl", number)
            raise UserError(f"no row of this table: {error}", place=place) from None


def _prepare(told: Manifest, alias: str) -> Apps:
    """Give the database the schema of the manifest; a new one is made so, another must be so."""
    executor = MigrationExecutor(connections[alias])
    known = {f"{app}.{name}": (app, name) for app, name in executor.loader.graph.nodes}
    unknown = [name for name in told.migrations if name not in known and name.partition(".")[0] in _labels()]
    if unknown:
        raise UserError(
            f"it was written by version {told.greenboard}, which is newer: this one lacks {unknown[0]}",
            hint="Upgrade Greenboard first.",
        )
    targets = _last(executor, [known[name] for name in told.migrations if name in known])
    there = set(reading.applied(alias))
    if not there:
        executor.migrate(targets)
    elif there != set(told.migrations):
        raise UserError(
            f"the database has another schema than version {told.greenboard} wrote",
            hint="Name a new, empty database: it gets that schema, and is brought up to date afterwards.",
        )
    return executor.loader.project_state(targets).apps


def _labels() -> set[str]:
    return {config.label for config in apps.get_app_configs()}


def _last(executor: MigrationExecutor, done: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Those of the migrations that no other of the same app follows."""
    inside = set(done)
    graph = executor.loader.graph
    followed = {parent.key for key in inside for parent in graph.node_map[key].parents if parent.key[0] == key[0]}
    return sorted(inside - followed)


def _clear(found: Sequence[Table], alias: str) -> None:
    connection = connections[alias]
    names = [connection.ops.quote_name(table.name) for table in found]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"TRUNCATE {', '.join(names)} CASCADE")
            return
        for name in reversed(names):
            cursor.execute(f"DELETE FROM {name}")  # noqa: S608 - names of our own tables


def _insert(table: Table, rows: Iterable[Sequence[Any]], alias: str) -> None:
    connection = connections[alias]
    name = connection.ops.quote_name
    columns = ", ".join(name(column.name) for column in table.columns)
    places = ", ".join(["%s"] * len(table.columns))
    query = f"INSERT INTO {name(table.name)} ({columns}) VALUES ({places})"  # noqa: S608 - names of our own tables
    left = iter(rows)
    with connection.cursor() as cursor:
        while part := list(islice(left, _BATCH)):
            cursor.executemany(query, [_stored(table, row, alias) for row in part])


def _stored(table: Table, row: Sequence[Any], alias: str) -> list[Any]:
    connection = connections[alias]
    return [column.stored(value, connection) for column, value in zip(table.columns, row, strict=True)]


def _compare(found: Sequence[Table], expected: Mapping[str, Content], alias: str) -> None:
    """Hold what is in the database now against what was to come in."""
    for table in found:
        there, wanted = reading.content(table, alias), expected[table.name]
        if there != wanted:
            raise UserError(
                f"{table.name} is not the same in the database: {there.rows:,} rows of {wanted.rows:,}",
                hint="Nothing was changed. This is a bug: report it.",
            )
