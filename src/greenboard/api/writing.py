"""Changing the catalog and stating facts, one by one or very many at once, all or nothing."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import Field

from greenboard.access.decide import Permission
from greenboard.api import answers, bulk, catalog, facts, schemas, written
from greenboard.api.bulk import Bulk, FactsBody, RelationGiven
from greenboard.api.catalog import ENTITY, absent, entity_shown, named
from greenboard.api.guard import DECLARE, STATE, sight
from greenboard.api.query import Asked, Kind, Name, Namespace, RefText
from greenboard.catalog import store
from greenboard.catalog.locking import lock
from greenboard.catalog.native import Description, EntityModel
from greenboard.catalog.sight import covered
from greenboard.catalog.store import Stored
from greenboard.catalog.types import Relation, RelationKind
from greenboard.core.errors import UserError
from greenboard.facts import pushing
from greenboard.facts.pushing import Reach, Taken

router = Router(tags=["Facts"])
# What changes a thing is joined to the router that reads it: one address has one router.
CAUSE = "api"
_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of the entity as you know it: where it was changed meanwhile, 412.",
    "schema": {"type": "string", "maxLength": 200},
}


class Changed(UserError):
    """It is not as whoever asks knows it."""

    status = 412


class RelationAsked(Asked):
    kind: RelationKind = Field(description="Kind of the relation.")
    source: RefText = Field(description="The entity that it starts from.")
    target: RefText = Field(description="The entity that it leads to.")
    declared_by: RefText | None = Field(
        default=None, description="The end that says so, where it is not the usual one."
    )


@catalog.router.put(
    ENTITY,
    auth=DECLARE,
    response={200: schemas.Entity, 201: schemas.Entity},
    openapi_extra={"parameters": [_MATCH]},
)
def state_entity(
    request: HttpRequest, kind: Path[Kind], namespace: Path[Namespace], name: Path[Name], said: Description
) -> HttpResponse:
    """Make an entity be what is said, with the relations it declares: those not said any more end."""
    ref = named(kind, namespace, name)
    with transaction.atomic():
        lock()
        before = store.find(ref, sight=sight(request, Permission.CATALOG_WRITE))
        _expect(request, before)
        model = EntityModel(
            kind=ref.kind, name=ref.name, namespace=ref.namespace, **said.model_dump(exclude_unset=True)
        )
        pushing.take(bulk.single(model), reach(request), cause=CAUSE)
        after = store.find(ref)
        assert after is not None, "it was just saved"
        return answers.written(entity_shown(after), 200 if before else 201)


@catalog.router.delete(ENTITY, auth=DECLARE, response={204: None}, openapi_extra={"parameters": [_MATCH]})
def withdraw_entity(
    request: HttpRequest, kind: Path[Kind], namespace: Path[Namespace], name: Path[Name]
) -> HttpResponse:
    """Retire an entity that was stated by API, with the relations that it declares. Its past stays."""
    ref = named(kind, namespace, name)
    with transaction.atomic():
        lock()
        before = store.find(ref, sight=sight(request, Permission.CATALOG_WRITE))
        if before is None:
            raise absent(ref)
        _expect(request, before)
        pushing.withdraw([ref])
    return HttpResponse(status=204)


@catalog.router.put("/relations", auth=DECLARE, response=written.Taken)
def state_relation(request: HttpRequest, said: RelationGiven) -> HttpResponse:
    """Make a relation hold, besides those that its entity declares. The next word on that entity ends it."""
    return _taken(request, Bulk(relations=[said]))


@catalog.router.delete("/relations", auth=DECLARE, response={204: None})
def withdraw_relation(request: HttpRequest, asked: Query[RelationAsked]) -> HttpResponse:
    """End a relation that was stated by API."""
    said = RelationGiven(kind=asked.kind, source=asked.source, target=asked.target, declared_by=asked.declared_by)
    relation: Relation = bulk.relation(said)
    if not covered(sight(request, Permission.CATALOG_WRITE), [relation.declarer]):
        raise absent(relation.declarer)
    pushing.unrelate(relation)
    return HttpResponse(status=204)


@facts.router.post("/facts", auth=STATE, response=written.Taken)
def push_facts(request: HttpRequest, said: FactsBody) -> HttpResponse:
    """State facts, and gaps where a look failed; up to 10,000, all or nothing.

    A source speaks for everything it says of one type about one entity: what it said before and leaves out ends.
    """
    return _taken(request, Bulk(facts=said.facts, gaps=said.gaps))


@router.post("/bulk", auth=STATE, response=written.Taken)
def push_bulk(request: HttpRequest, said: Bulk) -> HttpResponse:
    """Entities, relations, facts and gaps together; up to 10,000, all or nothing. Refusals name each by its pointer."""
    return _taken(request, said)


def reach(request: HttpRequest) -> Reach:
    """What whoever asks may change."""
    return Reach(sight(request, Permission.CATALOG_WRITE), sight(request, Permission.FACTS_WRITE), request.user)


def _taken(request: HttpRequest, said: Bulk) -> HttpResponse:
    allowed = reach(request)
    if (said.entities or said.relations) and allowed.catalog.nothing:
        raise PermissionDenied(Permission.CATALOG_WRITE.value)
    if (said.facts or said.gaps) and allowed.facts.nothing:
        raise PermissionDenied(Permission.FACTS_WRITE.value)
    pushed = bulk.read(said)
    return answers.told(taken_shown(pushing.take(pushed, allowed, cause=CAUSE)))


def taken_shown(taken: Taken) -> written.Taken:
    """What came of a write as it is answered."""
    saved, recorded = taken.saved, taken.recorded
    return written.Taken(
        at=taken.at,
        entities=written.TakenEntities(
            created=len(saved.created), changed=len(saved.changed), unchanged=saved.unchanged
        ),
        relations=written.TakenRelations(begun=saved.relations_begun, ended=saved.relations_ended),
        facts=written.TakenFacts(began=recorded.began, ended=recorded.ended, same=recorded.same),
    )


def _expect(request: HttpRequest, before: Stored | None) -> None:
    """Refuse where an entity is not as the request expects it (RFC 9110, 13.1)."""
    tag = answers.tag(entity_shown(before)) if before else None
    wanted = answers.tags(request, "If-Match")
    if wanted and (tag is None or (tag not in wanted and "*" not in wanted)):
        raise Changed("the entity was changed meanwhile", expected=", ".join(wanted), got=tag, hint="Read it again.")
    if tag is not None and "*" in answers.tags(request, "If-None-Match"):
        raise Changed("the entity exists already", hint="Leave `If-None-Match` out to change it.")
