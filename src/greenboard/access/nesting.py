"""Teams within teams, as far as grants follow them. The catalog knows them; it lies above, and says here how to ask."""

from __future__ import annotations

from collections.abc import Callable, Collection

from django.db.models import Q
from django.db.models.expressions import RawSQL

from greenboard.access.models import Grant, Membership
from greenboard.core.refs import Ref

Start = int | Collection[Ref]
"""Some teams: those of a person, by surrogate id, or by their references."""
Around = Callable[[Start], RawSQL]
"""A subquery of the references, as text, of some teams and of those around them."""
_asks: list[Around] = []


def learn(around: Around) -> None:
    """Ask the catalog in this way from now on."""
    _asks[:] = [around]


def reaching(person: int) -> Q:
    """The grants that somebody has by their teams: to one of them, or to one around it that reaches within."""
    direct = Q(team__in=Membership.objects.filter(person=person).values("team"))
    return direct | Q(nested=True, team__in=_asks[0](person)) if _asks else direct


def beneath(team: Ref) -> list[Grant]:
    """The grants that reach the members of a team that is put within this one."""
    rows = Grant.objects.filter(nested=True).select_related("role")
    return list(rows.filter(team__in=_asks[0]([team])) if _asks else rows.filter(team=str(team)))
