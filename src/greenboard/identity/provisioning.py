"""People and groups as somebody provisions them: made, changed, closed, never deleted from the record.

Administrators who stand above all grants (`is_superuser`) are the way in when the provisioning fails,
so it neither sees nor changes them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from greenboard.access import audit
from greenboard.access.models import Person
from greenboard.core import events
from greenboard.core.errors import UserError
from greenboard.identity import handles, leaving, membership
from greenboard.identity.adapters import configured
from greenboard.identity.events import PersonArrived
from greenboard.identity.models import Group, Provisioned

BY = "scim"
_NAME = re.compile(r"\S(?:[^\x00-\x1f\x7f]{0,148}\S)?")


class Taken(UserError):
    """Somebody else has the name."""

    status = 409


@dataclass(frozen=True)
class Profile:
    """What the provisioning says of a person. `data` is kept for it and not used."""

    username: str
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    active: bool = True
    external_id: str = ""
    password: str | None = field(default=None, repr=False)
    data: Mapping[str, Any] = field(default_factory=dict)


def people() -> QuerySet[Person]:
    """Whom the provisioning sees, in a steady order."""
    seen = Q(provisioned__isnull=True) | Q(provisioned__gone_at__isnull=True)
    return Person.objects.filter(seen, is_superuser=False).select_related("provisioned").order_by("pk")


def create(profile: Profile, at: datetime) -> Person:
    """Make an account, or bring back the one that had the name and was deleted by the provisioning.

    Raises:
        UserError: a name that cannot be; `Taken`, when somebody has it.

    """
    _check(profile)
    with transaction.atomic():
        person = Person.objects.select_for_update().filter(username__iexact=profile.username).first()
        if person is None:
            person = Person(username=profile.username, is_active=profile.active)
            person.set_unusable_password()
            person.save()
            events.announce(PersonArrived(at, person.pk, person.username, BY))
        elif person.is_superuser or not Provisioned.objects.filter(person=person, gone_at__isnull=False).exists():
            raise Taken(f"somebody is called {profile.username!r} already")
        _write(person, profile, at)
        audit.note("account.provisioned", f"account:{person.username}", after=told(profile))
    return person


def change(person: Person, profile: Profile, at: datetime) -> Person:
    """Make an account what the profile says.

    Raises:
        UserError: as for `create`.

    """
    _check(profile)
    with transaction.atomic():
        same = Person.objects.filter(username__iexact=profile.username).exclude(pk=person.pk)
        if same.exists():
            raise Taken(f"somebody is called {profile.username!r} already")
        _write(person, profile, at)
        audit.note("account.changed", f"account:{person.username}", after=told(profile))
    return person


def remove(person: Person, at: datetime) -> None:
    """Close an account for the provisioning that deleted it. What the person did keeps its author."""
    with transaction.atomic():
        leaving.close(person, at, by=BY)
        kept = {"gone_at": at, "changed_at": at}
        Provisioned.objects.update_or_create(person=person, defaults=kept, create_defaults={**kept, "created_at": at})
        person.provided_groups.clear()
        place(person, at)
        audit.note("account.removed", f"account:{person.username}")


def told(profile: Profile) -> dict[str, object]:
    """A profile for the audit log."""
    return {
        "name": profile.username,
        "email": profile.email,
        "full name": f"{profile.first_name} {profile.last_name}".strip(),
        "active": profile.active,
    }


def _check(profile: Profile) -> None:
    if not _NAME.fullmatch(profile.username):
        raise UserError(
            "not a name to sign in with", expected="1 to 150 printable characters", got=repr(profile.username)
        )
    if len(profile.email) > 254:
        raise UserError("the mail address is too long", expected="at most 254 characters")
    if len(profile.external_id) > 320:
        raise UserError("the external id is too long", expected="at most 320 characters")


def _write(person: Person, profile: Profile, at: datetime) -> None:
    person.username, person.email = profile.username, profile.email
    person.first_name, person.last_name = profile.first_name[:150], profile.last_name[:150]
    if profile.password and configured().local:
        person.set_password(profile.password)
    person.save(update_fields=["username", "email", "first_name", "last_name", "password"])
    kept = {
        "external_id": profile.external_id,
        "data": dict(profile.data),
        "changed_at": at,
        "gone_at": None,
    }
    Provisioned.objects.update_or_create(person=person, defaults=kept, create_defaults={**kept, "created_at": at})
    if profile.active:
        leaving.reopen(person, at, by=BY)
    else:
        leaving.close(person, at, by=BY)
    if profile.external_id:
        handles.know(person, BY, profile.external_id, at, by=BY)


def make_group(name: str, external_id: str, members: Collection[int], at: datetime) -> Group:
    """Make a group of people.

    Raises:
        UserError: a name that cannot be, unknown members; `Taken`, when a group has the name.

    """
    with transaction.atomic():
        _check_group(name, external_id, None)
        group = Group.objects.create(name=name, external_id=external_id, created_at=at, changed_at=at)
        _fill(group, set(members), at)
        audit.note("group.provisioned", f"group:{name}", after={"members": len(set(members))})
    return group


def change_group(group: Group, name: str, external_id: str, members: Collection[int], at: datetime) -> Group:
    """Make a group what is said; errors as for `make_group`."""
    with transaction.atomic():
        _check_group(name, external_id, group)
        renamed = group.name != name
        group.name, group.external_id, group.changed_at = name, external_id, at
        group.save(update_fields=["name", "external_id", "changed_at"])
        _fill(group, set(members), at, everyone=renamed)
        audit.note("group.changed", f"group:{name}", after={"members": len(set(members))})
    return group


def remove_group(group: Group, at: datetime) -> None:
    """Delete a group; its members lose what it gave them."""
    with transaction.atomic():
        people = list(group.members.all())
        name = group.name
        group.delete()
        for person in people:
            place(person, at)
        audit.note("group.removed", f"group:{name}")


def group_of(key: str) -> Group | None:
    """The group of an id."""
    try:
        return Group.objects.filter(key=UUID(key)).first()
    except ValueError:
        return None


def place(person: Person, at: datetime) -> None:
    """Make the person's teams and roles follow from the groups that were provisioned."""
    groups = Group.objects.filter(members=person).values_list("name", flat=True)
    membership.sync(person, BY, groups, configured().scim.rules(), at)


def _check_group(name: str, external_id: str, group: Group | None) -> None:
    if not name.strip() or len(name) > 320 or not name.isprintable():
        raise UserError("not a name of a group", expected="1 to 320 printable characters", got=repr(name[:400]))
    if len(external_id) > 320:
        raise UserError("the external id is too long", expected="at most 320 characters")
    same = Group.objects.filter(name=name)
    if (same.exclude(pk=group.pk) if group else same).exists():
        raise Taken(f"a group is called {name!r} already")


def _fill(group: Group, wanted: set[int], at: datetime, *, everyone: bool = False) -> None:
    present = set(group.members.values_list("pk", flat=True))
    fresh = {person.pk: person for part in _parts(wanted - present) for person in people().filter(pk__in=part)}
    if lacking := sorted(wanted - present - set(fresh)):
        raise UserError(f"no person has the id {lacking[0]}", hint="Provision people before their groups.")
    gone = present - wanted
    group.members.add(*fresh)
    group.members.remove(*gone)
    touched = (wanted | gone) if everyone else (set(fresh) | gone)
    for part in _parts(touched):
        for person in Person.objects.filter(pk__in=part):
            place(person, at)


def _parts(ids: Collection[int]) -> list[list[int]]:
    several = sorted(ids)
    return [several[start : start + 400] for start in range(0, len(several), 400)]
