"""Who is who for one turn of spreading: teams, accounts, their settings, what they may see. Each is read once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property

from django.db.models import Q, QuerySet

from greenboard.access.decide import Permission, may, sight
from greenboard.access.models import Grant, Person, Role
from greenboard.catalog import crews
from greenboard.catalog.sight import covered
from greenboard.core.happened import Happening
from greenboard.core.refs import Ref
from greenboard.identity.models import Handle
from greenboard.notifications import reaching, settings
from greenboard.notifications.choosing import NEEDED
from greenboard.notifications.gathering import To
from greenboard.notifications.models import Channel, Preference
from greenboard.notifications.types import Times

OWN = "You own it, or are asked to act."


class Crowd:
    """The people of an installation as of now."""

    def __init__(self) -> None:
        self._persons: dict[str, Person | None] = {}
        self._seen: defaultdict[int, dict[Ref, bool]] = defaultdict(dict)

    @cached_property
    def crews(self) -> Mapping[Ref, Collection[str]]:
        """The names of the accounts of each team, and of the persons that own something."""
        return {team: [one.name for one in members if one.active] for team, members in crews.current().items()}

    @cached_property
    def preferences(self) -> tuple[dict[int, Preference], dict[Ref, Preference]]:
        """By the number of the person, and by team."""
        rows = list(Preference.objects.select_related("channel"))
        of_people = {row.person_id: row for row in rows if row.person_id is not None}
        return of_people, {Ref.parse(row.team): row for row in rows if row.team}

    @cached_property
    def mail(self) -> Channel | None:
        return settings.mail()

    @cached_property
    def handles(self) -> dict[tuple[int, str], str]:
        """The confirmed names of people at the tools that reach persons."""
        tools = {kind.tool for kind in reaching.kinds().values()}
        rows = Handle.objects.filter(tool__in=tools, confirmed_at__isnull=False)
        return {(person, tool): name for person, tool, name in rows.values_list("person_id", "tool", "name")}

    def persons(self, names: Iterable[str]) -> list[Person]:
        """Those of the names that are accounts which are open."""
        wanted = set(names)
        lacking = wanted - self._persons.keys()
        found = {one.username: one for one in Person.objects.filter(username__in=sorted(lacking), is_active=True)}
        self._persons |= {name: found.get(name) for name in lacking}
        return [one for name in sorted(wanted) if (one := self._persons[name]) is not None]

    def holding(self, permission: Permission) -> list[str]:
        """The names of the open accounts that hold a permission."""
        roles = [role for role, held in _roles() if permission.value in held]
        teams = [Ref.parse(team) for team in _granted(roles).exclude(team="").values_list("team", flat=True)]
        direct = Q(is_superuser=True) | Q(grants__in=_granted(roles))
        if _granted(roles).filter(everyone=True).exists():
            direct = Q()
        names = set(Person.objects.filter(direct, is_active=True).values_list("username", flat=True))
        names |= {name for team in teams for name in self.crews.get(team, ())}
        return [one.username for one in self.persons(names) if may(one, permission)]

    def may_hear(self, person: Person, kind: Happening, about: Ref | None, known: bool) -> bool:
        """Whether somebody may hear of a kind of thing about an entity; one that is not `known` only who sees all."""
        needed = NEEDED.get(kind)
        if needed is not None and not may(person, needed):
            return False
        mine = sight(person)
        if mine.nothing or about is None or mine.everything:
            return not mine.nothing
        kept = self._seen[person.pk]
        if known and about not in kept:
            kept[about] = bool(covered(mine, [about]))
        return known and kept[about]

    def ways(self, person: Person) -> Mapping[str, str]:
        """How somebody said they want to hear, by kind."""
        found = self.preferences[0].get(person.pk)
        return found.ways if found else {}

    def to(self, person: Person) -> To | None:
        """How somebody is reached outside of the portal; None where they are not."""
        own = self.preferences[0].get(person.pk)
        channel = own.channel if own and own.channel else self.mail
        if channel is None or not channel.active:
            return None
        kind = reaching.kinds().get(channel.kind)
        tool = kind.tool if kind else ""
        address = person.email if tool == "mail" else self.handles.get((person.pk, tool), "")
        if not tool or not address:
            return None
        times = settings.times(own) if own else Times()
        return To(channel.pk, f"person:{person.pk}", address, person.pk, times, OWN)

    def to_team(self, team: Ref) -> To | None:
        """How a team is reached by a channel of its own; None where it has none."""
        own = self.preferences[1].get(team)
        if own is None or own.channel is None or not own.channel.active:
            return None
        reason = f"It concerns the team {team.short}."
        return To(own.channel.pk, f"team:{team}", own.address, None, settings.times(own), reason)

    def ways_of_team(self, team: Ref) -> Mapping[str, str]:
        """How a team wants to hear, by kind."""
        found: Mapping[str, str] = self.preferences[1][team].ways
        return found


def _roles() -> list[tuple[int, list[str]]]:
    return list(Role.objects.values_list("id", "permissions"))


def _granted(roles: Collection[int]) -> QuerySet[Grant]:
    return Grant.objects.filter(role__in=roles)
