"""One person across tools: by which names they are known, and which of those are only suggested."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q

from greenboard.access import audit
from greenboard.access.models import Person
from greenboard.core.errors import UserError
from greenboard.identity.matching import Known, Match, match
from greenboard.identity.models import Handle


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


def confirmed() -> list[Handle]:
    """The names of everyone that are certain, by person."""
    found = Handle.objects.filter(confirmed_at__isnull=False).select_related("person")
    return list(found.order_by("person__username", "tool", "name"))


def waiting() -> list[Handle]:
    """The suggestions that nobody has decided about."""
    open_ = Q(confirmed_at__isnull=True, rejected_at__isnull=True)
    return list(Handle.objects.filter(open_).select_related("person").order_by("tool", "name", "person__username"))
