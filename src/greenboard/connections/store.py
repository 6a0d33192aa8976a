"""Queries on connections."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from greenboard.connections.models import Connection
from greenboard.core.errors import UserError
from greenboard.core.once import notes

_TRUSTED = "trusted"
_PRIORITY = "SELECT name FROM connections_connection WHERE priority > 0 ORDER BY priority DESC, name"


class NoConnection(UserError):
    """There is none of that name."""

    status = 404


def find(name: str) -> Connection:
    """The connection of a name.

    Raises:
        NoConnection: there is none.

    """
    found = Connection.objects.filter(name=name).first()
    if found is None:
        raise NoConnection(f"no connection {name!r}")
    return found


def connections(integration: str | None = None) -> Sequence[Connection]:
    """All connections by name, or those of an integration."""
    rows = Connection.objects.order_by("name")
    return list(rows if integration is None else rows.filter(integration=integration))


def due(now: datetime, most: int) -> Sequence[Connection]:
    """Enabled connections whose next collection is due, the longest waiting first."""
    return list(Connection.objects.filter(enabled=True, due_at__lte=now).order_by("due_at", "pk")[:most])


def trusted() -> tuple[str, ...]:
    """The names of the connections that are believed before others, the most trusted first."""
    known = notes(_TRUSTED)
    if not known:
        with connection.cursor() as cursor:  # each explanation asks this, and Django takes longer to say it
            cursor.execute(_PRIORITY)
            known[()] = tuple(name for (name,) in cursor.fetchall())
    found: tuple[str, ...] = known[()]
    return found
