"""Who can review what: to whom it is granted to look at every section, and which team looks at which section."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from greenboard.access.models import Grant, Person
from greenboard.access.permissions import Permission
from greenboard.catalog import crews
from greenboard.core.refs import Ref
from greenboard.reviews import template as templates
from greenboard.reviews.course import ENDED
from greenboard.reviews.models import Section
from greenboard.reviews.store import Asking

EVERYONE = "everyone"
_ANY = "every section; decides and signs"


@dataclass(frozen=True)
class Reviewer:
    """An account, or a team with its `people`. `of` is the entity that a grant is bound to; "" is everything."""

    name: str
    people: tuple[str, ...]
    what: str
    of: str = ""


def reviewers() -> list[Reviewer]:
    """All who can review, those of single sections first."""
    crew = {str(team): tuple(one.name for one in several if one.active) for team, several in crews.current().items()}
    sections = [
        Reviewer(team, crew.get(team, ()), ", ".join(sorted(titles))) for team, titles in sorted(_sections().items())
    ]
    return [*sections, *_granted(crew)]


def accounts(found: Collection[Reviewer]) -> list[str]:
    """The open accounts among them, by name."""
    names = {name for one in found for name in (one.people if ":" in one.name else (one.name,))}
    return list(Person.objects.filter(username__in=names, is_active=True).values_list("username", flat=True))


def _sections() -> Mapping[str, set[str]]:
    """The titles of the sections of each team, as templates say and as reviews that are under way were triaged."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for template in templates.shipped().values():
        for one in template.sections:
            if one.team:
                found[str(Ref.parse(one.team, kind="team"))].add(one.title)
    rows = Section.objects.exclude(team="").exclude(review__state__in=[one.value for one in ENDED])
    for row in rows.select_related("review"):
        titles = {one.name: one.title for one in Asking.of(row.review).sections}
        found[row.team].add(titles.get(row.name, row.name))
    return found


def _granted(crew: Mapping[str, tuple[str, ...]]) -> Iterator[Reviewer]:
    for grant in Grant.objects.select_related("role", "person").filter(service=None).order_by("scope", "id"):
        if Permission.REVIEWS_SIGN.value not in grant.role.permissions:
            continue
        if grant.person is not None and grant.person.is_active:
            yield Reviewer(grant.person.username, (), _ANY, grant.scope)
        elif grant.team:
            yield Reviewer(grant.team, crew.get(grant.team, ()), _ANY, grant.scope)
        elif grant.everyone:
            yield Reviewer(EVERYONE, (), _ANY, grant.scope)
    for name in Person.objects.filter(is_superuser=True, is_active=True).values_list("username", flat=True):
        yield Reviewer(name, (), _ANY)
