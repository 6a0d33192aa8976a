"""Reading the catalog: entities, relations, teams, kinds and tags, as of any moment."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import Field

from greenboard.api import answers, schemas, shown
from greenboard.api.guard import READ, sight
from greenboard.api.query import (
    CURSOR,
    AtMoment,
    Kind,
    Name,
    Namespace,
    OfEntities,
    One,
    Paged,
    RefText,
    Text,
    fields_of,
    refs,
    several,
)
from greenboard.catalog import kinds, listing, store
from greenboard.catalog.sight import covered
from greenboard.catalog.store import Related, Stored, Version, Wanted
from greenboard.catalog.types import KINDS, Entity, RelationKind
from greenboard.core.errors import UserError
from greenboard.core.refs import Ref

router = Router(tags=["Catalog"])
ENTITY = "/entities/{kind}/{namespace}/{name}"


class NoEntity(UserError):
    """There is, or was at the moment, no entity of that reference."""

    status = 404


class EntitiesAsked(OfEntities, Paged):
    cursor: One = CURSOR
    fields: str | None = fields_of(schemas.Entity)


class RelationsAsked(Paged):
    cursor: One = CURSOR
    fields: str | None = fields_of(schemas.Relation)
    kind: list[RelationKind] = several(description="Kind of the relation.")
    source: RefText | None = Field(default=None, description="Relations from this entity.")
    target: RefText | None = Field(default=None, description="Relations to this entity.")
    about: RefText | None = Field(default=None, description="Relations from or to this entity.")


class TeamsAsked(Paged):
    cursor: One = CURSOR
    fields: str | None = fields_of(schemas.Team)
    text: Text = Field(default="", description="All of these words are in name, title, description or tags.")


class EntityAsked(AtMoment):
    fields: str | None = fields_of(schemas.Entity)


@router.get("/entities", auth=READ, response=schemas.EntityPage)
def entities(request: HttpRequest, asked: Query[EntitiesAsked]) -> HttpResponse:
    """Entities that all filters let through, in the order in which they were first known."""
    page = listing.entities(asked.chosen(sight(request), asked.as_of), asked.part, asked.as_of)
    return answers.listing(request, schemas.EntityPage, map(entity_shown, page.rows), page.next, asked.fields)


@router.get(ENTITY, auth=READ, response=schemas.Entity)
def entity(
    request: HttpRequest, kind: Path[Kind], namespace: Path[Namespace], name: Path[Name], asked: Query[EntityAsked]
) -> HttpResponse:
    """One entity. Its ETag is what `If-Match` takes when it is changed."""
    stored = store.find(named(kind, namespace, name), asked.as_of, sight=sight(request))
    if stored is None:
        raise absent(named(kind, namespace, name))
    return answers.one(request, entity_shown(stored), asked.fields)


@router.get(f"{ENTITY}/history", auth=READ, response=schemas.VersionList)
def history(request: HttpRequest, kind: Path[Kind], namespace: Path[Namespace], name: Path[Name]) -> HttpResponse:
    """Every version of an entity, oldest first, also under other names."""
    ref = named(kind, namespace, name)
    versions = store.history(ref) if covered(sight(request), [ref]) else []
    if not versions:
        raise absent(ref)
    return answers.several(request, schemas.VersionList, map(_version, versions), None)


@router.get("/relations", auth=READ, response=schemas.RelationPage)
def relations(request: HttpRequest, asked: Query[RelationsAsked]) -> HttpResponse:
    """Relations between entities, each as often as descriptors declare it."""
    source, target, about = (
        None if text is None else refs([text])[0] for text in (asked.source, asked.target, asked.about)
    )
    page = listing.relations(
        asked.part, asked.as_of, kinds=asked.kind, source=source, target=target, about=about, sight=sight(request)
    )
    return answers.listing(request, schemas.RelationPage, map(_relation, page.rows), page.next, asked.fields)


@router.get("/teams", auth=READ, response=schemas.TeamPage)
def teams(request: HttpRequest, asked: Query[TeamsAsked]) -> HttpResponse:
    """Teams with their people."""
    seen = sight(request)
    chosen = listing.choose(Wanted(text=asked.text, kinds=["team"], sight=seen), asked.as_of)
    page = listing.entities(chosen, asked.part, asked.as_of)
    ids = [stored.id for stored in page.rows]
    people, owned = listing.members(ids, asked.as_of, sight=seen), listing.owned(ids, asked.as_of, sight=seen)
    rows = [_team(stored, people[stored.id], owned[stored.id]) for stored in page.rows]
    return answers.listing(request, schemas.TeamPage, rows, page.next, asked.fields)


@router.get("/kinds", auth=READ, response=schemas.KindList)
def kinds_(request: HttpRequest) -> HttpResponse:
    """Every kind that an entity may be of."""
    built = [schemas.KindShown(name=name, title="", description="", builtin=True, properties={}) for name in KINDS]
    own = [
        schemas.KindShown(
            name=kind.name,
            title=kind.title,
            description=kind.description,
            builtin=False,
            properties=dict(kind.properties),
        )
        for kind in kinds.named((*kinds.shipped(), *store.kinds())).values()
    ]
    return answers.kept(request, schemas.KindList(kinds=[*built, *own]))


@router.get("/tags", auth=READ, response=schemas.TagList)
def tags(request: HttpRequest, asked: Query[AtMoment]) -> HttpResponse:
    """Every tag in use."""
    return answers.kept(request, schemas.TagList(tags=store.tags(asked.as_of, sight=sight(request))))


def named(kind: str, namespace: str, name: str) -> Ref:
    """The reference that an address spells out."""
    return Ref(kind.lower(), namespace.lower(), name.lower())


def absent(ref: Ref) -> NoEntity:
    """The refusal of an entity that is not there."""
    return NoEntity(f"no entity {ref}", hint="It may have been renamed, or not exist at that moment.")


def entity_shown(stored: Stored) -> schemas.Entity:
    """An entity as it is answered."""
    entity = stored.entity
    return schemas.Entity(
        ref=str(entity.ref),
        kind=entity.ref.kind,
        namespace=entity.ref.namespace,
        name=entity.ref.name,
        title=entity.title,
        description=entity.description,
        tier=entity.tier,
        lifecycle=entity.lifecycle,
        tags=list(entity.tags),
        links=_links(entity),
        contacts=_contacts(entity),
        annotations=dict(entity.annotations),
        properties=dict(entity.properties),
        data_classification=entity.data_classification,
        discovered=entity.discovered,
        external_dependencies=_external(entity),
        path=entity.path,
        place=str(entity.place) if entity.place else None,
        owner=_text(stored.owner),
        owners=[str(ref) for ref in stored.owners],
        system=_text(stored.system),
        domain=_text(stored.domain),
        since=stored.since,
        url=shown.address(entity.ref),
    )


def _links(entity: Entity) -> list[schemas.Link]:
    return [schemas.Link(url=link.url, title=link.title, kind=link.kind) for link in entity.links]


def _contacts(entity: Entity) -> list[schemas.Contact]:
    return [schemas.Contact(kind=contact.kind, address=contact.address) for contact in entity.contacts]


def _external(entity: Entity) -> list[schemas.ExternalDependency] | None:
    if entity.external_dependencies is None:
        return None
    return [
        schemas.ExternalDependency(name=one.name, critical=one.critical, slo_pct=one.slo_pct)
        for one in entity.external_dependencies
    ]


def _text(ref: Ref | None) -> str | None:
    return None if ref is None else str(ref)


def _team(stored: Stored, members: list[Ref], owns: int) -> schemas.Team:
    entity = stored.entity
    return schemas.Team(
        ref=str(entity.ref),
        name=entity.ref.name,
        title=entity.title,
        description=entity.description,
        links=_links(entity),
        contacts=_contacts(entity),
        members=[str(ref) for ref in members],
        owns=owns,
        since=stored.since,
        url=shown.address(entity.ref),
    )


def _version(version: Version) -> schemas.Version:
    entity = version.entity
    return schemas.Version(
        since=version.since,
        until=version.until,
        cause=version.cause,
        ref=str(entity.ref),
        title=entity.title,
        description=entity.description,
        tier=entity.tier,
        lifecycle=entity.lifecycle,
        tags=list(entity.tags),
        properties=dict(entity.properties),
    )


def _relation(found: Related) -> schemas.Relation:
    relation = found.relation
    return schemas.Relation(
        kind=relation.kind.value,
        source=str(relation.source),
        target=str(relation.target),
        declared_by=str(relation.declarer),
        path=relation.path,
        place=str(relation.place) if relation.place else None,
        cause=found.cause,
        since=found.since,
        until=found.until,
    )
