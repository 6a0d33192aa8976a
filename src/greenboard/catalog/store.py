"""Every query on the catalog. Reads take a moment; None is now. Writing is in `saving` and `upkeep`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db.models import Max, Q, QuerySet

from greenboard.access.sight import EVERYTHING, Sight
from greenboard.catalog import graph, rows
from greenboard.catalog.models import CustomKind, EntityVersion, RelationInterval
from greenboard.catalog.models import Entity as Identity
from greenboard.catalog.naming import NAMES, named
from greenboard.catalog.saving import Saved, save
from greenboard.catalog.sight import condition
from greenboard.catalog.types import Declared, Entity, Inheritance, Kind, Relation, RelationKind
from greenboard.catalog.upkeep import rename, retire
from greenboard.core.once import notes
from greenboard.core.refs import Ref

__all__ = [
    "Related",
    "Saved",
    "Stored",
    "Version",
    "declared",
    "ends",
    "entities",
    "find",
    "history",
    "kinds",
    "names",
    "pairs",
    "plain",
    "related",
    "relations",
    "rename",
    "retire",
    "save",
    "search",
    "several",
    "tags",
]

_Row = TypeVar("_Row", EntityVersion, RelationInterval)
_CHUNK = 500


@dataclass(frozen=True)
class Stored:
    """An entity as of a moment.

    `owners` are its own and those that it inherits of the systems and domains around it, the one that
    answers for it first; `since` is when it was last changed; `id` stays when it is renamed.
    """

    id: int
    entity: Entity
    owners: tuple[Ref, ...]
    system: Ref | None
    domain: Ref | None
    since: datetime

    @property
    def owner(self) -> Ref | None:
        """Who answers for it."""
        return self.owners[0] if self.owners else None

    @property
    def ref(self) -> Ref:
        return self.entity.ref


@dataclass(frozen=True)
class Version:
    """What was said of an entity from `since` to `until` (None: until now), and why it was written."""

    entity: Entity
    since: datetime
    until: datetime | None
    cause: str


@dataclass(frozen=True)
class Related:
    """A relation with its interval."""

    relation: Relation
    since: datetime
    until: datetime | None
    cause: str


@dataclass(frozen=True)
class Wanted:
    """What to look for; an empty group asks for nothing."""

    text: str = ""
    kinds: Collection[str] = ()
    tiers: Collection[int | None] = ()
    teams: Collection[Ref | None] = ()
    systems: Collection[Ref | None] = ()
    domains: Collection[Ref | None] = ()
    tags: Collection[str] = ()
    lifecycles: Collection[str] = ()
    sight: Sight = EVERYTHING


def entities(as_of: datetime | None = None, *, kinds: Collection[str] = (), sight: Sight = EVERYTHING) -> list[Stored]:
    """All entities that may be seen, or those of some kinds, by reference."""
    return _search(Wanted(kinds=kinds, sight=sight), as_of)


def find(ref: Ref, as_of: datetime | None = None, *, sight: Sight = EVERYTHING) -> Stored | None:
    """The entity that had the reference at the moment, or None; None also where it may not be seen."""
    row = versions(as_of).filter(condition(sight), kind=ref.kind, namespace=ref.namespace, name=ref.name).first()
    return None if row is None else next(stored([row], Around.of([row.entity_id], as_of)))


def several(refs: Collection[Ref], as_of: datetime | None = None) -> dict[Ref, Stored]:
    """The entities of references, those that are there."""
    found = [row for part in named(refs) for row in versions(as_of).filter(part)]
    there = stored(found, Around.of([row.entity_id for row in found], as_of))
    return {one.ref: one for one in there}


def search(
    text: str = "",
    *,
    kinds: Collection[str] = (),
    tiers: Collection[int | None] = (),
    teams: Collection[Ref | None] = (),
    systems: Collection[Ref | None] = (),
    domains: Collection[Ref | None] = (),
    tags: Collection[str] = (),
    lifecycles: Collection[str] = (),
    as_of: datetime | None = None,
    sight: Sight = EVERYTHING,
) -> list[Stored]:
    """The entities that have all words of `text` and one of each group that is not empty, by reference.

    None among tiers, teams, systems or domains stands for entities that have none.
    """
    return _search(Wanted(text, kinds, tiers, teams, systems, domains, tags, lifecycles, sight), as_of)


def plain(
    as_of: datetime | None = None,
    *,
    kinds: Collection[str] = (),
    refs: Collection[Ref] | None = None,
    ids: Collection[int] | None = None,
) -> dict[int, Entity]:
    """Entities by id, all or those of some kinds, references or ids, without what is around them."""
    if ids is not None:
        found = [row for part in _chunks(ids) for row in versions(as_of).filter(entity_id__in=part)]
    elif refs is None:
        found = list(versions(as_of).filter(fits(Wanted(kinds=kinds))))
    else:
        there = versions(as_of).filter(fits(Wanted(kinds=kinds)))
        found = [row for part in named(refs) for row in there.filter(part)]
    return {row.entity_id: rows.entity(row) for row in _in_order(found)}


def _in_order(found: Iterable[EntityVersion]) -> list[EntityVersion]:
    """By reference. Not by the database, which may sort as its language does: `ab` before `a-c`."""
    return sorted(found, key=lambda row: (row.kind, row.namespace, row.name))


def relations(as_of: datetime | None = None, *, about: Ref | None = None, sight: Sight = EVERYTHING) -> list[Relation]:
    """All relations, or those that an entity stands in. One that two descriptors declare comes once.

    Both ends of a relation have to be in sight.
    """
    seen = condition(sight, "source_id") & condition(sight, "target_id")
    found = at_moment(RelationInterval.objects.filter(seen), as_of)
    if about is not None:
        subject = identity(about, as_of)
        if subject is None:
            return []
        found = found.filter(Q(source_id=subject) | Q(target_id=subject))
    several = list(found.order_by("kind", "id"))
    names = _names({end for row in several for end in (row.source_id, row.target_id, row.declared_by_id)}, as_of)
    once = {(row.kind, row.source_id, row.target_id): row for row in reversed(several)}
    return [relation(row, names) for row in reversed(once.values())]


def ends(as_of: datetime | None = None) -> list[tuple[RelationKind, int, int]]:
    """All relations as kind and the surrogate ids of source and target, each once. One query."""
    rows = at_moment(RelationInterval.objects.all(), as_of).order_by("kind", "id")
    once = dict.fromkeys(rows.values_list("kind", "source_id", "target_id"))
    return [(RelationKind(kind), source, target) for kind, source, target in once]


def pairs(kind: RelationKind, as_of: datetime | None = None) -> list[tuple[int, int]]:
    """The relations of a kind as surrogate ids of source and target, each once. One query."""
    found = at_moment(RelationInterval.objects.filter(kind=kind.value), as_of).order_by()
    return list(found.values_list("source_id", "target_id").distinct())


def names(ids: Collection[int], as_of: datetime | None = None) -> dict[int, Ref]:
    """The references of ids, of those too that are only mentioned."""
    return _names(ids, as_of)


def declared(as_of: datetime | None = None) -> Declared:
    """The whole catalog as it was declared."""
    return Declared(tuple(each.entity for each in entities(as_of)), tuple(relations(as_of)), kinds())


def history(ref: Ref) -> list[Version]:
    """All versions of the entity that has or had the reference, oldest first, also under other names."""
    subject = identity(ref, None)
    if subject is None:
        return []
    found = EntityVersion.objects.filter(entity_id=subject).order_by("valid_from")
    return [Version(rows.entity(row), row.valid_from, row.valid_to, row.cause) for row in found]


def related(ref: Ref, number: int | None = None) -> list[Related]:
    """All relations that an entity ever stood in, oldest first; ends have their present names.

    Who knows its surrogate id says so.
    """
    subject = identity(ref, None) if number is None else number
    if subject is None:
        return []
    found = list(
        RelationInterval.objects.filter(Q(source_id=subject) | Q(target_id=subject)).order_by("valid_from", "id")
    )
    names = _names({end for row in found for end in (row.source_id, row.target_id, row.declared_by_id)}, None)
    return [Related(relation(row, names), row.valid_from, row.valid_to, row.cause) for row in found]


def kinds() -> tuple[Kind, ...]:
    """The custom kinds that descriptors defined, by name."""
    found = sorted(CustomKind.objects.all(), key=lambda row: row.name)
    return tuple(Kind(row.name, row.title, row.description, row.properties, rows.place(row.place)) for row in found)


def stamp() -> tuple[int, datetime | None]:
    """What differs whenever an entity was declared, changed or retired since. One query."""
    found = EntityVersion.objects.aggregate(last=Max("id"), ended=Max("valid_to"))
    return found["last"] or 0, found["ended"]


def has_properties() -> bool:
    """Whether anything says something in words of its own now."""
    return EntityVersion.objects.filter(valid_to__isnull=True, data__has_key="properties").exists()


def changed_after(moment: datetime) -> bool:
    """Whether anything began or ended after a moment."""
    later = Q(valid_from__gt=moment) | Q(valid_to__gt=moment)
    return any(rows.objects.filter(later).exists() for rows in (EntityVersion, RelationInterval))


def has_members() -> bool:
    """Whether the membership of teams is kept now."""
    return RelationInterval.objects.filter(valid_to__isnull=True, kind=RelationKind.MEMBER_OF).exists()


def with_properties(*, ended: bool = False) -> list[Entity]:
    """The entities that have properties; with `ended`, as they were before, each as often as it changed."""
    found = EntityVersion.objects.filter(valid_to__isnull=not ended, data__has_key="properties")
    return [rows.entity(row) for row in found.order_by("id").iterator()]


def tags(as_of: datetime | None = None, *, sight: Sight = EVERYTHING) -> list[str]:
    """Every tag in use by what is in sight, in order."""
    texts = versions(as_of).filter(condition(sight)).exclude(tag_text="").values_list("tag_text", flat=True).distinct()
    return sorted({tag for text in texts for tag in text.strip("|").split("|")})


def at_moment(found: QuerySet[_Row], as_of: datetime | None) -> QuerySet[_Row]:
    """The rows whose interval holds the moment."""
    if as_of is None:
        return found.filter(valid_to__isnull=True)
    return found.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=as_of), valid_from__lte=as_of)


def versions(as_of: datetime | None) -> QuerySet[EntityVersion]:
    """The versions that hold at a moment."""
    return at_moment(EntityVersion.objects.all(), as_of)


def _search(wanted: Wanted, as_of: datetime | None) -> list[Stored]:
    found = _in_order(versions(as_of).filter(fits(wanted)))
    around = Around.of([row.entity_id for row in found] if len(found) <= _CHUNK else None, as_of)
    asked = (
        (wanted.teams, lambda of: around.owners(of) or (None,)),
        (wanted.systems, lambda of: (around.system(of),)),
        (wanted.domains, lambda of: (around.domain(of),)),
    )
    kept = [row for row in found if all(not refs or not set(of(row.entity_id)).isdisjoint(refs) for refs, of in asked)]
    return list(stored(kept, around))


def fits(wanted: Wanted) -> Q:
    """The part of a search that columns answer."""
    fits = condition(wanted.sight)
    for word in wanted.text.lower().split():
        fits &= Q(search_text__contains=word)
    if wanted.kinds:
        fits &= Q(kind__in=wanted.kinds)
    if wanted.lifecycles:
        fits &= Q(lifecycle__in=wanted.lifecycles)
    if wanted.tiers:
        named = [tier for tier in wanted.tiers if tier is not None]
        fits &= Q(tier__in=named) | Q(tier__isnull=True) if None in wanted.tiers else Q(tier__in=named)
    tagged = Q()
    for tag in wanted.tags:
        tagged |= Q(tag_text__contains=f"|{tag}|")
    return fits & tagged


def identity(ref: Ref, as_of: datetime | None) -> int | None:
    """The id behind a reference: of who has it at the moment, else of who had it last, else of the mere name."""
    named = {"kind": ref.kind, "namespace": ref.namespace, "name": ref.name}
    version = (
        versions(as_of).filter(**named).first() or EntityVersion.objects.filter(**named).order_by("-valid_from").first()
    )
    if version is not None:
        return version.entity_id
    return Identity.objects.filter(**named).values_list("id", flat=True).first()


def _names(ids: Collection[int] | None, as_of: datetime | None) -> dict[int, Ref]:
    """The references of ids as they were at the moment; of those that were not there, the present ones."""
    parts: Iterable[Collection[int] | None] = [None] if ids is None or len(ids) > 20 * _CHUNK else _chunks(ids)
    known: dict[int, Ref] = notes(NAMES)
    found: dict[int, Ref] = {}
    for part in parts:
        lacking = None if part is None else [number for number in part if number not in known]
        identities = Identity.objects.all() if lacking is None else Identity.objects.filter(id__in=lacking)
        there = versions(as_of) if part is None else versions(as_of).filter(entity_id__in=part)
        for row in identities.values_list("id", "kind", "namespace", "name") if lacking is None or lacking else ():
            known[row[0]] = Ref(*row[1:])
        found |= known if part is None else {number: known[number] for number in part if number in known}
        if as_of is not None:
            for row in there.values_list("entity_id", "kind", "namespace", "name"):
                found[row[0]] = Ref(*row[1:])
    return found


def _chunks(ids: Collection[int]) -> Iterator[list[int]]:
    several = sorted(ids)
    return (several[start : start + _CHUNK] for start in range(0, len(several), _CHUNK))


def relation(row: RelationInterval, names: Mapping[int, Ref]) -> Relation:
    """A row as a relation; `names` are the references of all its ends."""
    kind = RelationKind(row.kind)
    usual = row.target_id if kind is RelationKind.OWNS else row.source_id
    return Relation(
        kind,
        names[row.source_id],
        names[row.target_id],
        row.path,
        rows.place(row.place),
        None if row.declared_by_id == usual else names[row.declared_by_id],
    )


def stored(found: Iterable[EntityVersion], around: Around) -> Iterator[Stored]:
    """Rows with what is around them."""
    for row in found:
        of = row.entity_id
        yield Stored(of, rows.entity(row), around.owners(of), around.system(of), around.domain(of), row.valid_from)


def placed(row: EntityVersion, known: Stored) -> Stored:
    """A row with what is known to be around its entity."""
    return Stored(row.entity_id, rows.entity(row), known.owners, known.system, known.domain, row.valid_from)


_INHERITED = ("system", "domain")
"""The kinds whose owner the parts may inherit in another way than usual."""


def inherited(as_of: datetime | None = None) -> dict[int, Inheritance]:
    """How the parts of systems and domains inherit their owner, where that is not the usual way. One query."""
    said = versions(as_of).filter(kind__in=_INHERITED, data__has_key="owner_inherited")
    return {of: Inheritance(data["owner_inherited"]) for of, data in said.values_list("entity_id", "data")}


class Around:
    """Who owns what, and what is part of what, at a moment: for all entities or for some."""

    def __init__(
        self, names: Mapping[int, Ref], pairs: Iterable[tuple[str, int, int]], inherited: Mapping[int, Inheritance]
    ) -> None:
        self.names = names
        self.inherited = inherited
        self.owner: dict[int, int] = {}
        self.wholes: defaultdict[int, list[int]] = defaultdict(list)
        for kind, source, target in pairs:
            if kind == RelationKind.OWNS:
                self.owner[target] = source
            else:
                self.wholes[source].append(target)

    @classmethod
    def of(cls, ids: Collection[int] | None, as_of: datetime | None) -> Around:
        """What is around these entities; None is all."""
        found = at_moment(RelationInterval.objects.all(), as_of)
        owns, part_of = found.filter(kind=RelationKind.OWNS), found.filter(kind=RelationKind.PART_OF)
        columns = ("kind", "source_id", "target_id")
        if ids is None:
            everything = [*owns.values_list(*columns), *part_of.values_list(*columns)]
            return cls(_names(None, as_of), everything, inherited(as_of))
        pairs: list[tuple[str, int, int]] = []
        seen, waiting = set(ids), set(ids)
        while waiting:
            above = list(part_of.filter(source_id__in=waiting).values_list(*columns))
            waiting = {target for _, _, target in above} - seen
            seen |= waiting
            pairs += above
        ways = inherited(as_of) if pairs else {}
        pairs += owns.filter(target_id__in=seen).values_list(*columns)
        names = _names(seen | {source for _, source, _ in pairs}, as_of)
        return cls(names, pairs, ways)

    def around(self, of: int) -> Iterator[int]:
        return graph.around(of, lambda inner: self.wholes.get(inner, ()), lambda whole: self.names[whole].kind)

    def owners(self, of: int) -> tuple[Ref, ...]:
        """The owner, and those that are inherited of what is around; teams and persons have none."""
        how = self.inherited
        found = graph.owners(self.around(of), self.owner.get, lambda one: how.get(one, Inheritance.FALLBACK))
        return tuple(self.names[one] for one in found)

    def system(self, of: int) -> Ref | None:
        return self._whole(of, "system")

    def domain(self, of: int) -> Ref | None:
        return self._whole(of, "domain")

    def _whole(self, of: int, kind: str) -> Ref | None:
        refs = (self.names[whole] for whole in self.around(of) if whole != of)
        return next((ref for ref in refs if ref.kind == kind), None)
