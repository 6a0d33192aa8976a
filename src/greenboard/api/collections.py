"""Collections of a connection: begun, watched and stopped; what is gone; what was discovered; messages of the tool."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from ninja.errors import AuthenticationError
from pydantic import BaseModel, Field

from greenboard.access.permissions import Permission
from greenboard.api import answers
from greenboard.api.connections import ConnectionName
from greenboard.api.guard import CONNECTIONS, CONNECTIONS_READ, Claimed, author, sight
from greenboard.api.query import Asked, Limit, Name, Namespace, Number, One, RefText, cursor, key
from greenboard.api.query import Kind as KindText
from greenboard.api.schemas import Listed
from greenboard.api.shapes import Strict
from greenboard.collection import deciding, discovering, hearing, models, running
from greenboard.collection.discovering import Name as EntityName
from greenboard.collection.jobs import collection as workflow
from greenboard.collection.types import Kind, RemovalState, Standing, State
from greenboard.connections import store
from greenboard.connections.store import NoConnection
from greenboard.connections.types import Refused
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.core.refs import DEFAULT_NAMESPACE, Ref

router = Router(tags=["Connections"])
_COLLECTIONS = "/connections/{name}/collections"
_SUBJECT = "/connections/{name}/subjects/{int:number}"
_REMOVAL = "/connections/{name}/removals/{int:number}"


class NoCollection(UserError):
    """There is none of that number."""

    status = 404


class CollectionGiven(Strict):
    """`trial`: say what would change, and write nothing."""

    kind: Kind = Kind.WHOLE


class CollectionShown(BaseModel):
    """One pull through a connection. `progress` is [done, total] by stream, `complete` by fact type."""

    id: int
    kind: Kind
    state: State
    asked_by: str
    asked_at: datetime
    now: datetime | None
    ended_at: datetime | None
    progress: dict[str, list[int | None]]
    streams: dict[str, dict[str, int]]
    complete: dict[str, bool]
    faults: list[dict[str, Any]]
    outcome: dict[str, Any]
    error: str


class CollectionPage(Listed):
    collections: list[CollectionShown]


class Paging(Asked):
    limit: Limit = Field(default=50, description="How many at most.")
    cursor: One = Field(default=None, description="Where to go on: `next` of the page before.")


class RemovalShown(BaseModel):
    """What a tool no longer shows, of one fact type. One that waits stays until somebody confirms it."""

    id: int
    type: str
    state: RemovalState
    at: datetime
    count: int
    total: int
    decided_by: str
    decided_at: datetime | None


class RemovalPage(Listed):
    removals: list[RemovalShown]


class RemovalDecided(Strict):
    """`confirm` or `refuse` what waits, or `undo` what went."""

    decision: Literal["confirm", "refuse", "undo"]


class SubjectShown(BaseModel):
    """Something that the tool shows. `why` is the match that named the entity, or the several candidates."""

    id: int
    stream: str
    subject: str
    kinds: list[str]
    title: str
    link: str
    standing: Standing
    decided: bool
    entity: str | None
    why: str
    candidates: list[str]
    seen_at: datetime


class SubjectPage(Listed):
    subjects: list[SubjectShown]


class AbsentPage(Listed):
    """Entities that the catalog has, of kinds that the tool could show, and nothing at the tool is one of."""

    entities: list[str]


class SubjectsAsked(Paging):
    standing: Standing | None = Field(default=None, description="Only those.")


class SubjectDecided(Strict):
    """`accept` it as an entity, `ignore` it, `create` an entity of it, or `reconsider` what was decided."""

    decision: Literal["accept", "ignore", "create", "reconsider"]
    entity: RefText | None = Field(default=None, description="The entity that it is, to accept it.")
    kind: KindText | None = Field(default=None, description="The kind of the entity that is created.")
    namespace: Namespace = DEFAULT_NAMESPACE
    name: Name | None = Field(default=None, description="Its name; left out, it follows from the title.")


class MessageTaken(BaseModel):
    """How many things are looked at again because of a message."""

    refreshed: int


@router.get(_COLLECTIONS, auth=CONNECTIONS_READ, response=CollectionPage)
def list_collections(request: HttpRequest, name: Path[ConnectionName], asked: Query[Paging]) -> HttpResponse:
    """The collections of a connection, newest first."""
    rows = models.Collection.objects.filter(connection=store.find(name)).order_by("-id")
    found, next_ = _part(rows, asked)
    page = CollectionPage(collections=[_collection(row) for row in found], next=cursor(next_))
    return answers.paged(answers.kept(request, page), request, next_)


@router.post(_COLLECTIONS, auth=CONNECTIONS, response={202: CollectionShown})
def start_collection(request: HttpRequest, name: Path[ConnectionName], given: CollectionGiven) -> HttpResponse:
    """Collect now, or try what that would change."""
    row = running.start(store.find(name), workflow, kind=given.kind, by=author(request))
    return answers.told(_collection(row), 202)


@router.get(f"{_COLLECTIONS}/{{int:number}}", auth=CONNECTIONS_READ, response=CollectionShown)
def get_collection(request: HttpRequest, name: Path[ConnectionName], number: Path[Number]) -> HttpResponse:
    """One collection, while it runs or afterwards."""
    return answers.kept(request, _collection(_find(name, number)))


@router.post(f"{_COLLECTIONS}/{{int:number}}/stop", auth=CONNECTIONS, response={202: CollectionShown})
def stop_collection(request: HttpRequest, name: Path[ConnectionName], number: Path[Number]) -> HttpResponse:
    """Stop a collection; what it saw until then stays."""
    row = _find(name, number)
    running.stop(row, by=author(request))
    return answers.told(_collection(row), 202)


@router.get("/connections/{name}/removals", auth=CONNECTIONS_READ, response=RemovalPage)
def list_removals(request: HttpRequest, name: Path[ConnectionName], asked: Query[Paging]) -> HttpResponse:
    """What the tool no longer shows, newest first."""
    rows = models.Removal.objects.filter(connection=store.find(name)).order_by("-id")
    found, next_ = _part(rows, asked)
    page = RemovalPage(removals=[_removal(row) for row in found], next=cursor(next_))
    return answers.paged(answers.kept(request, page), request, next_)


@router.post(_REMOVAL, auth=CONNECTIONS, response=RemovalShown)
def decide_removal(
    request: HttpRequest, name: Path[ConnectionName], number: Path[Number], given: RemovalDecided
) -> HttpResponse:
    """Decide about what the tool no longer shows."""
    row = deciding.removal(store.find(name), number)
    deciding.decide(row, given.decision, clock.now(), by=author(request))
    row.refresh_from_db()
    return answers.told(_removal(row))


@router.get("/connections/{name}/subjects", auth=CONNECTIONS_READ, response=SubjectPage)
def list_subjects(request: HttpRequest, name: Path[ConnectionName], asked: Query[SubjectsAsked]) -> HttpResponse:
    """What the tool shows, and which entities it is taken for."""
    rows = models.Subject.objects.filter(connection=store.find(name), gone=False).select_related("look").order_by("-id")
    if asked.standing is not None:
        rows = rows.filter(standing=asked.standing.value)
    found, next_ = _part(rows, asked)
    shown = _subjects(request, found)
    page = SubjectPage(subjects=shown, next=cursor(next_))
    return answers.paged(answers.kept(request, page), request, next_)


@router.get("/connections/{name}/absent", auth=CONNECTIONS_READ, response=AbsentPage)
def list_absent(request: HttpRequest, name: Path[ConnectionName], asked: Query[Paging]) -> HttpResponse:
    """What the catalog has and the tool does not show, by reference."""
    several = discovering.absent(store.find(name), sight(request))
    begin = (key(asked.cursor) or (0,))[0]
    end = begin + asked.limit
    next_ = (end,) if end < len(several) else None
    page = AbsentPage(entities=[str(one.ref) for one in several[begin:end]], next=cursor(next_))
    return answers.paged(answers.kept(request, page), request, next_)


@router.post(_SUBJECT, auth=CONNECTIONS, response=SubjectShown)
def decide_subject(
    request: HttpRequest, name: Path[ConnectionName], number: Path[Number], given: SubjectDecided
) -> HttpResponse:
    """Say what something of the tool is. To create an entity also needs the permission to change the catalog."""
    row = discovering.find(store.find(name), number)
    by = author(request)
    if given.decision == "accept":
        if given.entity is None:
            raise UserError("no entity is named", expected="entity, such as service:default/checkout")
        discovering.accept(row, Ref.parse(given.entity), sight(request), by=by)
    elif given.decision == "create":
        reach = sight(request, Permission.CATALOG_WRITE)
        if reach.nothing:
            raise PermissionDenied(Permission.CATALOG_WRITE.value)
        if given.kind is None:
            raise UserError("no kind is named", expected="kind, such as service")
        discovering.create(row, EntityName(given.kind, given.name or "", given.namespace), reach, by=by)
    elif given.decision == "ignore":
        discovering.ignore(row)
    else:
        discovering.reconsider(row)
    return answers.told(_subjects(request, [discovering.find(row.connection, number)])[0])


@router.post("/connections/{name}/messages", auth=Claimed(), response={202: MessageTaken})
def hear_tool(request: HttpRequest, name: Path[ConnectionName]) -> HttpResponse:
    """Take in a message of the connected tool, signed as the tool does, and look again at what it is about."""
    try:
        count = hearing.hear(store.find(name), dict(request.headers), request.body, clock.now())
    except (Refused, NoConnection):  # who is not the tool does not learn which connections there are
        raise AuthenticationError from None
    return answers.told(MessageTaken(refreshed=count), 202)


def _part(rows: Any, asked: Paging) -> tuple[list[Any], tuple[int, ...] | None]:
    """A page of rows in the order of falling numbers."""
    before = key(asked.cursor)
    found = list((rows if before is None else rows.filter(id__lt=before[0]))[: asked.limit + 1])
    kept = found[: asked.limit]
    return kept, ((kept[-1].pk,) if len(found) > asked.limit else None)


def _find(name: str, number: int) -> models.Collection:
    rows = models.Collection.objects.select_related("connection")
    row = rows.filter(connection=store.find(name), pk=number).first()
    if row is None:
        raise NoCollection(f"{name} has no collection {number}")
    return row


def _collection(row: models.Collection) -> CollectionShown:
    names = ("asked_by", "asked_at", "now", "ended_at", "progress", "streams", "faults", "outcome", "error")
    told = {name: getattr(row, name) for name in names}
    return CollectionShown(
        id=row.pk, kind=Kind(row.kind), state=State(row.state), complete=row.complete.get("types", {}), **told
    )


def _removal(row: models.Removal) -> RemovalShown:
    names = ("type", "at", "count", "total", "decided_by", "decided_at")
    return RemovalShown(id=row.pk, state=RemovalState(row.state), **{name: getattr(row, name) for name in names})


def _subjects(request: HttpRequest, rows: list[models.Subject]) -> list[SubjectShown]:
    there = discovering.seen(rows, sight(request))
    names = ("stream", "subject", "kinds", "title", "link", "decided", "why")
    return [
        SubjectShown(
            id=row.pk,
            seen_at=row.seen,
            standing=Standing(row.standing),
            entity=str(entity) if (entity := there.entity(row)) else None,
            candidates=[str(ref) for ref in there.candidates(row)],
            **{name: getattr(row, name) for name in names},
        )
        for row in rows
    ]
