"""Queries on what was made."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from greenboard.access.errors import Absent
from greenboard.core.refs import Ref
from greenboard.scaffolds.models import Making, Source
from greenboard.scaffolds.types import Landing, Purpose, State


def making(number: int, among: Q | None = None, *, scaffold: str = "") -> Making:
    """A making, of those that may be seen, or of those of a scaffold.

    Raises:
        Absent: there is none of that number among them.

    """
    rows = _light().filter(Q() if among is None else among, pk=number)
    found = (rows.filter(scaffold=scaffold) if scaffold else rows).first()
    if found is None:
        raise Absent(f"nothing was made under the number {number}")
    return found


def makings(among: Q, *, scaffold: str = "", state: str = "", entity: int | None = None) -> QuerySet[Making]:
    """Makings that may be seen, the newest first, without their trees."""
    wanted = {"scaffold": scaffold, "state": state, "entity_id": entity}
    return _light().filter(among, **{key: value for key, value in wanted.items() if value not in ("", None)})


def source(name: str) -> Source:
    """The source of a name.

    Raises:
        Absent: there is none.

    """
    found = Source.objects.filter(name=name).first()
    if found is None:
        raise Absent(f"no source of scaffolds {name!r}")
    return found


def entity(row: Making) -> Ref | None:
    """What a making is for, or became, as it is called now."""
    return Ref(row.entity.kind, row.entity.namespace, row.entity.name) if row.entity else None


def fixing(entity: int, rule: str) -> Making | None:
    """What is under way so that an entity meets a rule: until its pull request is merged or closed."""
    return fixes(entity).filter(rule=rule).first()


def fixes(entity: int) -> QuerySet[Making]:
    """Everything that is under way so that an entity meets rules."""
    rows = Making.objects.filter(entity_id=entity, purpose=Purpose.FIX.value, landed_at=None, closed_at=None)
    return rows.exclude(state=State.FAILED.value).defer("tree").order_by("-id")


def chain(first: int) -> list[Making]:
    """A making, and everything that brought it up to date, the oldest first."""
    return list(_light().filter(Q(pk=first) | Q(first=first)).order_by("id"))


def published() -> QuerySet[Making]:
    """What was made in a repository, and is there: the first of each chain."""
    return _light().filter(first=None, landed_at__isnull=False).exclude(way=Landing.DOWNLOAD.value)


def _light() -> QuerySet[Making]:
    return Making.objects.select_related("entity").defer("tree").order_by("-id")
