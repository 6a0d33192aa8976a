"""Triggers by which the database itself refuses to change or delete lines of the audit log.

They stop mistakes, not somebody who may drop triggers: the chain shows what such a person did. A
migration that alters the table on SQLite makes it anew, and has to make these anew, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection as default
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

_TABLE = "access_entry"
_SAID = "the audit log is append-only"
_VERBS = ("update", "delete")


def create(connection: BaseDatabaseWrapper = default) -> None:
    """Make the triggers."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION {_TABLE}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN RAISE EXCEPTION '{_SAID}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
            )
            for verb in _VERBS:
                cursor.execute(
                    f"CREATE TRIGGER {_TABLE}_{verb} BEFORE {verb.upper()} ON {_TABLE} "
                    f"FOR EACH STATEMENT EXECUTE FUNCTION {_TABLE}_refuse()"
                )
        else:
            for verb in _VERBS:
                cursor.execute(
                    f"CREATE TRIGGER {_TABLE}_{verb} BEFORE {verb.upper()} ON {_TABLE} "
                    f"BEGIN SELECT RAISE(ABORT, '{_SAID}'); END"
                )


def drop(connection: BaseDatabaseWrapper = default) -> None:
    """Take the triggers away."""
    with connection.cursor() as cursor:
        for verb in _VERBS:
            on = f" ON {_TABLE}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {_TABLE}_{verb}{on}")


@contextmanager
def lifted() -> Iterator[None]:
    """Without the triggers, within one transaction: for whoever restores a whole installation."""
    with transaction.atomic():
        drop()
        yield
        create()
