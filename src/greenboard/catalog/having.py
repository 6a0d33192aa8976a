"""Which tables have anything about an entity, or anything at all."""

from __future__ import annotations

from functools import cache

from django.db import connection
from django.db.models import Model

Tables = tuple[type[Model], ...]


def having(entity: int, about: Tables, others: Tables = ()) -> frozenset[type[Model]]:
    """The tables `about` entities, by a foreign key `entity`, that have a row for one (its surrogate id).

    And those of the `others` that have any row. One query.
    """
    if not about and not others:
        return frozenset()
    with connection.cursor() as cursor:
        cursor.execute(_question(about, others), [entity] * len(about))
        return frozenset([*about, *others][place] for (place,) in cursor.fetchall())


@cache
def _question(about: Tables, others: Tables) -> str:
    """Names of tables only: written once, since putting it together takes longer than the answer."""
    name = connection.ops.quote_name
    asked = [(table, " WHERE entity_id = %s") for table in about] + [(table, "") for table in others]
    return " UNION ALL ".join(
        f"SELECT {place} WHERE EXISTS (SELECT 1 FROM {name(table._meta.db_table)}{where})"  # noqa: S608
        for place, (table, where) in enumerate(asked)
    )
