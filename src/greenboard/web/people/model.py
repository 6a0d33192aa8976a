"""Accounts of people as values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import SafeString

from greenboard.access.models import Membership, Person
from greenboard.core.refs import Ref
from greenboard.web import links, words


@dataclass(frozen=True)
class Team:
    """A team that somebody is in."""

    number: int
    name: str
    url: str
    by: str
    manual: bool


@dataclass(frozen=True)
class Account:
    """A person's account."""

    name: str
    url: str
    title: str
    email: str
    active: bool
    administrator: bool
    teams: tuple[Team, ...]
    roles: tuple[str, ...]
    last: SafeString | str
    tokens: int


def account(person: Person, now: datetime) -> Account:
    """An account; memberships, grants with their roles, and tokens are read with it."""
    roles = sorted({grant.role.title or grant.role.name for grant in person.grants.all()})
    return Account(
        name=person.username,
        url=f"/people/{person.username}",
        title=person.get_full_name(),
        email=person.email,
        active=person.is_active,
        administrator=person.is_superuser,
        teams=_teams(person.memberships.all()),
        roles=(*(["Administrator, by account"] if person.is_superuser else ()), *roles),
        last=words.when(person.last_login, now) if person.last_login else "Never",
        tokens=sum(token.revoked_at is None for token in person.tokens.all()),
    )


def _teams(rows: Iterable[Membership]) -> tuple[Team, ...]:
    return tuple(_team(row) for row in sorted(rows, key=lambda row: (row.team, row.source)))


def _team(row: Membership) -> Team:
    ref = Ref.parse(row.team)
    manual = row.source == Membership.Source.MANUAL
    return Team(row.pk, ref.short, links.entity(ref), "By hand" if manual else f"Synced: {row.provider}", manual)
