"""One person across tools: by which names they are known, and which of those are only suggested."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from greenboard.access import audit
from greenboard.access.errors import Absent, InTheWay
from greenboard.access.models import Person
from greenboard.core.errors import UserError
from greenboard.identity.matching import Known, Match, match
from greenboard.identity.models import Handle

_LINE = re.compile(r"[^\x00-\x1f\x7f]+")
_TOOL, _NAME = 64, 320


@dataclass(frozen=True)
class Seen:
    """Somebody as a tool shows them: its name for them, and what else it tells."""

    tool: str
    name: str
    email: str = ""
    full_name: str = ""


def know(person: Person, tool: str, name: str, at: datetime, *, by: str) -> None:
    """Note a name that is certain. Who had it before at that tool has it no more: tools reuse names."""
    with transaction.atomic():
        Handle.objects.filter(tool=tool, name=name, confirmed_at__isnull=False).exclude(person=person).delete()
        said = {"confirmed_at": at, "confirmed_by": by, "rejected_at": None}
        found = Handle.objects.filter(person=person, tool=tool, name=name).first()
        if found is None:
            Handle.objects.create(person=person, tool=tool, name=name, suggested_at=at, **said)
        elif found.confirmed_at is None:
            Handle.objects.filter(pk=found.pk).update(**said)


def whose(tool: str, name: str) -> Person | None:
    """The person whom a tool knows by a name, as far as that is confirmed."""
    found = Handle.objects.filter(tool=tool, name=name, confirmed_at__isnull=False).select_related("person").first()
    return found.person if found else None


def suggest(seen: Iterable[Seen], at: datetime) -> int:
    """Suggest whose the names are that nobody has yet; how many suggestions are new."""
    people = [
        Known(person.pk, person.get_username(), person.email, person.get_full_name()) for person in Person.objects.all()
    ]
    taken = set(Handle.objects.filter(confirmed_at__isnull=False).values_list("tool", "name"))
    said = set(Handle.objects.values_list("person_id", "tool", "name"))
    fresh = []
    for one in dict.fromkeys(seen):
        if (one.tool, one.name) in taken:
            continue
        for found in match(one.name, one.email, one.full_name, people):
            if (found.person, one.tool, one.name) not in said:
                said.add((found.person, one.tool, one.name))
                fresh.append(_suggestion(one, found, at))
    Handle.objects.bulk_create(fresh, batch_size=500)
    return len(fresh)


def _suggestion(seen: Seen, found: Match, at: datetime) -> Handle:
    return Handle(person_id=found.person, tool=seen.tool, name=seen.name, why=found.why, suggested_at=at)


def confirm(ids: Collection[int], at: datetime, *, by: str) -> None:
    """Confirm suggestions; others for the same name are rejected by it.

    Raises:
        UserError: two of them give one name to two people, or one is confirmed for somebody else already.

    """
    with transaction.atomic():
        found = Handle.objects.filter(pk__in=ids, confirmed_at__isnull=True).select_related("person")
        for handle in found.order_by("pk"):
            Handle.objects.filter(pk=handle.pk).update(rejected_at=None)
            try:
                with transaction.atomic():
                    Handle.objects.filter(pk=handle.pk).update(confirmed_at=at, confirmed_by=by)
            except IntegrityError:
                raise UserError(
                    f"{handle.name} at {handle.tool} is somebody else's already", hint="Take it from them first."
                ) from None
            audit.note("name.confirmed", f"account:{handle.person}", after={"tool": handle.tool, "name": handle.name})
            others = Handle.objects.filter(tool=handle.tool, name=handle.name, confirmed_at__isnull=True)
            others.update(rejected_at=at)


def reject(ids: Collection[int], at: datetime) -> None:
    """Reject suggestions, or take confirmed names from who has them; they are not suggested again."""
    with transaction.atomic():
        for handle in Handle.objects.filter(pk__in=ids).select_related("person"):
            Handle.objects.filter(pk=handle.pk).update(rejected_at=at, confirmed_at=None, confirmed_by="")
            audit.note("name.rejected", f"account:{handle.person}", before={"tool": handle.tool, "name": handle.name})


def state(person: str, seen: Seen, at: datetime, *, by: str) -> Handle:
    """Note a name of an account because somebody says so.

    Raises:
        UserError: there is no such account, the name is somebody else's, or it cannot be one.

    """
    tool, name = seen.tool, seen.name
    if not (_LINE.fullmatch(tool) and len(tool) <= _TOOL and _LINE.fullmatch(name) and len(name) <= _NAME):
        raise UserError("a tool and a name are needed", expected=f"at most {_TOOL} and {_NAME} characters, on one line")
    found = Person.objects.filter(username=person).first()
    if found is None:
        raise Absent(f"no account {person!r}")
    with transaction.atomic():
        owner = whose(tool, name)
        if owner is not None and owner.pk != found.pk:
            raise InTheWay(f"{name} at {tool} is {owner.get_username()}'s already", hint="Take it from them first.")
        know(found, tool, name, at, by=by)
        if owner is None:
            audit.note("name.confirmed", f"account:{found.get_username()}", after={"tool": tool, "name": name})
        return several().get(person=found, tool=tool, name=name)


_STANDING = {
    "confirmed": Q(confirmed_at__isnull=False),
    "rejected": Q(rejected_at__isnull=False),
    "suggested": Q(confirmed_at__isnull=True, rejected_at__isnull=True),
}


def several(standing: str | None = None, person: str | None = None) -> QuerySet[Handle]:
    """Names at other tools with their persons, in the order in which they were heard of."""
    found = Handle.objects.select_related("person").order_by("pk")
    found = found if standing is None else found.filter(_STANDING[standing])
    return found if person is None else found.filter(person__username=person)


def confirmed() -> list[Handle]:
    """The names of everyone that are certain, by person."""
    return list(several("confirmed").order_by("person__username", "tool", "name"))


def waiting() -> list[Handle]:
    """The suggestions that nobody has decided about."""
    return list(several("suggested").order_by("tool", "name", "person__username"))
