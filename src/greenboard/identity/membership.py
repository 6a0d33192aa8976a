"""What a provider says of somebody's groups becomes teams and roles, and nothing that others said is touched."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from greenboard.access import audit
from greenboard.access.models import Grant, Membership, Person, Role
from greenboard.core.refs import Ref
from greenboard.identity.models import Reading
from greenboard.identity.placing import Placed, Rule, place

_log = logging.getLogger(__name__)
_HOUR = timedelta(hours=1)


def sync(person: Person, provider: str, groups: Iterable[str], rules: Sequence[Rule], at: datetime) -> Placed:
    """Make the teams and roles of a person, as far as the provider gives them, those of these groups."""
    placed = place(groups, rules)
    with transaction.atomic():
        before = given(person, provider)
        _teams(person, provider, {str(team) for team in placed.teams}, at)
        _roles(person, provider, placed.roles, at)
        after = given(person, provider)
        if before != after:
            audit.note("account.placed", f"account:{person.get_username()}", before=before, after=after)
    return placed


def given(person: Person, provider: str) -> dict[str, list[str]]:
    """The teams and roles that a person has of a provider."""
    teams = Membership.objects.filter(person=person, source=Membership.Source.SYNCED, provider=provider)
    roles = Grant.objects.filter(person=person, source=provider, scope="")
    return {
        "teams": sorted(teams.values_list("team", flat=True)),
        "roles": sorted(roles.values_list("role__name", flat=True)),
    }


def _teams(person: Person, provider: str, wanted: Collection[str], at: datetime) -> None:
    synced = Membership.objects.filter(person=person, source=Membership.Source.SYNCED, provider=provider)
    present = set(synced.values_list("team", flat=True))
    synced.exclude(team__in=wanted).delete()
    Membership.objects.bulk_create(
        Membership(person=person, team=team, source=Membership.Source.SYNCED, provider=provider, since=at)
        for team in sorted(set(wanted) - present)
    )


def _roles(person: Person, provider: str, wanted: Collection[str], at: datetime) -> None:
    held = Grant.objects.filter(person=person, source=provider, scope="")
    present = set(held.values_list("role__name", flat=True))
    held.exclude(role__name__in=wanted).delete()
    roles = {role.name: role for role in Role.objects.filter(name__in=set(wanted) - present)}
    for name in sorted(set(wanted) - present - set(roles)):
        _log.warning("identity.yaml gives the role %r, which does not exist: nobody has it", name)
    Grant.objects.bulk_create(
        Grant(role=role, person=person, source=provider, created_at=at, created_by=provider)
        for _, role in sorted(roles.items())
    )


def heard(provider: str, at: datetime, *, whole: bool = False) -> None:
    """Note that a provider said who is there, at most once an hour; `whole` where all of it was read."""
    if not Reading.objects.filter(provider=provider, at__gt=at - _HOUR).exists():
        Reading.objects.update_or_create(provider=provider, defaults={"at": at, "whole": whole})


def synced_teams() -> dict[str, tuple[str, ...]]:
    """The teams whose members providers say, with the names of those providers."""
    rows = Membership.objects.filter(source=Membership.Source.SYNCED).values_list("team", "provider").distinct()
    found: dict[str, set[str]] = {}
    for team, provider in rows:
        found.setdefault(team, set()).add(provider)
    return {team: tuple(sorted(providers)) for team, providers in found.items()}


NOWHERE = Placed()


def given_by(provider: str) -> dict[int, Placed]:
    """The teams and roles of everyone who has any of a provider. Two queries."""
    teams: dict[int, set[Ref]] = {}
    roles: dict[int, set[str]] = {}
    synced = Membership.objects.filter(source=Membership.Source.SYNCED, provider=provider)
    for person, team in synced.values_list("person_id", "team"):
        teams.setdefault(person, set()).add(Ref.parse(team))
    held = Grant.objects.filter(source=provider, scope="", person__isnull=False)
    for person, role in held.values_list("person_id", "role__name"):
        roles.setdefault(person or 0, set()).add(role)
    return {
        person: Placed(frozenset(teams.get(person, ())), frozenset(roles.get(person, ())))
        for person in teams.keys() | roles.keys()
    }
