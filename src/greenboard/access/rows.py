"""Rows of a table as they are asked for by number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from django.db.models import Max, Model, QuerySet

from greenboard.access.errors import Absent

_Row = TypeVar("_Row", bound=Model)


def one(rows: QuerySet[_Row], number: int, what: str) -> _Row:
    """The row of a number among some; `what` names it in the refusal.

    Raises:
        Absent: there is none.

    """
    found = rows.filter(pk=number).first()
    if found is None:
        raise Absent(f"no {what} {number}")
    return found


def newest(rows: QuerySet[_Row], column: str) -> Mapping[int, _Row]:
    """The newest of the rows that share a foreign key, by that key, for each that has any."""
    last = rows.order_by().values(column).annotate(last=Max("pk")).values("last")
    return {getattr(row, f"{column}_id"): row for row in rows.model._default_manager.filter(pk__in=last)}
