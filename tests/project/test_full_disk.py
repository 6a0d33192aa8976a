"""The disk of PostgreSQL itself is full: under its tables, and under its log of writes."""

from __future__ import annotations

import importlib
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.project.company import Company, Load, check, licensed
from tests.project.installation import python
from tests.project.test_kills import NAMES, disk, fill, found, refused, working

postgresql = importlib.import_module("tools.with_postgres")
SMALL = ("max_wal_size=64MB", "min_wal_size=32MB")
SWELL = """
from django.db import connection, DatabaseError
try:
    with connection.cursor() as cursor:
        for _ in range(2_000):
            cursor.execute("SELECT pg_logical_emit_message(true, 'fill', repeat('x', 1000000))")
except DatabaseError as error:
    print(error)
"""
pytestmark = pytest.mark.slow


@pytest.fixture
def small() -> Iterator[Path]:
    """An empty folder on a disk of its own, that another account of this machine may reach, too."""
    if postgresql.binaries() is None:
        pytest.skip("PostgreSQL is not installed here: no initdb and postgres")
    with tempfile.TemporaryDirectory(prefix="greenboard-disk-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        with disk(Path(name) / "disk", "320m") as folder:
            folder.chmod(0o755)
            (folder / "pg").mkdir(mode=0o700)
            yield folder


@contextmanager
def full(folder: Path) -> Iterator[None]:
    """Leave no room for the length of a block."""
    ballast = fill(folder)
    try:
        yield
    finally:
        ballast.unlink()


def again(made: Company, *, exists: bool) -> None:
    made.write({"facts": [licensed("probe", exists=exists)]}, "after")
    made.judged("probe", "pass" if exists else "fail")


def test_a_full_disk_under_the_tables_refuses_clearly_and_loses_nothing(small: Path, tmp_path: Path) -> None:
    with (
        postgresql.running(durable=True, tables=small / "pg", log=_elsewhere(small), options=SMALL) as server,
        working(tmp_path, server.url, workers=1, webs=1) as made,
    ):
        with Load(made, NAMES[:4], writers=1) as load:
            with full(small):
                told = refused(made, 507)
                assert "disk of the database is full" in told
                assert made.ask("GET", "scorecards")[0] == 200
            again(made, exists=False)
        check(made, load)


def test_a_full_disk_under_the_log_stops_the_server_and_loses_nothing(small: Path, tmp_path: Path) -> None:
    with (
        postgresql.running(durable=True, log=small / "pg", options=SMALL) as server,
        working(tmp_path, server.url, workers=1, webs=1) as made,
    ):
        with Load(made, NAMES[:4], writers=1) as load:
            time.sleep(2)
            with full(small):
                python(SWELL, made.env)
                status, told = made.ask("POST", "facts", {"facts": [licensed("probe", exists=False)]}, key="while")
                assert status in (503, 507), (status, told)
                assert "database" in found(made, "database").lower()
            server.stop()
            server.start()
            again(made, exists=False)
        assert sum(map(len, load.accepted.values())) > 0
        check(made, load)


def _elsewhere(small: Path) -> Path:
    """A folder beside the small disk."""
    beside = small.parent / "log"
    beside.mkdir(mode=0o700)
    return beside
