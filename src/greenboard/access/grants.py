"""Granting and revoking roles, and making roles: nobody gives more than they hold themselves."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from greenboard.access import audit, nesting
from greenboard.access.decide import Asker, Permission, sight
from greenboard.access.errors import Above, Absent, InTheWay
from greenboard.access.models import Grant, Person, Role, Service
from greenboard.access.permissions import About
from greenboard.core import clock
from greenboard.core.errors import UserError, suggest
from greenboard.core.refs import Ref

NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
_Model = TypeVar("_Model", Person, Role, Service)
To = Literal["person", "service", "team", "everyone"]
_ASK = "Ask an administrator."
TO: tuple[To, ...] = ("person", "team", "service", "everyone")


@dataclass(frozen=True)
class Wish:
    """A grant as it is asked for: `name` is that of a person or service account, or a team's reference.

    One to a team reaches the members of the teams within it, unless it is not `nested`.
    """

    role: str
    to: str
    name: str = ""
    scope: str = ""
    nested: bool = True


def make(wish: Wish, by: Asker, author: str) -> Grant:
    """Grant a role.

    Raises:
        UserError: something of that name is not there, it is granted already, or it would give more
            than whoever asks holds. Nothing is written.

    """
    role = named(Role, wish.role, "role")
    _within(role.permissions, by)
    scope = str(Ref.parse(wish.scope)) if wish.scope.strip() else ""
    grant = Grant(role=role, scope=scope, created_at=clock.now(), created_by=author, **_recipient(wish))
    try:
        with transaction.atomic():
            grant.save()
            audit.note("grant.made", recipient(grant), after=told(grant))
    except IntegrityError:
        raise InTheWay("this is granted already") from None
    return grant


def revoke(grant: Grant, by: Asker) -> None:
    """Take a grant back. It holds no longer from the next request on.

    Raises:
        UserError: it gives more than whoever asks holds, so that it is not theirs to take; or an
            identity provider granted it.

    """
    _within(grant.role.permissions, by)
    if grant.source:
        raise InTheWay(f"{grant.source} granted this, and would do so again", hint="Change it there.")
    with transaction.atomic():
        audit.note("grant.revoked", recipient(grant), before=told(grant))
        grant.delete()


def _recipient(wish: Wish) -> dict[str, object]:
    name = wish.name.strip()
    match wish.to:
        case "person":
            return {"person": named(Person, name, "account", "username")}
        case "service":
            return {"service": named(Service, name, "service account")}
        case "team":
            ref = Ref.parse(name, kind="team")
            if ref.kind != "team":
                raise UserError(f"{ref} is not a team", expected="team:NAMESPACE/NAME", got=repr(name))
            return {"team": str(ref), "nested": wish.nested}
        case "everyone":
            return {"everyone": True}
    raise UserError("nobody to grant it to", expected=" or ".join(TO), got=repr(wish.to))


def named(model: type[_Model], name: str, word: str, column: str = "name") -> _Model:
    """The row of a name.

    Raises:
        UserError: there is none.

    """
    found = model.objects.filter(**{column: name}).first()
    if found is None:
        known = model.objects.values_list(column, flat=True)[:1000]
        raise Absent(f"no {word} {name!r}", hint=suggest(name, known))
    return found


def _within(permissions: Collection[str], by: Asker) -> None:
    lacking = sorted(one for one in permissions if not sight(by, Permission(one)).everything)
    if lacking:
        raise Above("this role holds more than you do", got=", ".join(lacking), hint=_ASK)


def recipient(grant: Grant) -> str:
    """To whom something is granted, as the audit log names it."""
    if grant.person is not None:
        return f"account:{grant.person.get_username()}"
    if grant.service is not None:
        return f"service-account:{grant.service.name}"
    return grant.team or "everyone"


def told(grant: Grant) -> dict[str, object]:
    """A grant as plain JSON."""
    said: dict[str, object] = {"role": grant.role.name, "to": recipient(grant), "scope": grant.scope or "everything"}
    return {**said, "nested": grant.nested} if grant.team else said


def check_within(team: Ref, by: Asker) -> None:
    """Whether somebody may put a team within this one: its members then have what is granted to this one.

    Raises:
        Above: that is more than whoever asks holds.

    """
    lacking = {
        one.value for grant in nesting.beneath(team) for one in _given(grant) if not _holds(by, one, grant.scope)
    }
    if lacking:
        raise Above("this gives its members more than you hold", got=", ".join(sorted(lacking)), hint=_ASK)


def _given(grant: Grant) -> list[Permission]:
    """What a grant allows where it holds: within a scope nothing that is about the installation."""
    known = [one for one in Permission if one.value in grant.role.permissions]
    return [one for one in known if not grant.scope or one.about is not About.INSTALLATION]


def _holds(by: Asker, permission: Permission, scope: str) -> bool:
    """Whether somebody holds a permission for everything, or by the very same scope."""
    held = sight(by, permission)
    return held.everything or (bool(scope) and all(Ref.parse(scope) in group for group in held.groups))


def make_role(name: str, title: str, permissions: Collection[str], by: Asker) -> Role:
    """Make a custom role, or change the one of the name.

    Raises:
        UserError: the name or a permission cannot be, the role is one that ships, or it would hold
            more than whoever asks.

    """
    if not NAME.fullmatch(name):
        raise UserError("not a name of a role", expected="lower-case letters, digits and dashes", got=repr(name[:80]))
    known = {permission.value for permission in Permission}
    unknown = sorted(set(permissions) - known)
    if unknown:
        raise UserError(f"no permission {unknown[0]!r}", hint=suggest(unknown[0], known))
    if not permissions:
        raise UserError("a role without permissions", expected="at least one")
    _within(permissions, by)
    with transaction.atomic():
        before = Role.objects.select_for_update().filter(name=name).first()
        if before is not None and before.shipped:
            raise InTheWay(f"the role {name} ships with the product", hint="Make one of another name.")
        said = {"title": title.strip()[:200], "permissions": sorted(permissions)}
        role, made = Role.objects.update_or_create(name=name, defaults=said)
        audit.note(
            "role.made" if made else "role.changed",
            f"role:{name}",
            before=before and told_role(before),
            after=told_role(role),
        )
    return role


def delete_role(role: Role) -> None:
    """Delete a custom role.

    Raises:
        UserError: it ships, or somebody has it.

    """
    if role.shipped:
        raise InTheWay(f"the role {role.name} ships with the product")
    try:
        with transaction.atomic():
            audit.note("role.deleted", f"role:{role.name}", before=told_role(role))
            role.delete()
    except ProtectedError:
        raise InTheWay(f"the role {role.name} is granted to somebody", hint="Revoke those grants first.") from None


def told_role(role: Role) -> dict[str, object]:
    """A role as plain JSON."""
    return {"title": role.title, "permissions": role.permissions}
