"""Facts that the catalog itself states: what was declared of an entity, and what follows from it.

`complete` says that the catalog is all there is: what it does not have is known to be absent.
Otherwise (one repository, looked at alone) only that counts as absent for which the descriptor is
the one place to say it: description, tags, links, the list of dependencies. An entity that no
descriptor declares has no such place.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from greenboard.catalog import graph, parts
from greenboard.catalog.ownership import People
from greenboard.catalog.types import Declared, Entity, Inheritance, Link, Relation, RelationKind
from greenboard.core.errors import Place
from greenboard.core.refs import Ref
from greenboard.facts.observed import PROPERTIES
from greenboard.facts.types import Fact, FieldValue, Source, SourceKind, Struct, Value

_FEEDBACK = {"issues": "issue_tracker", "form": "form", "forum": "forum"}
_GROUPS = ("team", "person", "system", "domain")
Fields = dict[str, FieldValue | None]
NOBODY = People()


@dataclass(frozen=True)
class Said:
    """One fact in the making: type, fields (None is unknown), where single ones stand."""

    type: str
    value: Fields | tuple[Struct, ...]
    places: Mapping[str, str]


@dataclass(frozen=True)
class Part:
    """That only some entities of a whole catalog are described, and what of it is known besides what is declared.

    `properties` and `people` say whether any entity has words of its own, and whether members of teams are kept.
    """

    about: Collection[Ref]
    properties: bool
    people: bool


def describe(
    declared: Declared, now: datetime, *, complete: bool, part: Part | None = None, people: People = NOBODY
) -> list[Fact]:
    """The facts that follow from what was declared together, entity by entity in their order.

    With a `part`, what is declared is the neighbourhood of some entities as a whole catalog has it. `people` is what
    accounts say besides.
    """
    if part is None:
        web, entities = _Web(graph.resolve(declared), people, complete=complete), declared.entities
    else:
        web = _Web(declared, people, complete=complete)
        web.has_properties, web.knows_people = part.properties, part.people
        entities = tuple(entity for entity in declared.entities if entity.ref in part.about)
    return [_fact(entity, said, now, complete=complete) for entity in entities for said in _all(entity, web)]


def _all(entity: Entity, web: _Web) -> Iterator[Said]:
    found = (*(step(entity, web) for step in _FROM_RELATIONS), *(step(entity) for step in _FROM_ENTITY))
    return (said for said in found if said is not None)


def _fact(entity: Entity, said: Said, now: datetime, *, complete: bool) -> Fact:
    kind = SourceKind.CATALOG if complete or entity.discovered else SourceKind.DESCRIPTOR
    source = Source(kind, kind.value, _at(entity.place))
    value: Value
    if isinstance(said.value, tuple):
        value = said.value
    else:
        value = {key: part for key, part in said.value.items() if part is not None}
    return Fact(entity.ref, said.type, value, source, now, said.places)


def _at(place: Place | None) -> str:
    """A place as evidence carries it."""
    if place is None:
        return ""
    return f"{place.path}:{place.line}" if place.line else place.path


class _Web:
    """The declared entities with their relations in both directions."""

    def __init__(self, declared: Declared, people: People, *, complete: bool) -> None:
        self.complete, self.people = complete, people
        self.entities = {entity.ref: entity for entity in declared.entities}
        self.outgoing: defaultdict[tuple[Ref, RelationKind], list[Relation]] = defaultdict(list)
        self.incoming: defaultdict[tuple[Ref, RelationKind], list[Relation]] = defaultdict(list)
        for relation in declared.relations:
            self.outgoing[relation.source, relation.kind].append(relation)
            self.incoming[relation.target, relation.kind].append(relation)

    @cached_property
    def has_properties(self) -> bool:
        """Whether any entity says something in words of its own."""
        return any(entity.properties for entity in self.entities.values())

    def owner(self, ref: Ref) -> tuple[Relation, bool] | None:
        """The relation that names the owner, and whether it is that of something around the entity."""
        for around in self.around(ref):
            entity = self.entities.get(around)
            if around != ref and entity is not None and entity.owner_inherited is Inheritance.NONE:
                continue
            for relation in self.incoming[around, RelationKind.OWNS]:
                return relation, around != ref
        return None

    def around(self, ref: Ref) -> Iterator[Ref]:
        """The entity, and what it is part of."""
        return graph.around(ref, self._wholes, lambda whole: whole.kind)

    def _wholes(self, ref: Ref) -> Iterator[Ref]:
        return (relation.target for relation in self.outgoing[ref, RelationKind.PART_OF])

    def part_of(self, ref: Ref, kind: str) -> Ref | None:
        """The system or domain that an entity is part of, through other ones too."""
        return next((around for around in self.around(ref) if around.kind == kind and around != ref), None)

    def team(self, owner: Ref) -> Entity | None:
        return self.entities.get(owner)

    @cached_property
    def knows_people(self) -> bool:
        """Whether the membership of teams is kept here at all."""
        return bool(self.people.joined) or any(kind is RelationKind.MEMBER_OF for _, kind in self.outgoing)

    def members(self, team: Ref) -> set[Ref] | None:
        """Members of a team and the teams in it who have not left; None where nobody says who they are."""
        teams, waiting = {team}, [team]
        while waiting:
            inner = {part.source for part in self.incoming[waiting.pop(), RelationKind.PART_OF]} - teams
            teams |= inner
            waiting += inner
        found = {member.source for each in teams for member in self.incoming[each, RelationKind.MEMBER_OF]}
        found |= {person for each in teams for person in self.people.joined.get(each, ())}
        if not found and not (self.complete and self.knows_people):
            return None
        return {person for person in found if not self._left(person)}

    def _left(self, person: Ref) -> bool:
        if person in self.people.gone:
            return True
        known = self.entities.get(person)
        return known is not None and (known.properties.get("active") is False or known.lifecycle == "retired")

    def dependencies(self, ref: Ref) -> list[Relation]:
        return [*self.outgoing[ref, RelationKind.DEPENDS_ON], *self.outgoing[ref, RelationKind.CONSUMES]]

    def dependents(self, ref: Ref) -> set[Ref]:
        """What depends on an entity, or calls an API that it provides."""
        apis = [ref, *(relation.target for relation in self.outgoing[ref, RelationKind.PROVIDES])]
        direct = {relation.source for relation in self.incoming[ref, RelationKind.DEPENDS_ON]}
        return direct | {relation.source for api in apis for relation in self.incoming[api, RelationKind.CONSUMES]}

    def tier(self, ref: Ref) -> int | None:
        """The tier of an entity; of an API that has none, that of its only provider."""
        entity = self.entities.get(ref)
        if entity is not None and entity.tier is None and ref.kind == "api":
            providers = self.incoming[ref, RelationKind.PROVIDES]
            entity = self.entities.get(providers[0].source) if len(providers) == 1 else None
        return entity.tier if entity else None


def _entity(entity: Entity, web: _Web) -> Said:
    owner = web.owner(entity.ref)
    stated = not entity.discovered
    system, domain = (web.part_of(entity.ref, kind) for kind in ("system", "domain"))
    fields: Fields = {
        "kind": entity.ref.kind,
        "name": entity.ref.name,
        "namespace": entity.ref.namespace,
        "title": entity.title if entity.title or stated else None,
        "description": entity.description if entity.description or stated else None,
        "tier": entity.tier,
        "lifecycle": entity.lifecycle,
        "tags": entity.tags if entity.tags or stated else None,
        "owner": str(owner[0].source) if owner else None,
        "system": str(system) if system else None,
        "domain": str(domain) if domain else None,
        "data_classification": entity.data_classification,
        "link_kinds": _kinds(entity) if entity.links or stated else None,
        "discovered": entity.discovered,
    }
    places = {"owner": _at(owner[0].place)} if owner and owner[0].place else {}
    return Said("entity", fields, places)


def _kinds(entity: Entity) -> tuple[str, ...]:
    return tuple(sorted({link.kind for link in entity.links if link.kind}))


def _ownership(entity: Entity, web: _Web) -> Said | None:
    if entity.ref.kind in ("team", "person"):
        return None
    found = web.owner(entity.ref)
    if found is None:
        return Said("ownership", {"declared": False}, {}) if web.complete else None
    relation, inherited = found
    owner = relation.source
    is_team = owner.kind == "team"
    known = web.team(owner) is not None
    members = web.members(owner) if is_team and known else None
    fields: Fields = {
        "declared": True,
        "owner": str(owner),
        "is_team": is_team,
        # A single repository cannot know which teams there are: only that one is declared in it.
        "team_known": known and is_team if known or web.complete else None,
        "active_members": None if members is None else len(members),
        # Where no provider says who is in any team, nothing is known of it.
        "synced": owner in web.people.synced if is_team and web.people.synced else None,
        "last_synced_at": web.people.synced.get(owner) if is_team else None,
        "inherited": inherited,
    }
    told = ("declared", "owner", "is_team", "inherited") if relation.place else ()
    return Said("ownership", fields, {name: _at(relation.place) for name in told})


def _contact(entity: Entity, web: _Web) -> Said | None:
    """Contacts of the entity itself, and of the team or person that owns it."""
    owner = web.owner(entity.ref)
    team = web.team(owner[0].source) if owner else None
    found: dict[str, dict[str, None]] = {"chat": {}, "escalation": {}, "email": {}, "person": {}}
    for each in (entity, team):
        for contact in each.contacts if each else ():
            found.get(contact.kind, {})[contact.address] = None
        for link in each.links if each else ():
            if link.kind == "chat":
                found["chat"][link.url] = None
    if owner and owner[0].source.kind == "person":
        found["person"][str(owner[0].source)] = None
    absent: tuple[str, ...] | None = () if web.complete else None
    fields: Fields = {
        "chat_channels": tuple(found["chat"]) or absent,
        "escalation": tuple(found["escalation"]) or absent,
        "emails": tuple(found["email"]) or absent,
        "people": tuple(found["person"]) or absent,
    }
    return Said("contact", fields, {}) if any(part is not None for part in fields.values()) else None


def _dependency_map(entity: Entity, web: _Web) -> Said | None:
    if entity.ref.kind in (*_GROUPS, "repository"):
        return None
    relations = web.dependencies(entity.ref)
    targets = tuple(dict.fromkeys(relation.target for relation in relations))
    declared = entity.dependencies_declared or bool(relations)
    unknown = tuple(str(target) for target in targets if target not in web.entities)
    dependents = sorted(map(str, web.dependents(entity.ref)))
    fields: Fields = {
        "declared": declared if declared or web.complete or not entity.discovered else None,
        "dependencies": tuple(map(str, targets)) if declared else None,
        "dependents": tuple(dependents) if web.complete else None,
        "unresolved": unknown if declared and (web.complete or not unknown) else None,
        "less_critical": _less_critical(entity, targets, web) if declared else None,
    }
    if all(part is None for part in fields.values()):
        return None
    places = {"dependencies": _at(relations[0].place)} if relations and relations[0].place else {}
    return Said("dependency_map", fields, places)


def _less_critical(entity: Entity, targets: tuple[Ref, ...], web: _Web) -> tuple[str, ...] | None:
    """Dependencies of a lower tier. Known as soon as there is one, or when no tier is unknown."""
    own = entity.tier
    if own is None:
        return None if targets else ()
    tiers = [(target, web.tier(target)) for target in targets]
    found = tuple(str(target) for target, tier in tiers if tier is not None and tier > own)
    return found if found or all(tier is not None for _, tier in tiers) else None


def _properties(entity: Entity, web: _Web) -> Said | None:
    """What the descriptor says in words of its own, as it says it; where nobody does, nothing."""
    if entity.discovered or not web.has_properties:
        return None
    plain = {key: value for key, value in parts.plain(entity.properties).items() if not isinstance(value, Mapping)}
    return Said(
        PROPERTIES, {key: tuple(value) if isinstance(value, list) else value for key, value in plain.items()}, {}
    )


def _runbook(entity: Entity) -> Said | None:
    found: dict[str, Struct] = {}
    for link in _linked(entity, "runbook"):
        found.setdefault(link.url, {"path": link.url, "title": link.title} if link.title else {"path": link.url})
    return _listed("runbook", found)


def _user_docs(entity: Entity) -> Said | None:
    return _listed("user_docs", {link.url: {"path": link.url} for link in _linked(entity, "docs")})


def _dashboard(entity: Entity) -> Said | None:
    found: dict[str, Struct] = {}
    for link in _linked(entity, "dashboard"):
        name = link.title if link.title and link.title not in found else link.url
        found.setdefault(name, {"name": name, "url": link.url})
    return _listed("dashboard", found)


def _feedback(entity: Entity) -> Said | None:
    found: dict[str, Struct] = {}
    for link in _linked(entity, *_FEEDBACK):
        kind = _FEEDBACK[link.kind]
        found.setdefault(kind, {"kind": kind, "url": link.url})
    return _listed("feedback", found)


def _linked(entity: Entity, *kinds: str) -> Iterator[Link]:
    return (link for link in entity.links if link.kind in kinds)


def _listed(type_: str, found: Mapping[str, Struct]) -> Said | None:
    """A fact of the links that were found. No link states no absence: the thing may be elsewhere."""
    return Said(type_, tuple(found.values()), {}) if found else None


def _external(entity: Entity) -> Said | None:
    """What it needs of other companies; an empty list is the explicit none."""
    if entity.external_dependencies is None:
        return None
    items: list[Struct] = []
    for each in entity.external_dependencies:
        stated = {"name": each.name, "critical": each.critical, "slo_pct": each.slo_pct}
        items.append({key: value for key, value in stated.items() if value is not None})
    return Said("external_dependency", tuple(items), {})


_FROM_RELATIONS: tuple[Callable[[Entity, _Web], Said | None], ...] = (
    _entity,
    _ownership,
    _contact,
    _dependency_map,
    _properties,
)
_FROM_ENTITY: tuple[Callable[[Entity], Said | None], ...] = (_runbook, _dashboard, _user_docs, _feedback, _external)
