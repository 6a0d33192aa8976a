"""Refuse migrations that the version before could not live with: `python tools/migrations.py`.

While a release is rolled out, processes of the version before still run on the new schema. So a
migration may add what they do not know, and take nothing away that they use (expand, then contract).
One that takes something away says in `contract = "..."` why nothing that still runs needs it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

from django.db import models
from django.db.migrations import Migration, operations
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

BEFORE = {
    "access.0001_initial",
    "catalog.0001_initial",
    "facts.0001_initial",
    "facts.0002_by_type",
    "results.0001_initial",
    "results.0002_marks",
    "scorecards.0001_initial",
}
"""Those that were there before this rule."""
LARGE = {
    ("catalog", "entityversion"),
    ("catalog", "relationinterval"),
    ("facts", "factinterval"),
    ("facts", "gapinterval"),
    ("results", "resultinterval"),
    ("results", "levelinterval"),
    ("results", "cause"),
    ("results", "mark"),
    ("access", "entry"),
}
"""Tables on which making an index takes long; on PostgreSQL nobody writes to the table meanwhile."""
_TAKEN = (
    operations.RemoveField,
    operations.RenameField,
    operations.DeleteModel,
    operations.RenameModel,
    operations.AlterModelTable,
)
_SQL = re.compile(r"\b(drop\s+(table|column)|rename\s+(to|column)|set\s+not\s+null)\b", re.IGNORECASE)


def problems(migration: Migration, state: ProjectState) -> Iterator[str]:
    """What the version before could not live with; `state` is that before the migration, and is changed."""
    made: set[str] = set()
    for operation in migration.operations:
        if not getattr(migration, "contract", ""):
            yield from (
                f"{migration.app_label}.{migration.name}: {one}" for one in _problem(operation, migration, state, made)
            )
        if isinstance(operation, operations.CreateModel):
            made.add(operation.name.lower())
        operation.state_forwards(migration.app_label, state)


def _problem(operation: Operation, migration: Migration, state: ProjectState, made: set[str]) -> Iterator[str]:
    model = str(getattr(operation, "model_name", "")).lower()
    if isinstance(operation, _TAKEN):
        yield f"{operation.describe()}: the version before still uses it"
    elif isinstance(operation, operations.RunSQL) and _SQL.search(str(operation.sql)):
        yield "its SQL drops, renames or tightens what the version before still uses"
    elif model in made:
        return
    elif isinstance(operation, operations.AddField) and not _fillable(operation.field):
        yield f"{operation.describe()}: the version before writes rows without it; make it null, or give a db_default"
    elif isinstance(operation, operations.AlterField):
        before = state.models[migration.app_label, model].fields[operation.name]
        if _tighter(before, operation.field):
            yield f"{operation.describe()}: it takes less than the version before writes"
    elif (migration.app_label, model) in LARGE and _locks(operation):
        yield f"{operation.describe()}: nobody can write meanwhile; make it concurrently"


def _fillable(field: models.Field) -> bool:  # type: ignore[type-arg]
    return field.null or field.many_to_many or field.db_default is not models.NOT_PROVIDED


def _tighter(before: models.Field, after: models.Field) -> bool:  # type: ignore[type-arg]
    if type(before) is not type(after) or (before.null and not after.null) or (after.unique and not before.unique):
        return True
    return after.max_length is not None and (before.max_length is None or after.max_length < before.max_length)


def _locks(operation: Operation) -> bool:
    index = isinstance(operation, operations.AddIndex) and "Concurrently" not in type(operation).__name__
    return index or isinstance(operation, operations.AddConstraint)


def found() -> list[str]:
    """The problems of every migration of ours that came after the rule."""
    loader = MigrationLoader(None)
    told = []
    for key in loader.graph._generate_plan(loader.graph.leaf_nodes(), at_end=True):
        migration = loader.graph.nodes[key]
        if not type(migration).__module__.startswith("greenboard.") or ".".join(key) in BEFORE:
            continue
        told += problems(migration, loader.project_state(key, at_end=False))
    return told


def main() -> int:
    """Print the problems; 1 where there are any."""
    from greenboard.project import setup

    setup.django()
    told = found()
    for line in told:
        print(line, file=sys.stderr)
    print(f"migrations: {len(told)} that the version before could not live with")
    return int(bool(told))


if __name__ == "__main__":
    sys.exit(main())
