"""One writer of the catalog at a time."""

from __future__ import annotations

from django.db import connection

_KEY = 0x6772656E  # any number that no other lock of the product uses


def lock() -> None:
    """Wait until this transaction is the only one that writes the catalog.

    Rules such as "no circles" hold for the catalog as a whole, so two writers cannot check them
    side by side. SQLite's immediate transactions are alone anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_KEY])
