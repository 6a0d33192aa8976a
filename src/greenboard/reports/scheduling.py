"""When views are mailed, and to whom."""

from __future__ import annotations

import calendar
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from greenboard.access import audit
from greenboard.access.decide import Permission, may
from greenboard.access.errors import Above, Absent
from greenboard.access.models import Person
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.reports.files import FORMATS
from greenboard.reports.models import Every, Schedule, View

MAILED = ("pdf", "xlsx", "csv")
assert set(MAILED) <= set(FORMATS)
_MOST = 50
_LAST = 28
"""The last day that every month has."""


@dataclass(frozen=True)
class Wish:
    """When to mail a view, in which format, to which accounts and addresses."""

    every: str
    day: int
    hour: int
    format: str
    people: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()


def upcoming(every: str, day: int, hour: int, now: datetime) -> datetime:
    """The first moment after `now` at which it is due. Pure; all in UTC."""
    at = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    if every == Every.WEEK:
        at += timedelta(days=(day - at.weekday()) % 7)
        return at if at > now else at + timedelta(days=7)
    at = at.replace(day=day)
    if at > now:
        return at
    return (at + timedelta(days=calendar.monthrange(at.year, at.month)[1])).replace(day=day)


def make(person: Person, view: View, wish: Wish) -> Schedule:
    """Mail a view from now on.

    Raises:
        UserError: it cannot be mailed so.
        Above: to others than oneself it needs the permission to manage notifications.

    """
    _check(person, wish)
    now = clock.now()
    with transaction.atomic():
        one = Schedule.objects.create(
            view=view,
            owner=person,
            next_at=upcoming(wish.every, wish.day, wish.hour, now),
            created_at=now,
            **{**vars(wish), "people": sorted(set(wish.people)), "addresses": sorted(set(wish.addresses))},
        )
        audit.note("schedule.made", f"view:{view.pk}", after=said(one))
    return one


def remove(person: Person, view: View, number: int) -> None:
    """Mail it no more: one's own, or any for who manages notifications.

    Raises:
        Absent: the view has no such schedule, or it is not theirs.

    """
    one = view.schedules.filter(pk=number).first()
    if one is None or not (one.owner_id == person.pk or may(person, Permission.NOTIFICATIONS_MANAGE)):
        raise Absent(f"no schedule {number}")
    with transaction.atomic():
        before = said(one)
        one.delete()
        audit.note("schedule.removed", f"view:{view.pk}", before=before)


def _check(person: Person, wish: Wish) -> None:
    if wish.every not in Every.values:
        raise UserError("a view is mailed every week or every month", expected=", ".join(Every.values))
    least, most = (0, 6) if wish.every == Every.WEEK else (1, _LAST)
    if not least <= wish.day <= most:
        said_of = "a day of the week, 0 is Monday" if wish.every == Every.WEEK else "a day that every month has"
        raise UserError(said_of.capitalize(), expected=f"{least} to {most}", got=str(wish.day))
    if not 0 <= wish.hour <= 23:
        raise UserError("an hour of the day, in UTC", expected="0 to 23", got=str(wish.hour))
    if wish.format not in MAILED:
        raise UserError("a format that is mailed", expected=", ".join(MAILED), got=wish.format[:20])
    if not 1 <= len(wish.people) + len(wish.addresses) <= _MOST:
        raise UserError("somebody to mail it to", expected=f"1 to {_MOST} accounts or addresses")
    others = set(wish.people) - {person.username} or wish.addresses
    if others and not may(person, Permission.NOTIFICATIONS_MANAGE):
        raise Above("you may mail views to yourself only", hint="Ask who manages notifications.")
    known = set(Person.objects.filter(username__in=wish.people, is_active=True).values_list("username", flat=True))
    if unknown := sorted(set(wish.people) - known):
        raise UserError("no account of that name", got=", ".join(unknown)[:200])
    for one in wish.addresses:
        _check_address(one, settings.REPORT_DOMAINS)


def _check_address(address: str, domains: Collection[str]) -> None:
    try:
        validate_email(address)
    except ValidationError:
        raise UserError("not an address of mail", got=repr(address[:100])) from None
    domain = address.rpartition("@")[2].lower()
    if domain not in domains:
        allowed = ", ".join(domains) or "none"
        hint = "An administrator allows domains by GREENBOARD_REPORT_DOMAINS."
        raise UserError(f"reports are not mailed to {domain}", expected=allowed, hint=hint)


def said(one: Schedule) -> dict[str, object]:
    """A schedule as plain JSON."""
    names = ("every", "day", "hour", "format", "people", "addresses")
    return {"owner": one.owner.username, **{name: getattr(one, name) for name in names}}
