"""What was made from scaffolds: listed, watched, tried again."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import BaseModel, Field

from greenboard.access.errors import Absent
from greenboard.api import answers
from greenboard.api.guard import SCAFFOLDS_USE
from greenboard.api.query import Asked, Limit, Number, One, cursor, key
from greenboard.api.schemas import FILE, Listed
from greenboard.scaffolds import allowed, service, store
from greenboard.scaffolds.models import Making
from greenboard.scaffolds.types import Landing, Purpose, State

router = Router(tags=["Scaffolds"])
_MAKING = "/scaffold-makings/{int:number}"
ScaffoldName = Annotated[
    str, Field(pattern=r"^([a-z0-9][a-z0-9-]{0,38}\.)?[a-z0-9][a-z0-9-]{0,62}$", examples=["python-service"])
]


class MakingShown(BaseModel):
    """Something that is made. `pull_request` is its number; it is in force since `landed_at`.

    `left` are the files that were left as the project has them. Secret answers are not among the answers.
    """

    id: int
    scaffold: str
    version: str
    purpose: Purpose
    update_of: int | None
    way: Landing
    state: State
    error: str
    answers: dict[str, Any]
    connection: str
    repository: str
    url: str
    branch: str
    pull_request: int | None
    pull_request_url: str
    entity: str | None
    rule: str
    left: list[str]
    by: str
    began_at: datetime
    ended_at: datetime | None
    landed_at: datetime | None
    closed_at: datetime | None


class MakingList(BaseModel):
    makings: list[MakingShown]


class MakingPage(Listed):
    makings: list[MakingShown]


class MakingsAsked(Asked):
    limit: Limit = Field(default=50, description="How many at most.")
    cursor: One = Field(default=None, description="Where to go on: `next` of the page before.")
    scaffold: ScaffoldName | None = Field(default=None, description="From which scaffold.")
    state: State | None = Field(default=None, description="How far they are.")


@router.get("/scaffold-makings", auth=SCAFFOLDS_USE, response=MakingPage)
def makings(request: HttpRequest, asked: Query[MakingsAsked]) -> HttpResponse:
    """What was made, as far as whoever asks may see it, newest first."""
    before = key(asked.cursor)
    state = asked.state.value if asked.state else ""
    rows = store.makings(allowed.makings(request.user), scaffold=asked.scaffold or "", state=state)
    found = list((rows.filter(pk__lt=before[0]) if before else rows)[: asked.limit + 1])
    part = found[: asked.limit]
    next_ = (part[-1].pk,) if len(found) > asked.limit and part else None
    page = MakingPage(makings=[shown(row) for row in part], next=cursor(next_))
    return answers.paged(answers.kept(request, page), request, next_)


@router.get(_MAKING, auth=SCAFFOLDS_USE, response=MakingShown)
def making(request: HttpRequest, number: Path[Number]) -> HttpResponse:
    """One of them."""
    return answers.kept(request, shown(store.making(number, allowed.makings(request.user))))


@router.get(f"{_MAKING}/files", auth=SCAFFOLDS_USE, openapi_extra=FILE)
def making_files(request: HttpRequest, number: Path[Number]) -> HttpResponse:
    """What was rendered, as a zip file; 404 until then, and when it is not kept any more."""
    row = store.making(number, allowed.makings(request.user))
    tree = Making.objects.values_list("tree", flat=True).get(pk=row.pk)
    if tree is None:
        raise Absent(f"nothing is rendered of making {number}, or it is not kept any more")
    return answers.tagged(request, HttpResponse(bytes(tree), content_type="application/zip"))


@router.post(f"{_MAKING}/retry", auth=SCAFFOLDS_USE, response={202: MakingShown})
def retry_making(request: HttpRequest, number: Path[Number]) -> HttpResponse:
    """Go on with one that failed, where it failed."""
    service.retry(number, request.user)
    return answers.told(shown(store.making(number)), 202)


def shown(row: Making) -> MakingShown:
    """A making as it is answered."""
    ref = store.entity(row)
    return MakingShown(
        id=row.pk,
        scaffold=row.scaffold,
        version=row.version,
        purpose=Purpose(row.purpose),
        update_of=row.first_id,
        way=Landing(row.way),
        state=State(row.state),
        error=row.error,
        answers=row.answers,
        connection=row.connection,
        repository=row.repository,
        url=row.url,
        branch=row.branch if row.commit else "",
        pull_request=row.number,
        pull_request_url=row.pull_url,
        entity=str(ref) if ref else None,
        rule=row.rule,
        left=row.left,
        by=row.by,
        began_at=row.began_at,
        ended_at=row.ended_at,
        landed_at=row.landed_at,
        closed_at=row.closed_at,
    )
