"""The inbox of a person: what they were told, read and unread, as far as they may see it now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection
from django.db.models import Q, QuerySet

from greenboard.access.errors import Absent
from greenboard.access.models import Person
from greenboard.access.sight import Sight
from greenboard.catalog.sight import condition
from greenboard.notifications.gathering import HOUR, KEPT
from greenboard.notifications.models import Line, Notice

_BATCH = 500
_UNREAD = "SELECT count(*) FROM notifications_line WHERE person_id = %s AND read_at IS NULL"


def put(lines: Mapping[int, Sequence[Notice]], now: datetime) -> None:
    """Put notices into inboxes, by the numbers of persons: cases of one key into one line while it is unread.

    It is called by one worker at a time, as `gathering` is.
    """
    keyed = {notice.key for notices in lines.values() for notice in notices if notice.key}
    fresh: list[Line] = []
    recent = Line.objects.filter(person__in=list(lines), key__in=sorted(keyed), read_at__isnull=True, at__gt=now - HOUR)
    open_ = {(row.person_id, row.key): row for row in recent.order_by("id")} if keyed else {}
    changed = list(open_.values())
    for person, notices in lines.items():
        for notice in notices:
            row = open_.get((person, notice.key)) if notice.key else None
            if row is None:
                row = Line(person_id=person, key=notice.key, count=0)
                fresh.append(row)
                if notice.key:
                    open_[person, notice.key] = row
            _add(row, notice, now)
    Line.objects.bulk_create(fresh, batch_size=_BATCH)
    Line.objects.bulk_update(changed, ["notice", "cases", "count", "at"], batch_size=_BATCH)


def _add(row: Line, notice: Notice, now: datetime) -> None:
    row.notice = notice
    row.cases = [notice.pk, *row.cases][:KEPT]
    row.count += 1
    row.at = min(now, notice.at) if notice.late else now


def lines(
    person: Person, mine: Sight, *, unread: bool = False, below: tuple[datetime, int] | None = None
) -> QuerySet[Line]:
    """The lines of somebody's inbox within a sight, newest first. Slice it. `below` goes on where a page ended."""
    rows = Line.objects.filter(_seen(mine), person=person).select_related("notice", "notice__entity")
    rows = rows.filter(read_at__isnull=True) if unread else rows
    if below is not None:
        rows = rows.filter(Q(at__lt=below[0]) | Q(at=below[0], pk__lt=below[1]))
    return rows.order_by("-at", "-id")


def line(person: Person, mine: Sight, number: int) -> Line:
    """A line of somebody's inbox.

    Raises:
        Absent: there is none of that number there.

    """
    found = lines(person, mine).filter(pk=number).first()
    if found is None:
        raise Absent(f"nothing of number {number} is in your inbox")
    return found


def cases(line: Line, mine: Sight) -> list[Notice]:
    """The notices of a line that are within a sight, newest first."""
    seen = _seen(mine, "")
    rows = Notice.objects.filter(seen, pk__in=line.cases).select_related("entity")
    return list(rows.order_by("-at", "-id"))


def unread(person: Person, mine: Sight) -> int:
    """How many lines are unread. One query, by an index of the unread alone."""
    if not mine.everything:
        return Line.objects.filter(_seen(mine), person=person, read_at__isnull=True).count()
    with connection.cursor() as cursor:  # by far the quickest: every page asks this
        cursor.execute(_UNREAD, [person.pk])
        found: int = cursor.fetchone()[0]
        return found


def read(person: Person, numbers: Sequence[int] | None, now: datetime) -> int:
    """Mark lines of somebody's own inbox as read, None all; how many were not yet."""
    rows = Line.objects.filter(person=person, read_at__isnull=True)
    return (rows if numbers is None else rows.filter(pk__in=numbers)).update(read_at=now)


def unmark(person: Person, number: int) -> int:
    """Mark a line as unread again; whether it was read."""
    return Line.objects.filter(person=person, pk=number, read_at__isnull=False).update(read_at=None)


def _seen(mine: Sight, of: str = "notice__") -> Q:
    """What may be seen: of what is about an entity, only what is about one in sight."""
    if mine.everything:
        return Q()
    return Q(**{f"{of}about": ""}) | condition(mine, f"{of}entity_id")
