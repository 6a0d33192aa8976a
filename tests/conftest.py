"""What holds for every test."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import HealthCheck, settings
from tests import installation

# Shared machines stall: no example fails for its time. CI repeats the same few examples, so that a
# submission fails for what it changed; people at their desks look for new ones, and for as many as they want.
EXAMPLES = int(os.environ.get("GREENBOARD_TEST_EXAMPLES", "100"))
settings.register_profile(
    "greenboard", deadline=None, max_examples=EXAMPLES, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("ci", settings.get_profile("greenboard"), max_examples=20, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "greenboard")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> Iterator[None]:
    """On SQLite the database is in memory, and is there already: migrating takes longer than most files of tests."""
    from django.db import connection

    if connection.vendor != "sqlite":
        yield
        return
    connection.settings_dict["TEST"]["NAME"] = ":memory:"
    where = connection.creation._get_test_db_name()
    # In memory as long as somebody has it open.
    with closing(sqlite3.connect(where, uri=True)) as memory, closing(sqlite3.connect(installation.made())) as made:
        made.backup(memory)
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> None:  # type: ignore[no-untyped-def]
    """The tests' database may be emptied: without the triggers that keep the audit log, which have tests of their own."""
    from greenboard.access import append_only

    with django_db_blocker.unblock():
        append_only.drop()


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    """What a process keeps of its database is of no use to the next test: that has another one with the same ids."""
    from greenboard.catalog import whole
    from greenboard.results import changes, matrix

    for module in (whole, matrix, changes):
        module.forget()
