"""What somebody holds: the permissions of all their grants, each with its scope."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from django.db.models import Q

from greenboard.access import nesting
from greenboard.access.models import Grant, Person, Service, Token
from greenboard.access.permissions import About, Permission
from greenboard.access.sight import EVERYTHING, NOTHING, Sight
from greenboard.core.refs import Ref

_KEPT = "_standing"
_KNOWN = frozenset(permission.value for permission in Permission)


class Asker(Protocol):
    """Who asks: Django's user, signed in or anonymous, or the bearer of a token."""

    @property
    def is_authenticated(self) -> Any: ...
    @property
    def is_active(self) -> Any: ...


@dataclass(frozen=True)
class Held:
    """Permissions in a scope; None is everything."""

    permissions: frozenset[Permission]
    scope: Ref | None = None


@dataclass(frozen=True)
class Standing:
    """All that somebody holds. `bound` narrows every bit of it to one scope, as a token can."""

    held: tuple[Held, ...] = ()
    bound: Ref | None = None

    def sight(self, permission: Permission) -> Sight:
        """For which entities a permission is held; one that is not about entities is held for all or none."""
        scopes = [one.scope for one in self.held if permission in one.permissions]
        if permission.about is About.SELF:
            return EVERYTHING if scopes else NOTHING
        if permission.about is About.INSTALLATION:
            return EVERYTHING if None in scopes and self.bound is None else NOTHING
        found = EVERYTHING if None in scopes else Sight((frozenset(scope for scope in scopes if scope),))
        return found if self.bound is None else found.within([self.bound])


@dataclass(eq=False)
class Bearer:
    """Who asks by a token. It stands where otherwise the person who signed in does."""

    token: Token

    is_authenticated = True
    is_anonymous = False
    is_superuser = False
    """Whatever its owner is: a token can do what it says, no more."""

    @property
    def is_active(self) -> bool:
        person, service = self.token.person, self.token.service
        return person.is_active if person is not None else bool(service and service.active)

    @property
    def person(self) -> Person | None:
        """Whose token it is; None for that of a service account."""
        return self.token.person

    def get_username(self) -> str:
        """The name of the owner, as logs and authors have it."""
        owner = self.token.person or self.token.service
        return str(owner)


def of(asker: Asker) -> Standing:
    """What somebody holds, read once for each asker: fetch them anew to see what changed meanwhile.

    A stranger, and who was deactivated, holds nothing.
    """
    if not asker.is_authenticated or not asker.is_active:
        return Standing()
    kept = getattr(asker, _KEPT, None)
    if not isinstance(kept, Standing):
        kept = _read(asker)
        setattr(asker, _KEPT, kept)
    return kept


def grants(owner: Person | Service) -> list[Grant]:
    """Every grant that an account has, by itself, by its teams, or as everyone; with their roles."""
    to = _to_person(owner) if isinstance(owner, Person) else Q(service=owner.pk)
    return list(Grant.objects.filter(to).select_related("role").order_by("id"))


def _read(asker: Asker) -> Standing:
    if isinstance(asker, Bearer):
        return _of_token(asker.token)
    return _of_person(asker) if isinstance(asker, Person) else Standing()


def _of_person(person: Person) -> Standing:
    if person.is_superuser:
        return Standing((Held(frozenset(Permission)),))
    return Standing(_held(_to_person(person)))


def _to_person(person: Person) -> Q:
    to = Q(everyone=True)
    if person.pk is not None:  # a condition on no person would fit every grant that is to none
        to |= Q(person=person.pk) | nesting.reaching(person.pk)
    return to


def _of_token(token: Token) -> Standing:
    """What the owner holds, as far as the token says so. A token makes no tokens: it could outlive itself."""
    owners = _of_person(token.person).held if token.person else _held(Q(service=token.service_id))
    said = frozenset(one for one in _permissions(token.permissions) if one.about is not About.SELF)
    held = tuple(Held(one.permissions & said, one.scope) for one in owners)
    return Standing(held, Ref.parse(token.scope) if token.scope else None)


def _held(to: Q) -> tuple[Held, ...]:
    found = Grant.objects.filter(to).values_list("role__permissions", "scope").distinct()
    return tuple(Held(_permissions(names), Ref.parse(scope) if scope else None) for names, scope in found)


def _permissions(names: Iterable[str]) -> frozenset[Permission]:
    """Those that this version knows."""
    return frozenset(Permission(name) for name in names if name in _KNOWN)
