"""What a provider says of somebody's groups becomes teams and roles, and nothing that others said is touched."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.db import transaction

from greenboard.access.models import Grant, Membership, Person, Role
from greenboard.identity.placing import Placed, Rule, place

_log = logging.getLogger(__name__)


def sync(person: Person, provider: str, groups: Iterable[str], rules: Sequence[Rule], at: datetime) -> Placed:
    """Make the teams and roles of a person, as far as the provider gives them, those of these groups."""
    placed = place(groups, rules)
    with transaction.atomic():
        _teams(person, provider, {str(team) for team in placed.teams}, at)
        _roles(person, provider, placed.roles, at)
    return placed


def _teams(person: Person, provider: str, wanted: Collection[str], at: datetime) -> None:
    synced = Membership.objects.filter(person=person, source=Membership.Source.SYNCED, provider=provider)
    present = set(synced.values_list("team", flat=True))
    synced.exclude(team__in=wanted).delete()
    Membership.objects.bulk_create(
        Membership(person=person, team=team, source=Membership.Source.SYNCED, provider=provider, since=at)
        for team in sorted(set(wanted) - present)
    )


def _roles(person: Person, provider: str, wanted: Collection[str], at: datetime) -> None:
    given = Grant.objects.filter(person=person, source=provider, scope="")
    present = set(given.values_list("role__name", flat=True))
    given.exclude(role__name__in=wanted).delete()
    roles = {role.name: role for role in Role.objects.filter(name__in=set(wanted) - present)}
    for name in sorted(set(wanted) - present - set(roles)):
        _log.warning("identity.yaml gives the role %r, which does not exist: nobody has it", name)
    Grant.objects.bulk_create(
        Grant(role=role, person=person, source=provider, created_at=at, created_by=provider)
        for _, role in sorted(roles.items())
    )


def synced_teams() -> dict[str, tuple[str, ...]]:
    """The teams whose members providers say, with the names of those providers."""
    rows = Membership.objects.filter(source=Membership.Source.SYNCED).values_list("team", "provider").distinct()
    found: dict[str, set[str]] = {}
    for team, provider in rows:
        found.setdefault(team, set()).add(provider)
    return {team: tuple(sorted(providers)) for team, providers in found.items()}
