"""Writing very many rows without an object for each: several times as quick as Django's own way."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, models


def insert(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows of plain values, given in the order of the named fields; other fields become NULL.

    To be called inside a transaction. Constraints hold as ever; identifiers are not given back.
    """
    quote = connection.ops.quote_name
    fields = [_field(model, name) for name in names]
    target = f"{quote(model._meta.db_table)} ({', '.join(quote(str(field.column)) for field in fields)})"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with connection.wrap_database_errors, cursor.copy(f"COPY {target} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            moments = [place for place, field in enumerate(fields) if isinstance(field, models.DateTimeField)]
            statement = f"INSERT INTO {target} VALUES ({', '.join(['%s'] * len(names))})"  # noqa: S608 - names of ours
            cursor.executemany(statement, _adapted(rows, moments))  # type: ignore[arg-type]  # any iterable will do


def change(model: type[models.Model], names: Sequence[str], rows: Iterable[models.Model]) -> None:
    """Write some fields of rows that are there, one statement for all. To be called inside a transaction.

    Django's own `bulk_update` writes one long condition for each field, which takes ten times as long.
    """
    quote = connection.ops.quote_name
    fields = [_field(model, name) for name in names]
    key = model._meta.pk
    told = ", ".join(f"{quote(str(field.column))} = %s" for field in fields)
    statement = f"UPDATE {quote(model._meta.db_table)} SET {told} WHERE {quote(str(key.column))} = %s"  # noqa: S608 - names of ours
    values = [
        [*(field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields), row.pk] for row in rows
    ]
    if values:
        with connection.cursor() as cursor:
            cursor.executemany(statement, values)


def end(model: type[models.Model], ids: Collection[int], at: datetime) -> None:
    """Let the intervals with these surrogate ids end at a moment. To be called inside a transaction."""
    if not ids:
        return
    quote = connection.ops.quote_name
    statement = f"UPDATE {quote(model._meta.db_table)} SET {quote('valid_to')} = %s WHERE {quote('id')}"  # noqa: S608 - names of ours
    moment = connection.ops.adapt_datetimefield_value(at)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"{statement} = ANY(%s)", [moment, list(ids)])
        else:
            cursor.executemany(f"{statement} = %s", [(moment, number) for number in sorted(ids)])


def _field(model: type[models.Model], name: str) -> models.Field[Any, Any]:
    field = model._meta.get_field(name)
    assert isinstance(field, models.Field), f"{name} is no column"
    return field


def _adapted(rows: Iterable[Sequence[Any]], moments: Sequence[int]) -> Iterator[list[Any]]:
    """Moments as text, in which SQLite keeps them; there are few different ones in many rows."""
    known: dict[datetime | None, str | None] = {None: None}
    for row in rows:
        adapted = list(row)
        for place in moments:
            value = adapted[place]
            if value not in known:
                known[value] = connection.ops.adapt_datetimefield_value(value)
            adapted[place] = known[value]
        yield adapted
