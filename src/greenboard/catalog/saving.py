"""Writing the catalog: only what changed, all of it or nothing. `store` offers what is public here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from django.db import transaction
from django.db.models import Q

from greenboard.catalog import claims, graph, kinds, rows
from greenboard.catalog.events import CatalogChanged
from greenboard.catalog.locking import lock
from greenboard.catalog.models import CURRENT, CustomKind, EntityVersion, RelationInterval
from greenboard.catalog.models import Entity as Identity
from greenboard.catalog.naming import named
from greenboard.catalog.types import ANY_COMPONENT, UNTOUCHED, Declared, Entity, Kind, Relation, RelationKind, Touched
from greenboard.core import clock, events
from greenboard.core.errors import Place, UserError
from greenboard.core.refs import Ref

CHUNK = 400
_Item = TypeVar("_Item")
_Link = tuple[str, int, int, int]
"""What tells one current relation apart: its kind, and the ids of source, target and declarer."""
_LOOSE = (ANY_COMPONENT, "resource")
_FIELDS = (*rows.COMPARED, "search_text", "place", "cause")


@dataclass(frozen=True)
class Saved:
    """What a save did: the ids of the declared entities, and how much was written.

    `before` has the changed entities as they were, `links` the relations that began and that ended.
    """

    ids: Mapping[Ref, int]
    created: tuple[Ref, ...] = ()
    changed: tuple[Ref, ...] = ()
    unchanged: int = 0
    relations_begun: int = 0
    relations_ended: int = 0
    touched: Touched = UNTOUCHED
    before: Mapping[Ref, Entity] = field(default_factory=dict)
    links: tuple[Sequence[_Link], Sequence[_Link]] = ((), ())


def save(declared: Declared, at: datetime, *, cause: str, place: Place | None = None) -> Saved:
    """Make the declared entities, and the relations that they declare, be what holds from `at` on.

    Entities that are not declared stay as they are, and so do the relations that those declare.
    What a declared entity no longer says of its relations ends. The same again writes nothing.
    `place` is kept as where all of it stands, in place of the places that refusals name.

    Raises:
        UserError: the relations of the whole catalog would break a rule, a property does not fit
            its kind, another repository declares the same reference, or something declared was
            already changed at a later moment.

    """
    with transaction.atomic():
        lock()
        known = _define(declared.kinds)
        loose = _loose_rows()
        declared = graph.resolve(declared, _known(declared))
        ids = identify(_mentioned(declared))
        wanted = _links(declared.relations, ids)
        touched = _declared_rows([ids[entity.ref] for entity in declared.entities])
        _settle(loose, {entity.ref for entity in declared.entities}, wanted, touched)
        kinds.refuse(claims.clashes(declared, ids))
        _refuse(declared, known, wanted, touched)
        if place is not None:
            declared = replace(declared, entities=tuple(replace(each, place=place) for each in declared.entities))
            wanted = {link: replace(each, place=place) for link, each in wanted.items()}
        versions = _Versions(at, cause)
        versions.write(declared.entities, ids)
        begun, ended, moved = _relate(wanted, touched, at, cause)
        announce(at, {*versions.created, *versions.changed}, {*begun, *ended})
    named = {entity.ref: ids[entity.ref] for entity in declared.entities}
    counts = versions.unchanged, len(begun), len(ended)
    links = frozenset(link[:3] for link in (*begun, *ended, *moved))
    reached = Touched(frozenset(versions.touched), links)
    changed = tuple(versions.created), tuple(versions.changed)
    return Saved(named, *changed, *counts, reached, versions.before, (begun, ended))


def chunks(items: Iterable[_Item]) -> Iterator[list[_Item]]:
    """Parts small enough for one statement on every database."""
    several = list(items)
    return (several[start : start + CHUNK] for start in range(0, len(several), CHUNK))


def announce(at: datetime, refs: Collection[Ref], links: Collection[_Link]) -> None:
    """Tell whose versions or relations changed."""
    if not refs and not links:
        return
    ends = names({end for _, source, target, _ in links for end in (source, target)})
    events.announce(CatalogChanged(at, frozenset({*refs, *ends.values()})))


def names(ids: Collection[int]) -> dict[int, Ref]:
    """The present references of ids."""
    found: dict[int, Ref] = {}
    for part in chunks(ids):
        for row in Identity.objects.filter(id__in=part).values_list("id", "kind", "namespace", "name"):
            found[row[0]] = Ref(*row[1:])
    return found


def identify(refs: Collection[Ref]) -> dict[Ref, int]:
    """The ids of references; those that were never mentioned get one."""
    found = ids_of(refs)
    missing = [ref for ref in dict.fromkeys(refs) if ref not in found]
    for ref in missing:
        rows.check_name(ref)
    made = [Identity(kind=ref.kind, namespace=ref.namespace, name=ref.name) for ref in missing]
    created = Identity.objects.bulk_create(made, batch_size=CHUNK)
    return found | {ref: row.pk for ref, row in zip(missing, created, strict=True)}


def ids_of(refs: Iterable[Ref]) -> dict[Ref, int]:
    """The ids of those references that anything has, or that were mentioned."""
    """The ids of those references that anything has, or that were mentioned."""
    found: dict[Ref, int] = {}
    for part in named(refs):
        rows = Identity.objects.filter(part).values_list("id", "kind", "namespace", "name")
        found |= {Ref(*parts): number for number, *parts in rows}
    return found


def _define(declared: Iterable[Kind]) -> dict[str, Kind]:
    """Keep the kinds that descriptors define; all custom kinds by name."""
    for kind in declared:
        CustomKind.objects.update_or_create(
            name=kind.name,
            defaults={
                "title": kind.title,
                "description": kind.description,
                "properties": dict(kind.properties),
                "place": str(kind.place or ""),
            },
        )
    stored = (Kind(row.name, row.title, row.description, row.properties) for row in CustomKind.objects.all())
    return {**kinds.named(kinds.shipped()), **kinds.named(stored)}


def _mentioned(declared: Declared) -> list[Ref]:
    ends = (ref for each in declared.relations for ref in (each.source, each.target, each.declarer))
    return list(dict.fromkeys((*(entity.ref for entity in declared.entities), *ends)))


def _known(declared: Declared) -> set[Ref]:
    """The entities that exist and that loose references may mean."""
    ends = (ref for each in declared.relations for ref in (each.source, each.target))
    wanted = {(ref.namespace, ref.name) for ref in ends if ref.kind in _LOOSE}
    found: set[Ref] = set()
    for part in chunks({name for _, name in wanted}):
        query = EntityVersion.objects.filter(CURRENT, name__in=part)
        found |= {Ref(*row) for row in query.values_list("kind", "namespace", "name")}
    return {ref for ref in found if (ref.namespace, ref.name) in wanted}


def _loose_rows() -> list[RelationInterval]:
    """Current relations with an end that nothing is known of yet."""
    ends = Q(source__kind__in=_LOOSE, source__versions__isnull=True)
    ends |= Q(target__kind__in=_LOOSE, target__versions__isnull=True)
    return list(RelationInterval.objects.filter(CURRENT).filter(ends).distinct())


def _declared_rows(ids: Iterable[int]) -> dict[_Link, RelationInterval]:
    """The current relations that some entities declare."""
    query = RelationInterval.objects.filter(CURRENT)
    return {_link(row): row for part in chunks(ids) for row in query.filter(declared_by_id__in=part)}


def _link(row: RelationInterval) -> _Link:
    return row.kind, row.source_id, row.target_id, row.declared_by_id


def _links(relations: Iterable[Relation], ids: Mapping[Ref, int]) -> dict[_Link, Relation]:
    """The relations by what tells them apart; the first of equal ones counts."""
    wanted: dict[_Link, Relation] = {}
    for each in relations:
        wanted.setdefault((each.kind.value, ids[each.source], ids[each.target], ids[each.declarer]), each)
    return wanted


def _settle(
    loose: Collection[RelationInterval],
    arrived: Collection[Ref],
    wanted: dict[_Link, Relation],
    touched: dict[_Link, RelationInterval],
) -> None:
    """Point relations that others declared at what they meant, when that arrives."""
    known = relations_of(row for row in loose if _link(row) not in touched)
    settled = graph.resolve(Declared(relations=tuple(known.values())), arrived).relations
    moved = [(row, now) for (row, before), now in zip(known.items(), settled, strict=True) if before != now]
    ids = ids_of(ref for _, now in moved for ref in (now.source, now.target, now.declarer))
    for row, now in moved:
        touched[_link(row)] = row
        wanted.setdefault((row.kind, ids[now.source], ids[now.target], row.declared_by_id), now)


def relations_of(found: Iterable[RelationInterval]) -> dict[RelationInterval, Relation]:
    """Rows as relations, with the present names."""
    several = list(found)
    known = names({end for row in several for end in (row.source_id, row.target_id, row.declared_by_id)})
    return {
        row: Relation(
            RelationKind(row.kind),
            known[row.source_id],
            known[row.target_id],
            row.path,
            rows.place(row.place),
            known[row.declared_by_id],
        )
        for row in several
    }


def _refuse(
    declared: Declared,
    known: Mapping[str, Kind],
    wanted: Mapping[_Link, Relation],
    touched: Mapping[_Link, RelationInterval],
) -> None:
    """Refuse what would break a rule, seen together with all that stays."""
    ends = {end for _, source, target, _ in wanted for end in (source, target)}
    staying = [row for row in near(ends) if _link(row) not in touched and _link(row) not in wanted]
    relations = (*relations_of(staying).values(), *wanted.values())
    errors = graph.check(replace(declared, kinds=tuple(known.values()), relations=relations))
    unfit = [error for entity in declared.entities for _, error in kinds.fit(entity, known)]
    kinds.refuse((*errors, *unfit))


def near(ids: Collection[int]) -> list[RelationInterval]:
    """The current relations that share a rule with these entities: all that bounds their number, all of a circle.

    Upward only: from the owned to the owner, from the part to the whole.
    """
    found: dict[int, RelationInterval] = {}
    others = [kind.value for kind in graph.ACYCLIC if kind is not RelationKind.OWNS]
    for chosen, start, end in ((["owns"], "target_id", "source_id"), (others, "source_id", "target_id")):
        seen, waiting = set(ids), set(ids)
        while waiting:
            query = RelationInterval.objects.filter(CURRENT, kind__in=chosen)
            above = [row for part in chunks(waiting) for row in query.filter(**{f"{start}__in": part})]
            found |= {row.pk: row for row in above}
            waiting = {getattr(row, end) for row in above} - seen
            seen |= waiting
    return list(found.values())


class _Versions:
    """Writes the versions of entities that changed, and counts."""

    def __init__(self, at: datetime, cause: str) -> None:
        self.at, self.cause = at, cause
        self.created: list[Ref] = []
        self.changed: list[Ref] = []
        self.unchanged = 0
        self.touched: set[int] = set()
        self.before: dict[Ref, Entity] = {}

    def write(self, entities: Collection[Entity], ids: Mapping[Ref, int]) -> None:
        current = _current_versions(ids[entity.ref] for entity in entities)
        begun: list[EntityVersion] = []
        replaced: list[EntityVersion] = []
        ended: list[EntityVersion] = []
        moved: list[EntityVersion] = []
        for entity in entities:
            row = current.get(ids[entity.ref])
            made = self._row(entity, ids[entity.ref])
            if row is None:
                self.created.append(entity.ref)
                begun.append(made)
            elif all(getattr(row, name) == getattr(made, name) for name in rows.COMPARED):
                self.unchanged += 1
                if row.place != made.place:
                    row.place = made.place
                    moved.append(row)
                    self.touched.add(row.entity_id)
            else:
                self.changed.append(entity.ref)
                self.before[entity.ref] = rows.entity(row)
                in_order(entity.ref, row.valid_from, self.at)
                made.pk = row.pk
                (replaced if row.valid_from == self.at else ended).append(made)
        self.touched |= {row.entity_id for row in (*begun, *replaced, *ended)}
        self._orderly(begun)
        EntityVersion.objects.bulk_update(moved, ["place"], batch_size=CHUNK)
        EntityVersion.objects.bulk_update(replaced, _FIELDS, batch_size=CHUNK)
        for part in chunks(row.pk for row in ended):
            EntityVersion.objects.filter(pk__in=part).update(valid_to=self.at)
        for row in ended:
            row.pk = None
        EntityVersion.objects.bulk_create((*begun, *ended), batch_size=CHUNK)

    def _row(self, entity: Entity, id_: int) -> EntityVersion:
        place = str(entity.place or "")
        return EntityVersion(entity_id=id_, place=place, cause=self.cause, valid_from=self.at, **rows.columns(entity))

    def _orderly(self, begun: Collection[EntityVersion]) -> None:
        """An entity that was retired returns only after that."""
        for part in chunks(row.entity_id for row in begun):
            for row in EntityVersion.objects.filter(entity_id__in=part, valid_to__gt=self.at):
                in_order(Ref(row.kind, row.namespace, row.name), row.valid_to or self.at, self.at)


def _current_versions(ids: Iterable[int]) -> dict[int, EntityVersion]:
    query = EntityVersion.objects.filter(CURRENT)
    return {row.entity_id: row for part in chunks(ids) for row in query.filter(entity_id__in=part)}


def in_order(what: object, last: datetime, at: datetime) -> None:
    """Refuse to change the past."""
    if last > at:
        raise UserError(
            f"{what} was already changed at a later moment",
            expected=f"{clock.format_time(last)} or later",
            got=clock.format_time(at),
        )


def _relate(
    wanted: Mapping[_Link, Relation], touched: Mapping[_Link, RelationInterval], at: datetime, cause: str
) -> tuple[list[_Link], list[_Link], list[_Link]]:
    """End and begin relations, so that of the touched ones those hold that are wanted; which began, ended, moved."""
    kept = {link for link, each in wanted.items() if link in touched and touched[link].path == each.path}
    ended = [link for link in touched if link not in kept]
    begun = [link for link in wanted if link not in kept]
    _orderly({link[3] for link in (*begun, *ended)}, at)
    end_relations([touched[link] for link in ended], at)
    made = []
    for link in begun:
        kind, source, target, declarer = link
        said = wanted[link]
        made.append(
            RelationInterval(
                kind=kind,
                source_id=source,
                target_id=target,
                declared_by_id=declarer,
                path=said.path,
                place=str(said.place or ""),
                cause=cause,
                valid_from=at,
            )
        )
    RelationInterval.objects.bulk_create(made, batch_size=CHUNK)
    moved = [link for link in kept if touched[link].place != str(wanted[link].place or "")]
    _move({touched[link]: str(wanted[link].place or "") for link in moved})
    return begun, ended, moved


def _orderly(declarers: Iterable[int], at: datetime) -> None:
    """Refuse when a declarer's relations were already changed at a later moment."""
    later = Q(valid_from__gt=at) | Q(valid_to__gt=at)
    for part in chunks(declarers):
        row = RelationInterval.objects.filter(later, declared_by_id__in=part).select_related("declared_by").first()
        if row is not None:
            in_order(f"the relations of {row.declared_by}", max(row.valid_from, row.valid_to or at), at)


def end_relations(found: Collection[RelationInterval], at: datetime) -> None:
    """End relations; one that began at the same moment never was."""
    for part in chunks(row.pk for row in found if row.valid_from >= at):
        RelationInterval.objects.filter(pk__in=part).delete()
    for part in chunks(row.pk for row in found if row.valid_from < at):
        RelationInterval.objects.filter(pk__in=part).update(valid_to=at)


def _move(places: Mapping[RelationInterval, str]) -> None:
    """Note where unchanged relations now stand in their descriptors."""
    for row, place in places.items():
        row.place = place
    RelationInterval.objects.bulk_update(list(places), ["place"], batch_size=CHUNK)
