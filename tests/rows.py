"""A company's rows, written once in a session and put into the transaction of each test that wants them."""

from datetime import datetime

from django.db import connection, transaction


def written(build):
    """The rows that `build` writes, by table. They are rolled back, so no other test meets them."""
    with transaction.atomic():
        empty = [name for name in connection.introspection.table_names() if not _rows(name)[1]]
        build()
        found = {name: rows for name in empty if (rows := _rows(name))[1]}
        transaction.set_rollback(True)
    return found


def put(found):
    """Write such rows."""
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        for table, (columns, rows) in found.items():
            places = ", ".join(["%s"] * len(columns))
            into = f"INSERT INTO {quote(table)} ({', '.join(map(quote, columns))}) VALUES ({places})"
            cursor.executemany(into, [[_stored(value) for value in row] for row in rows])


def _stored(value):
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value


def _rows(table):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
        return [column[0] for column in cursor.description], cursor.fetchall()
