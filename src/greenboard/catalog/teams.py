"""Teams within teams: for grants, which reach the members of the teams within one, and for who belongs where."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Q
from django.db.models.expressions import RawSQL

from greenboard.access.models import Person
from greenboard.access.nesting import Start
from greenboard.catalog.crews import CATALOG
from greenboard.catalog.models import CURRENT, Entity, RelationInterval
from greenboard.catalog.naming import named
from greenboard.catalog.types import Relation, RelationKind
from greenboard.core.refs import Ref, slug
from greenboard.identity.models import Handle

_AROUND = """
WITH RECURSIVE reached(id) AS (
    {start}
    UNION
    SELECT part.target_id FROM catalog_relationinterval part JOIN reached ON part.source_id = reached.id
    WHERE part.kind = 'part-of' AND part.valid_to IS NULL
)
SELECT 'team:' || namespace || '/' || name FROM catalog_entity WHERE kind = 'team' AND id IN (SELECT id FROM reached)
"""
_OF_PERSON = """
SELECT team.id FROM catalog_entity team JOIN access_membership membership
ON membership.team = 'team:' || team.namespace || '/' || team.name
WHERE team.kind = 'team' AND membership.person_id = %s
"""
_OF_TEAMS = "SELECT id FROM catalog_entity WHERE (kind, namespace, name) IN (VALUES {places})"


def around(start: Start) -> RawSQL:
    """The references of some teams and of those around them, as a subquery, as of now."""
    if isinstance(start, int):
        return RawSQL(_AROUND.format(start=_OF_PERSON), [start])  # noqa: S611 - no value is put into the text
    refs = sorted(start)
    first = _OF_TEAMS.format(places=", ".join(["(%s, %s, %s)"] * len(refs)))
    parameters = [part for ref in refs for part in (ref.kind, ref.namespace, ref.name)]
    return RawSQL(_AROUND.format(start=first), parameters)  # noqa: S611 - places for values


def put_within(relations: Iterable[Relation]) -> list[Relation]:
    """Those of the relations that put a team within another where it is not yet. At most one query for each 400."""
    wanted = [
        one for one in relations if one.kind is RelationKind.PART_OF and one.source.kind == one.target.kind == "team"
    ]
    known: set[tuple[Ref, Ref]] = set()
    rows = RelationInterval.objects.filter(CURRENT, kind=RelationKind.PART_OF, source__kind="team")
    for part in named({one.source for one in wanted}):
        ids = Entity.objects.filter(part).values("id")
        found = rows.filter(source__in=ids).select_related("source", "target")
        known |= {(_ref(row.source), _ref(row.target)) for row in found}
    return [one for one in wanted if (one.source, one.target) not in known]


@dataclass(frozen=True)
class Belonging:
    """Who of the catalog an account is, the teams that it is in, and the teams within those."""

    persons: frozenset[Ref] = frozenset()
    teams: tuple[Ref, ...] = ()
    within: tuple[Ref, ...] = ()

    @property
    def owners(self) -> frozenset[Ref]:
        """Whoever owns what is theirs."""
        return self.persons | {*self.teams, *self.within}


def belonging(person: Person) -> Belonging:
    """Where somebody belongs, as accounts and as descriptors say. Five queries, and one for each layer of teams."""
    persons = _persons(person)
    teams = {Ref.parse(team) for team in person.memberships.values_list("team", flat=True)}
    members = RelationInterval.objects.filter(CURRENT, kind=RelationKind.MEMBER_OF, source__in=persons.values())
    teams |= {_ref(row.target) for row in members.select_related("target")}
    inner = _within(teams) - teams
    return Belonging(frozenset(persons), tuple(sorted(teams)), tuple(sorted(inner)))


def _persons(person: Person) -> dict[Ref, int]:
    """The persons of the catalog that an account is: whom a confirmed name says, and who has its name."""
    said = Handle.objects.filter(tool=CATALOG, confirmed_at__isnull=False)
    own = Q(pk__in=())
    for part in named({Ref.parse(name) for name in said.filter(person=person).values_list("name", flat=True)}):
        own |= part
    found = {_ref(row): row.pk for row in Entity.objects.filter(own | Q(kind="person", name=slug(person.username)))}
    others = set(
        said.exclude(person=person).filter(name__in=[str(ref) for ref in found]).values_list("name", flat=True)
    )
    return {ref: number for ref, number in found.items() if str(ref) not in others}


def _within(teams: Collection[Ref]) -> set[Ref]:
    """The teams within some, down to the last."""
    found: set[Ref] = set()
    rows = RelationInterval.objects.filter(CURRENT, kind=RelationKind.PART_OF, source__kind="team")
    waiting = {row.pk for part in named(teams) for row in Entity.objects.filter(part)}
    seen = set(waiting)
    while waiting:
        below = [row.source for row in rows.filter(target__in=waiting).select_related("source")]
        waiting = {one.pk for one in below} - seen
        seen |= waiting
        found |= {_ref(one) for one in below}
    return found


def _ref(row: Entity) -> Ref:
    return Ref(row.kind, row.namespace, row.name)
