"""People and groups as SCIM resources, and resources as what is to become of people and groups."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from scim2_models import Meta

from greenboard.access.models import Person
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.identity.models import Group, Provisioned
from greenboard.identity.provisioning import Profile
from greenboard.scim.description import Group as GroupResource
from greenboard.scim.description import Person as PersonResource

_OURS = ("id", "meta", "groups", "password", "schemas")
"""What is not kept as it came: we say it ourselves, or it is a secret."""


def of_person(person: Person, groups: Iterable[Group], base: str) -> PersonResource:
    """A person as the provisioning sees them: what it said, with the name and state that hold here."""
    kept = _kept(person)
    said: dict[str, Any] = dict(kept.data) if kept else _described(person)
    said["userName"] = person.username
    if kept is None or "active" in said or not person.is_active:  # what nobody said is not told, and means open
        said["active"] = person.is_active
    if kept and kept.external_id:
        said["externalId"] = kept.external_id
    said["groups"] = [
        {"value": str(group.key), "$ref": f"{base}/Groups/{group.key}", "display": group.name, "type": "direct"}
        for group in groups
    ]
    resource = PersonResource.model_validate(said, scim_ctx=None)
    resource.id = str(person.pk)
    created, changed = (kept.created_at, kept.changed_at) if kept else (person.date_joined, person.date_joined)
    location = f"{base}/Users/{person.pk}"
    resource.meta = _meta("User", location, created, changed, f"{person.is_active}{sorted(map(str, said['groups']))}")
    return resource


def _kept(person: Person) -> Provisioned | None:
    try:
        return person.provisioned
    except Provisioned.DoesNotExist:
        return None


def _described(person: Person) -> dict[str, Any]:
    """An account that somebody made here, for the provisioning to find."""
    said: dict[str, Any] = {}
    if person.email:
        said["emails"] = [{"value": person.email, "primary": True}]
    if person.first_name or person.last_name:
        said["name"] = {"givenName": person.first_name or None, "familyName": person.last_name or None}
    return said


def profile(resource: PersonResource) -> Profile:
    """What a resource says of a person."""
    data = resource.model_dump(exclude=set(_OURS), exclude_none=True, by_alias=True, scim_ctx=None, mode="json")
    data = {key: value for key, value in data.items() if key not in _OURS and value not in ({}, [])}
    emails = resource.emails or []
    address = next((one.value for one in emails if one.primary), emails[0].value if emails else None)
    name = resource.name
    return Profile(
        username=(resource.user_name or "").strip(),
        email=str(address or ""),
        first_name=(name.given_name if name else None) or "",
        last_name=(name.family_name if name else None) or "",
        active=resource.active is not False,
        external_id=resource.external_id or "",
        password=resource.password,
        data=data,
    )


def of_group(group: Group, members: Iterable[Person], base: str) -> GroupResource:
    """A group with its members."""
    people = list(members)
    said = {
        "displayName": group.name,
        "externalId": group.external_id or None,
        "members": [
            {
                "value": str(person.pk),
                "$ref": f"{base}/Users/{person.pk}",
                "type": "User",
            }
            for person in people
        ],
    }
    resource = GroupResource.model_validate(said, scim_ctx=None)
    resource.id = str(group.key)
    shown = ",".join(str(person.pk) for person in people)
    resource.meta = _meta("Group", f"{base}/Groups/{group.key}", group.created_at, group.changed_at, shown)
    return resource


def members(resource: GroupResource) -> set[int]:
    """The ids of a group's members.

    Raises:
        UserError: a member that is no person: groups within groups are not kept.

    """
    found = set()
    for member in resource.members or []:
        text = member.value or ""
        if not text.isdecimal() or len(text) > 18 or (member.type or "User") != "User":
            raise UserError(
                "not the id of a person", got=repr(text), hint="Groups within groups are not kept: send their people."
            )
        found.add(int(text))
    return found


def _meta(kind: str, location: str, created: datetime, changed: datetime, more: str) -> Meta:
    version = hashlib.sha256(f"{clock.format_time(changed)} {more}".encode()).hexdigest()[:24]
    return Meta(resource_type=kind, created=created, last_modified=changed, location=location, version=f'W/"{version}"')


def plain(resource: Any) -> Mapping[str, Any]:
    """A resource for a request of ours to itself (PATCH reads, changes and writes)."""
    return resource.model_dump(scim_ctx=None, exclude_none=True, by_alias=True, mode="json")  # type: ignore[no-any-return]
