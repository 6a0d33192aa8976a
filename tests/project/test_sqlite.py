"""Transactions on an SQLite file: they begin when the database is free, and who waits too long is told."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler
from pytest_django import DjangoDbBlocker

from greenboard.project.database import read


def opened(path: Path, timeout: float) -> BaseDatabaseWrapper:
    """A connection as an installation makes it, which waits as long as given."""
    found = read(f"sqlite:///{path}", path.parent)
    found = replace(found, settings={**found.settings, "OPTIONS": {**found.settings["OPTIONS"], "timeout": timeout}})
    return ConnectionHandler({"default": dict(found.settings)})["default"]


@pytest.fixture(autouse=True)
def may_open(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def ours(tmp_path: Path) -> Iterator[BaseDatabaseWrapper]:
    connection = opened(tmp_path / "board.sqlite3", 0.3)
    connection.inc_thread_sharing()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE told (what TEXT)")
    yield connection
    connection.close()


@pytest.fixture
def other(tmp_path: Path, ours: BaseDatabaseWrapper) -> Iterator[sqlite3.Connection]:
    """Another process, as far as SQLite is concerned."""
    with closing(sqlite3.connect(tmp_path / "board.sqlite3", isolation_level=None, check_same_thread=False)) as found:
        yield found


def tell(connection: BaseDatabaseWrapper, what: str) -> None:
    connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO told VALUES (%s)", [what])
    connection.commit()
    connection.set_autocommit(True)


def test_a_transaction_begins_once_the_other_writer_has_finished(tmp_path: Path, other: sqlite3.Connection) -> None:
    patient = opened(tmp_path / "board.sqlite3", 60)
    other.execute("BEGIN IMMEDIATE")
    other.execute("INSERT INTO told VALUES ('first')")
    release = threading.Timer(0.5, other.execute, ["COMMIT"])
    release.start()
    tell(patient, "second")
    release.join()
    assert other.execute("SELECT what FROM told ORDER BY rowid").fetchall() == [("first",), ("second",)]
    patient.close()


def test_who_waits_longer_than_its_patience_is_told_and_can_write_later(
    ours: BaseDatabaseWrapper, other: sqlite3.Connection
) -> None:
    other.execute("BEGIN IMMEDIATE")
    begun = time.monotonic()
    with pytest.raises(OperationalError, match="database is locked"):
        tell(ours, "too early")
    assert time.monotonic() - begun >= 0.3
    other.execute("ROLLBACK")
    ours.set_autocommit(True)
    tell(ours, "in time")
    assert other.execute("SELECT what FROM told").fetchall() == [("in time",)]


def test_a_transaction_waits_for_nothing_but_the_other_writer(ours: BaseDatabaseWrapper) -> None:
    ours.cursor().execute("BEGIN")
    with pytest.raises(OperationalError, match="within a transaction"):
        tell(ours, "twice begun")


def test_what_runs_outside_of_a_transaction_waits_as_sqlite_does(ours: BaseDatabaseWrapper) -> None:
    tell(ours, "begun and done")
    with ours.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        assert cursor.fetchone() == (300,)
