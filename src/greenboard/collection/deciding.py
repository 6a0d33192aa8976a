"""What people decide about what is gone, with the facts that follow from it at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Literal

from django.db import transaction

from greenboard.collection import models, reaching, removing
from greenboard.collection.keeping import keep
from greenboard.connections.models import Connection
from greenboard.core.errors import UserError

Decision = Literal["confirm", "refuse", "undo"]
_DO: dict[Decision, Callable[..., set[int]]] = {
    "confirm": removing.confirm,
    "refuse": removing.refuse,
    "undo": removing.undo,
}


class NoRemoval(UserError):
    """There is none of that number."""

    status = 404


def removal(connection: Connection, number: int) -> models.Removal:
    """A removal of a connection.

    Raises:
        NoRemoval: there is none.

    """
    row = models.Removal.objects.filter(connection=connection, pk=number).select_related("connection").first()
    if row is None:
        raise NoRemoval(f"{connection} has no removal {number}")
    return row


def decide(row: models.Removal, decision: Decision, now: datetime, *, by: str) -> None:
    """Confirm or refuse what waits, or bring back what went.

    Raises:
        Decided: somebody did so already, or it is moot.

    """
    with transaction.atomic():
        concerned = _DO[decision](row, now, by=by)
        keep(row.connection, concerned, reaching.about_of(row.connection))
