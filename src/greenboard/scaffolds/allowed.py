"""Who may use scaffolds, and see what was made."""

from __future__ import annotations

from django.db.models import Q

from greenboard.access.decide import Asker, Bearer, Permission, may, sight
from greenboard.access.models import Person
from greenboard.catalog import sight as seeing
from greenboard.scaffolds.models import Making


def account(asker: Asker) -> str:
    """The name of whoever asks, as makings have it."""
    return str(getattr(asker, "get_username", str)())


def person(asker: Asker) -> Person | None:
    """The person who asks, by session or token."""
    found = asker.person if isinstance(asker, Bearer) else asker
    return found if isinstance(found, Person) and found.is_active else None


def maker(making: Making) -> Person | None:
    """In whose name a making acts; None where they left."""
    return Person.objects.filter(username=making.by, is_active=True).first()


def makings(asker: Asker) -> Q:
    """The makings that somebody may see: all for whoever manages scaffolds, otherwise their own, and those of
    entities for which they may use some.
    """
    if may(asker, Permission.SCAFFOLDS_MANAGE):
        return Q()
    where = sight(asker, Permission.SCAFFOLDS_USE)
    mine = Q(by=account(asker))
    if where.nothing:
        return mine
    return mine | (Q(entity__isnull=False) if where.everything else seeing.condition(where))


def go_on(asker: Asker, making: Making) -> bool:
    """Whether somebody may try a making again: whoever wanted it, or manages scaffolds."""
    return making.by == account(asker) or may(asker, Permission.SCAFFOLDS_MANAGE)
