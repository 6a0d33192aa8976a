"""Who left is out everywhere at once, and who comes back is in again."""

from __future__ import annotations

from datetime import datetime

from allauth.usersessions.models import UserSession
from django.db import transaction

from greenboard.access import audit, origin, people
from greenboard.access.decide import Asker
from greenboard.access.models import Person, Token
from greenboard.core import clock, events
from greenboard.identity.events import PersonLeft, PersonReturned


def switch(person: Person, by: Asker, *, active: bool) -> None:
    """Open or close an account because somebody asks for it, if they may.

    Raises:
        UserError: they may not.

    """
    name, now = origin.current().name, clock.now()
    with transaction.atomic():
        if active:
            people.check_opening(person, by)
            reopen(person, now, by=name)
        else:
            people.check_closing(person, by)
            close(person, now, by=name)


def close(person: Person, at: datetime, *, by: str) -> bool:
    """Close an account: its sessions end and its tokens are revoked, in the same transaction.

    Memberships stay, so that teams show the hole. False where it was closed already. A session that
    nothing lists dies as well: who is not active is nobody, at the next request.
    """
    with transaction.atomic():
        if not Person.objects.filter(pk=person.pk, is_active=True).update(is_active=False):
            return False
        person.is_active = False
        for session in UserSession.objects.filter(user=person):
            session.end()
        Token.objects.filter(person=person, revoked_at__isnull=True).update(revoked_at=at)
        audit.note("account.closed", f"account:{person.get_username()}", after={"by": by})
        events.announce(PersonLeft(at, person.pk, person.get_username(), by))
    return True


def reopen(person: Person, at: datetime, *, by: str) -> bool:
    """Open a closed account again. Tokens stay revoked. False where it was open."""
    with transaction.atomic():
        if not Person.objects.filter(pk=person.pk, is_active=False).update(is_active=True):
            return False
        person.is_active = True
        audit.note("account.opened", f"account:{person.get_username()}", after={"by": by})
        events.announce(PersonReturned(at, person.pk, person.get_username(), by))
    return True
