"""The workflows that ship, as rows, so that runs can name their versions as they name those that were made here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connections, transaction

from greenboard.core import clock, content
from greenboard.workflows import definition as documents
from greenboard.workflows import kinds
from greenboard.workflows.definition import Definition
from greenboard.workflows.models import Start, Version, Workflow

BY = "greenboard"


def files() -> Iterator[Path]:
    """The files of the library, by name."""
    yield from sorted(content.library("workflows").glob("*.yaml"))


def ensure(using: str = "default", **_: Any) -> None:
    """Write the shipped workflows as this version has them; called after each migration. What was edited here stays."""
    if Start._meta.db_table not in connections[using].introspection.table_names():
        return  # migrated back to before there were workflows
    with transaction.atomic(using=using):
        for path in files():
            text = path.read_text(encoding="utf-8")
            _keep(documents.kept(text, path.name), text, clock.now(), using)


def _keep(made: Definition, text: str, now: datetime, using: str) -> None:
    row = Workflow.objects.using(using).filter(name=made.name).first()
    if row is not None and (row.edited or _text(row) == text):
        return
    if row is None:
        row = Workflow(name=made.name, version=0)
    row.version, row.title = row.version + 1, made.title
    row.save(using=using)
    Version.objects.using(using).create(workflow=row, number=row.version, text=text, by=BY, at=now)
    write_starts(row, made, now, using)


def write_starts(row: Workflow, made: Definition, now: datetime, using: str = "default") -> None:
    """Have a workflow start by itself as its document says, from now on."""
    Start.objects.using(using).filter(workflow=row).delete()
    for number, start in enumerate(made.start):
        next_at = kinds.after(start.every, now) if start.every else None
        Start(workflow=row, number=number, every=start.every, event=start.heard, next_at=next_at).save(using=using)


def _text(row: Workflow) -> str:
    return Version.objects.using(row._state.db).get(workflow=row, number=row.version).text
