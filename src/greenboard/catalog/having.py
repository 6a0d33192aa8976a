"""Which tables have anything about an entity."""

from __future__ import annotations

from functools import cache

from django.db import connection
from django.db.models import Model


def having(entity: int, tables: tuple[type[Model], ...]) -> frozenset[type[Model]]:
    """Those of some tables with a foreign key `entity` that have a row for an entity (its surrogate id). One query."""
    if not tables:
        return frozenset()
    with connection.cursor() as cursor:
        cursor.execute(_question(tables), [entity] * len(tables))
        return frozenset(tables[place] for (place,) in cursor.fetchall())


@cache
def _question(tables: tuple[type[Model], ...]) -> str:
    """Names of tables only: written once, since putting it together takes longer than the answer."""
    name = connection.ops.quote_name
    return " UNION ALL ".join(
        f"SELECT {place} WHERE EXISTS (SELECT 1 FROM {name(table._meta.db_table)} WHERE entity_id = %s)"  # noqa: S608
        for place, table in enumerate(tables)
    )
