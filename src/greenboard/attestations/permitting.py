"""Who may state and confirm what: the permission for the entity, and what the policy of the item asks besides."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.core.exceptions import PermissionDenied

from greenboard.access import standing
from greenboard.access.decide import Asker, Bearer, Permission, Sight, may, sight
from greenboard.access.errors import Above, Absent
from greenboard.access.models import Person
from greenboard.attestations.types import Policy, Who
from greenboard.catalog import store as catalog
from greenboard.catalog.sight import covered
from greenboard.catalog.store import Stored
from greenboard.catalog.teams import Belonging, belonging
from greenboard.core.refs import Ref


@dataclass(frozen=True, eq=False)
class Acting:
    """A named person who acts, by session or token; what a token does not say it cannot do."""

    asker: Asker
    person: Person

    @classmethod
    def by(cls, asker: Asker) -> Acting:
        """Whoever asks.

        Raises:
            PermissionDenied: it is a service account: an attestation is a person's word.

        """
        found: object = asker.person if isinstance(asker, Bearer) else asker
        if not isinstance(found, Person):
            raise PermissionDenied("a service account is no person")
        return cls(asker, found)

    @property
    def name(self) -> str:
        """The account."""
        return self.person.get_username()

    @cached_property
    def mine(self) -> Belonging:
        """Where they belong."""
        return belonging(self.person)

    @cached_property
    def sees(self) -> Sight:
        """The entities that they may see."""
        return sight(self.asker)

    @cached_property
    def attests(self) -> Sight:
        """The entities about which they may state anything."""
        return sight(self.asker, Permission.ATTEST)

    @cached_property
    def administers(self) -> bool:
        """Whether they could give themselves every role anyway."""
        return may(self.asker, Permission.ACCESS_MANAGE)

    def holds(self, role: str, entity: Ref) -> bool:
        """Whether they have a role for an entity."""
        scopes = [grant.scope for grant in standing.grants(self.person) if grant.role.name == role]
        if "" in scopes:
            return True
        return bool(scopes) and entity in covered(Sight((frozenset(map(Ref.parse, scopes)),)), [entity])


def entity(ref: Ref, by: Acting) -> Stored:
    """An entity that somebody may attest something of.

    Raises:
        UserError: there is none, or they may not see it; or they see it and may attest nothing of it.

    """
    stored = catalog.find(ref, sight=by.sees)
    if stored is None:
        raise Absent(f"no entity {ref}")
    if ref not in covered(by.attests, [ref]):
        raise Above(f"you may attest nothing of {ref}", hint="Ask an administrator for the role of a member.")
    return stored


def check(policy: Policy, stored: Stored, by: Acting) -> None:
    """Whether somebody may state that an item holds.

    Raises:
        Above: they may not.

    """
    if not fits(policy.who, stored, by):
        raise Above(f"{policy.item} of {stored.ref} is not yours to attest", hint=f"Ask {told(policy.who)}.")


def may_attest(policy: Policy, stored: Stored, by: Acting) -> bool:
    """As `check`, as a word; without a question about the permission for the entity."""
    return fits(policy.who, stored, by)


def check_second(policy: Policy, stored: Stored, by: Acting, giver: str) -> None:
    """Whether somebody may confirm or refuse what another person stated.

    Raises:
        Above: it is their own, or not theirs to confirm.

    """
    if by.name == giver:
        raise Above("this is your own attestation", hint="A second person has to confirm it.")
    if policy.confirm is not None and not fits(policy.confirm, stored, by):
        hint = f"Ask {told(policy.confirm)}."
        raise Above(f"{policy.item} of {stored.ref} is not yours to confirm", hint=hint)


def fits(who: Who, stored: Stored, by: Acting) -> bool:
    """Whether somebody is among those who are meant. A team means its people, and those of the teams around it."""
    owned = who.owner and not by.mine.owners.isdisjoint(stored.owners)
    named = not by.mine.owners.isdisjoint(who.teams)
    return owned or named or by.administers or any(by.holds(role, stored.ref) for role in who.roles)


def told(who: Who) -> str:
    """Some people, in words."""
    parts = ["the team that owns it"] if who.owner else []
    parts += [f"the team {team.short}" for team in who.teams]
    parts += [f"somebody with the role {role}" for role in who.roles]
    return ", ".join(parts[:-1]) + " or " * (len(parts) > 1) + parts[-1]
