"""The relations around some entities, given by surrogate id. Reads take a moment; None is now."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from greenboard.access.sight import EVERYTHING, Sight
from greenboard.catalog import store
from greenboard.catalog.models import RelationInterval
from greenboard.catalog.sight import condition
from greenboard.catalog.store import Related
from greenboard.catalog.types import Relation, RelationKind
from greenboard.core.refs import Ref


def ends(
    ids: Collection[int], as_of: datetime | None = None, *, both: bool = False
) -> list[tuple[RelationKind, int, int]]:
    """The relations from or to entities, as `store.ends` gives them; with `both`, those between two of them."""
    rows = store.at_moment(_linked(ids, both=both), as_of).order_by("kind", "id")
    once = dict.fromkeys(rows.values_list("kind", "source_id", "target_id"))
    return [(RelationKind(kind), source, target) for kind, source, target in once]


def relations(
    ids: Collection[int], as_of: datetime | None = None, *, both: bool = False, sight: Sight = EVERYTHING
) -> list[Relation]:
    """As `ends`, as relations, each once; both ends of each are in sight."""
    return _relations(_linked(ids, both=both), as_of, sight)


def held(ever: Iterable[Related]) -> list[Relation]:
    """Those that hold now of all relations that an entity ever stood in, each once."""
    once: dict[tuple[RelationKind, Ref, Ref], Relation] = {}
    for one in ever:
        if one.until is None:
            once.setdefault((one.relation.kind, one.relation.source, one.relation.target), one.relation)
    return sorted(once.values(), key=lambda each: each.kind)


def named(numbers: Collection[int]) -> list[Relation]:
    """Relations of now by their own surrogate ids, each once, in the order of `relations`."""
    return _relations(RelationInterval.objects.filter(pk__in=numbers), None, EVERYTHING)


def _relations(rows: QuerySet[RelationInterval], as_of: datetime | None, sight: Sight) -> list[Relation]:
    seen = condition(sight, "source_id") & condition(sight, "target_id")
    found = list(store.at_moment(rows.filter(seen), as_of).order_by("kind", "id"))
    names = store.names({end for row in found for end in (row.source_id, row.target_id, row.declared_by_id)}, as_of)
    once = {(row.kind, row.source_id, row.target_id): row for row in reversed(found)}
    return [store.relation(row, names) for row in reversed(once.values())]


def people(ids: Collection[int], as_of: datetime | None = None, *, sight: Sight = EVERYTHING) -> list[Relation]:
    """Who is in some teams, and in the teams within them; for persons, what they own."""
    within, waiting = set(ids), set(ids)
    parts = store.at_moment(RelationInterval.objects.filter(kind=RelationKind.PART_OF, source__kind="team"), as_of)
    while waiting:
        waiting = set(parts.filter(target_id__in=waiting).values_list("source_id", flat=True)) - within
        within |= waiting
    members = Q(kind=RelationKind.MEMBER_OF, target_id__in=within)
    teams = Q(kind=RelationKind.PART_OF, source_id__in=within, source__kind="team")
    alone = Q(kind=RelationKind.OWNS, source_id__in=list(ids), source__kind="person")
    return _relations(RelationInterval.objects.filter(members | teams | alone), as_of, sight)


def above(ids: Collection[int], as_of: datetime | None = None) -> set[int]:
    """What owns any of some entities, or has it as a part. One query."""
    several = list(ids)
    owned = Q(kind=RelationKind.OWNS, target_id__in=several)
    parts = Q(kind=RelationKind.PART_OF, source_id__in=several)
    rows = store.at_moment(RelationInterval.objects.filter(owned | parts), as_of)
    ends = rows.values_list("kind", "source_id", "target_id")
    return {source if kind == RelationKind.OWNS else target for kind, source, target in ends}


def _linked(ids: Collection[int], *, both: bool) -> QuerySet[RelationInterval]:
    several = list(ids)
    starts, stops = Q(source_id__in=several), Q(target_id__in=several)
    return RelationInterval.objects.filter(starts & stops if both else starts | stops)
