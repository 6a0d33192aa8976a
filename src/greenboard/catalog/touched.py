"""Of which entities what is described may read otherwise for a change, and what that takes to describe.

All by surrogate ids, and as of now.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db.models import Q

from greenboard.catalog import nearby, store
from greenboard.catalog.models import CURRENT, Entity, RelationInterval
from greenboard.catalog.naming import named
from greenboard.catalog.types import Declared, RelationKind, Touched
from greenboard.core.refs import Ref

_NEEDS = (RelationKind.DEPENDS_ON, RelationKind.CONSUMES)


def affected(touched: Touched) -> set[int]:
    """The entities whose owner, team, whole, dependencies or dependents may read otherwise, and the touched ones."""
    changed = set(touched.entities)
    parts, owns = touched.ends(RelationKind.PART_OF), touched.ends(RelationKind.OWNS)
    needs = [link for kind in _NEEDS for link in touched.ends(kind)]
    provides = touched.ends(RelationKind.PROVIDES)
    # What is around these is not what it was; that goes for whatever is within them, too.
    inside = _within(changed | {part for part, _ in parts} | {owned for _, owned in owns})
    # Teams that have other people, and those around them; who owned something is owner or team of it.
    crews = {team for _, team in touched.ends(RelationKind.MEMBER_OF)} | {whole for _, whole in parts}
    crews = _around(crews | _targets(RelationKind.MEMBER_OF, changed))
    owned = _within(_targets(RelationKind.OWNS, crews | changed))
    # Who needs what has another tier, or is there or gone; an API may have the tier of who provides it.
    offered = changed | {api for _, api in provides}
    needing = _sources(_NEEDS, offered | _targets(RelationKind.PROVIDES, changed))
    providing = _sources((RelationKind.PROVIDES,), {target for _, target in touched.ends(RelationKind.CONSUMES)})
    ends = {end for link in (*needs, *provides) for end in link}
    return inside | owned | needing | providing | ends


def of_teams(teams: Collection[Ref]) -> set[int]:
    """The entities that read otherwise where other people are in some teams: what these own, and teams around them."""
    ids = {row.pk for part in named(teams) for row in Entity.objects.filter(part)}
    return _within(_targets(RelationKind.OWNS, _around(ids)))


def first_or_last_members(touched: Touched) -> bool:
    """Whether somebody may have been the first, or the last, of whom it is known which team they are in."""
    links = touched.ends(RelationKind.MEMBER_OF)
    if not links:
        return False
    others = RelationInterval.objects.filter(CURRENT, kind=RelationKind.MEMBER_OF)
    return not others.exclude(source_id__in={person for person, _ in links}).exists()


def beside(ids: Collection[int]) -> Declared:
    """What has to be known to describe some entities as the whole catalog does: they, and what is said by."""
    wholes = _around(ids)
    owners = _sources((RelationKind.OWNS,), wholes)
    teams = _within(owners)
    needed, offered = _targets(RelationKind.DEPENDS_ON, ids) | _targets(RelationKind.CONSUMES, ids), set(ids)
    offered |= _targets(RelationKind.PROVIDES, ids)
    wanted = (
        Q(kind=RelationKind.PART_OF, source_id__in=wholes),
        Q(kind=RelationKind.PART_OF, target_id__in=teams),
        Q(kind=RelationKind.OWNS, target_id__in=wholes),
        Q(kind=RelationKind.MEMBER_OF, target_id__in=teams),
        Q(kind__in=_NEEDS, source_id__in=ids),
        Q(kind=RelationKind.PROVIDES, source_id__in=ids),
        Q(kind=RelationKind.PROVIDES, target_id__in=needed),
        Q(kind=RelationKind.DEPENDS_ON, target_id__in=ids),
        Q(kind=RelationKind.CONSUMES, target_id__in=offered),
    )
    found = {row.pk for each in wanted for row in RelationInterval.objects.filter(CURRENT).filter(each)}
    people = _sources((RelationKind.MEMBER_OF,), teams)
    named = wholes | owners | people | needed | _sources((RelationKind.PROVIDES,), needed)
    entities = store.plain(ids=named)
    return Declared(tuple(entities.values()), tuple(nearby.named(found)))


def _targets(kind: RelationKind, sources: Collection[int]) -> set[int]:
    rows = RelationInterval.objects.filter(CURRENT, kind=kind, source_id__in=sources)
    return set(rows.values_list("target_id", flat=True)) if sources else set()


def _sources(kinds: Iterable[RelationKind], targets: Collection[int]) -> set[int]:
    rows = RelationInterval.objects.filter(CURRENT, kind__in=list(kinds), target_id__in=targets)
    return set(rows.values_list("source_id", flat=True)) if targets else set()


def _within(ids: Collection[int]) -> set[int]:
    """Some entities with all that is part of them."""
    found, waiting = set(ids), set(ids)
    while waiting:
        waiting = _sources((RelationKind.PART_OF,), waiting) - found
        found |= waiting
    return found


def _around(ids: Collection[int]) -> set[int]:
    """Some entities with all that they are part of."""
    found, waiting = set(ids), set(ids)
    while waiting:
        waiting = _targets(RelationKind.PART_OF, waiting) - found
        found |= waiting
    return found
