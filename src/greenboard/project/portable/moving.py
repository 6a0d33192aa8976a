"""Moving an installation from its database into another, and proving that nothing was lost."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from django.apps import apps
from django.core.management import call_command
from django.db import Error, connections

from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.project import database
from greenboard.project.database import Database
from greenboard.project.models import Heartbeat
from greenboard.project.observing.beating import LATE
from greenboard.project.portable import loading, reading
from greenboard.project.portable.manifest import Content
from greenboard.project.portable.reading import Say
from greenboard.project.portable.tables import tables

TARGET = "target"


def move(url: str, data_dir: Path, say: Say, *, replace: bool = False) -> Mapping[str, Content]:
    """Copy everything into the database of an address; give what each table holds in both.

    Rows are counted and digested as they are read here, and again as they are read there, before
    the other database's transaction ends.

    Raises:
        UserError: a worker is at work, the other database does not answer, or is not empty.

    """
    reading.expect_same()
    _expect_rest()
    target = database.read(url, data_dir)
    _connect(target)
    say(f"making the schema in {target.where}")
    call_command("migrate", database=TARGET, interactive=False, verbosity=0)
    loading.expect_empty(TARGET, replace=replace)  # now, and not after minutes of reading
    found = tables(apps)
    with reading.snapshot("default"):
        contents = {}
        for table in found:
            contents[table.name] = reading.content(table, "default")
            say(f"read {table.name}: {contents[table.name].rows:,} rows")
        rows = ((table, reading.rows(table, "default")) for table in found)
        loading.load(rows, contents, say, alias=TARGET, replace=replace)
    return contents


def _expect_rest() -> None:
    """Go on only where no worker is at work: what it writes meanwhile would be lost."""
    fresh = Heartbeat.objects.filter(beat_at__gt=clock.now() - LATE).values_list("worker", flat=True)
    if fresh:
        raise UserError(f"a worker is at work: {fresh[0]}", hint="Stop web and workers first, so that nothing is lost.")


def _connect(target: Database) -> None:
    default = connections.settings["default"]
    told = connections.configure_settings({"default": dict(default), TARGET: dict(target.settings)})
    connections.settings[TARGET] = told[TARGET]
    if str(told[TARGET]["NAME"]) == str(default["NAME"]) and told[TARGET].get("HOST") == default.get("HOST"):
        raise UserError("the other database is this one", hint="Name another with --to.")
    try:
        connections[TARGET].ensure_connection()
    except Error as error:
        reason = " ".join(str(error).split())
        raise UserError(f"the database {target.where} cannot be used: {reason}") from None
