"""One reference, one declaration: what two repositories say of the same name is refused. Part of `saving`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from greenboard.catalog.models import CURRENT, EntityVersion, RelationInterval
from greenboard.catalog.types import Declared, Entity, RelationKind
from greenboard.core.errors import UserError
from greenboard.core.refs import Ref

_CHUNK = 400


def clashes(declared: Declared, ids: Mapping[Ref, int]) -> Iterator[UserError]:
    """The declared entities that another repository, which is still there, already declares.

    What a descriptor says takes the name from something that was only discovered. `ids` are those of
    the declared entities and of what their relations mention.
    """
    homes = {
        ids[each.source]: each.target
        for each in declared.relations
        if each.kind is RelationKind.LIVES_IN and each.declarer == each.source
    }
    held = {ids[entity.ref]: entity for entity in declared.entities if ids[entity.ref] in homes}
    elsewhere = {of: other for of, other in _homes(held) if other.target_id != ids[homes[of]]}
    versions = _versions({*elsewhere, *(row.target_id for row in elsewhere.values())})
    for of, lives in elsewhere.items():
        before, repository = versions.get(of), versions.get(lives.target_id)
        if before is None or repository is None:
            continue
        if held[of].discovered or not before.data.get("discovered"):
            yield _clash(held[of], homes[of], repository, before.place)


def _clash(entity: Entity, home: Ref, other: EntityVersion, place: str) -> UserError:
    repository = Ref(other.kind, other.namespace, other.name)
    return UserError(
        f"{entity.ref} is declared by two repositories: {home} and {repository}",
        place=entity.place,
        expected=f"one declaration; {repository} has it" + (f" at {place}" if place else ""),
        got=f"another in {home}" + (f" at {entity.place}" if entity.place else ", discovered by its folder"),
        hint="Give one of them another name in its descriptor; to move it, first take it out of the other repository.",
    )


def _homes(ids: Collection[int]) -> Iterator[tuple[int, RelationInterval]]:
    rows = RelationInterval.objects.filter(CURRENT, kind=RelationKind.LIVES_IN.value)
    several = sorted(ids)
    for start in range(0, len(several), _CHUNK):
        for row in rows.filter(source_id__in=several[start : start + _CHUNK]):
            yield row.source_id, row


def _versions(ids: Collection[int]) -> dict[int, EntityVersion]:
    rows = EntityVersion.objects.filter(CURRENT)
    several = sorted(ids)
    found: dict[int, EntityVersion] = {}
    for start in range(0, len(several), _CHUNK):
        found |= {row.entity_id: row for row in rows.filter(entity_id__in=several[start : start + _CHUNK])}
    return found
