"""Who is in which team: as descriptors say, and as accounts with their memberships say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta

from django.db.models import Q

from greenboard.access.models import Membership, Person
from greenboard.catalog import ownership
from greenboard.catalog.models import CURRENT, Entity, RelationInterval
from greenboard.catalog.ownership import Crews, Member, People
from greenboard.catalog.types import Relation, RelationKind
from greenboard.core.refs import Ref, slug
from greenboard.identity.models import Handle, Reading

_SILENT = timedelta(days=1)
CATALOG = "catalog"
"""The tool by whose name a person of the catalog is an account, where their names differ."""


def crews(relations: Iterable[Relation], teams: Collection[Ref] | None = None) -> Crews:
    """The people of each team, with those of the teams within it, as of now. Three queries at most.

    A person of the catalog is the account of the same name, or whom a confirmed name says. Of one who
    has no account it is not known that they left, so they count as here. With `teams`, accounts are
    asked for those and for the teams of the relations only.
    """
    several = list(relations)
    named = any(one.kind is RelationKind.MEMBER_OF or one.source.kind == "person" for one in several)
    accounts = _accounts() if named else {}
    found: defaultdict[Ref, list[Member]] = defaultdict(list)
    for relation in several:
        if relation.kind is RelationKind.MEMBER_OF:
            found[relation.target].append(_member(relation.source, accounts))
    joined = Membership.objects.all()
    if teams is not None:
        ends = {end for one in several for end in (one.source, one.target) if end.kind == "team"}
        joined = joined.filter(team__in=sorted(str(team) for team in {*teams, *ends}))
    rows = joined.values_list("team", "person__username", "person__is_active", "provider")
    for team, name, active, provider in rows:
        found[Ref.parse(team)].append(Member(name, active, provider))
    for relation in several:
        if relation.kind is RelationKind.OWNS and relation.source.kind == "person":
            found[relation.source] = [_member(relation.source, accounts)]
    parents = [(one.source, one.target) for one in several if one.kind is RelationKind.PART_OF]
    return ownership.within(found, [pair for pair in parents if pair[0].kind == pair[1].kind == "team"])


def current() -> Crews:
    """The people of each team as of now, reading no relation that is not about people. Three queries."""
    about = (
        Q(kind=RelationKind.MEMBER_OF)
        | Q(kind=RelationKind.PART_OF, source__kind="team")
        | Q(kind=RelationKind.OWNS, source__kind="person")
    )
    rows = RelationInterval.objects.filter(CURRENT).filter(about)
    ends = rows.values_list(
        "kind", "source__kind", "source__namespace", "source__name", "target__kind", "target__namespace", "target__name"
    )
    return crews(Relation(RelationKind(kind), Ref(*of[:3]), Ref(*of[3:])) for kind, *of in ends)


def left(persons: Iterable[Ref]) -> set[Ref]:
    """Those of some persons of the catalog whose account is closed. Two queries."""
    accounts = _accounts()
    return {ref for ref in persons if not _member(ref, accounts).active}


def people(now: datetime) -> People:
    """What accounts say of who is here and in which team, as of now. Five queries.

    When a provider last said so is told to the day, so that what reads it changes once a day and not at each word.
    One that tells changes only, by SCIM or at sign-in, may be silent because nothing changed: after a day
    nobody knows how old its word is.
    """
    accounts = _accounts()
    persons = [Ref("person", *row) for row in Entity.objects.filter(kind="person").values_list("namespace", "name")]
    known = {ref: _member(ref, accounts) for ref in persons}
    named = {member.name: ref for ref, member in reversed(known.items())}
    joined: defaultdict[Ref, set[Ref]] = defaultdict(set)
    synced: dict[Ref, datetime | None] = {}
    telling = Reading.objects.filter(Q(whole=True) | Q(at__gt=now - _SILENT))
    heard = {provider: _day(at) for provider, at in telling.values_list("provider", "at")}
    rows = Membership.objects.values_list("team", "person__username", "person__is_active", "source", "provider")
    for text, name, active, source, provider in rows:
        team = Ref.parse(text)
        if active:
            joined[team].add(named.get(name) or Ref("person", "default", slug(name)))
        if source == Membership.Source.SYNCED:
            days = [day for day in (synced.get(team), heard.get(provider)) if day is not None]
            synced[team] = max(days, default=None)
    gone = frozenset(ref for ref, member in known.items() if not member.active)
    return People(gone, {team: frozenset(several) for team, several in joined.items()}, synced)


def _day(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _member(ref: Ref, accounts: dict[str, tuple[str, bool]]) -> Member:
    name, active = accounts.get(str(ref)) or accounts.get(ref.name) or (ref.name, True)
    return Member(name, active)


def _accounts() -> dict[str, tuple[str, bool]]:
    """Name and state of accounts, by the name and by the reference of the person in the catalog."""
    found = {slug(name): (name, active) for name, active in Person.objects.values_list("username", "is_active")}
    said = Handle.objects.filter(tool=CATALOG, confirmed_at__isnull=False)
    for ref, name, active in said.values_list("name", "person__username", "person__is_active"):
        found[ref] = (name, active)
    return found
