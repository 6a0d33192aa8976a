"""To whom something over entities is granted: those who can act, and so have to hear of it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from greenboard.access.models import Grant, Person, Role
from greenboard.access.sight import Sight
from greenboard.catalog.sight import covered
from greenboard.core.refs import Ref

_NAMED = 50


@dataclass(frozen=True)
class Holders:
    """Accounts by name, and teams."""

    people: tuple[str, ...]
    teams: tuple[Ref, ...]

    def without(self, *names: str) -> Holders:
        """All but some accounts."""
        return Holders(tuple(name for name in self.people if name not in names), self.teams)


def holders(held: Callable[[Role], bool], refs: Collection[Ref]) -> Holders:
    """Who has such a role for any of some entities by a grant to them; administrators where nobody has.

    What is granted to everyone is no reason to tell everyone.
    """
    people, teams = set[str](), set[Ref]()
    reaches: dict[str, bool] = {"": True}
    for grant in Grant.objects.select_related("role", "person").filter(everyone=False, service=None):
        if not held(grant.role):
            continue
        if grant.scope not in reaches:
            reaches[grant.scope] = bool(covered(Sight((frozenset([Ref.parse(grant.scope)]),)), refs))
        if not reaches[grant.scope]:
            continue
        if grant.person is not None and grant.person.is_active:
            people.add(grant.person.username)
        elif grant.team:
            teams.add(Ref.parse(grant.team, kind="team"))
    if not people and not teams:
        people.update(Person.objects.filter(is_superuser=True, is_active=True).values_list("username", flat=True))
    return Holders(tuple(sorted(people)[:_NAMED]), tuple(sorted(teams)))
