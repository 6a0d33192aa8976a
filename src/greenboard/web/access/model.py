"""Roles, grants and service accounts as values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count
from django.utils.safestring import SafeString

from greenboard.access.models import Grant, Role, Service
from greenboard.access.permissions import WORDS, Permission
from greenboard.core import clock
from greenboard.core.refs import Ref
from greenboard.web import links, words


@dataclass(frozen=True)
class Given:
    """A grant."""

    number: int
    to: str
    to_kind: str
    nested: bool
    url: str
    role: str
    scope: str
    scope_url: str
    since: SafeString | str
    by: str
    source: str


@dataclass(frozen=True)
class Allowed:
    """A permission in words."""

    name: str
    title: str


@dataclass(frozen=True)
class Part:
    """A role."""

    name: str
    title: str
    shipped: bool
    permissions: tuple[Allowed, ...]
    grants: int


@dataclass(frozen=True)
class Account:
    """A service account."""

    name: str
    title: str
    active: bool
    tokens: int
    grants: int


def given(rows: Iterable[Grant]) -> list[Given]:
    """Grants, those to everyone first."""
    found = [_given(row) for row in rows]
    return sorted(found, key=lambda one: (one.to_kind != "", one.to_kind, one.to, one.role, one.scope))


def _given(row: Grant) -> Given:
    if row.person is not None:
        to, kind, url = row.person.get_username(), "Person", f"/people/{row.person.get_username()}"
    elif row.service is not None:
        to, kind, url = row.service.name, "Service account", ""
    elif row.team:
        to, kind, url = Ref.parse(row.team).short, "Team", links.entity(Ref.parse(row.team))
    else:
        to, kind, url = "Everyone who is signed in", "", ""
    return Given(
        number=row.pk,
        to=to,
        to_kind=kind,
        nested=row.nested,
        url=url,
        role=row.role.title or row.role.name,
        scope=row.scope or "Everything",
        scope_url=links.entity(Ref.parse(row.scope)) if row.scope else "",
        since=words.when(row.created_at, clock.now()),
        by=row.created_by,
        source=row.source,
    )


def allowed(names: Iterable[str]) -> tuple[Allowed, ...]:
    """Permissions in the order in which they are declared."""
    wanted = set(names)
    return tuple(Allowed(one.value, word.title) for one, word in WORDS.items() if one.value in wanted)


def every() -> tuple[Allowed, ...]:
    """All permissions."""
    return allowed(permission.value for permission in Permission)


def parts() -> list[Part]:
    """All roles, those that ship first, in the order of what they hold."""
    rows = Role.objects.annotate(count=Count("grants"))
    found = [Part(row.name, row.title or row.name, row.shipped, allowed(row.permissions), row.count) for row in rows]
    return sorted(found, key=lambda one: (not one.shipped, len(one.permissions), one.name))


def accounts() -> list[Account]:
    """All service accounts, by name."""
    rows = Service.objects.annotate(tokens_of=Count("tokens", distinct=True), grants_of=Count("grants", distinct=True))
    return [Account(row.name, row.title, row.active, row.tokens_of, row.grants_of) for row in rows.order_by("name")]
