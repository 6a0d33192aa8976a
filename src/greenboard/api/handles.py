"""Names at other tools: which are certain, which are suggested, and deciding about them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import BaseModel, Field

from greenboard.access.errors import Absent
from greenboard.api import answers
from greenboard.api.guard import PEOPLE, PEOPLE_READ, author
from greenboard.api.people import Username
from greenboard.api.query import Asked, Limit, Number, One, cursor, key
from greenboard.api.schemas import Listed
from greenboard.api.shapes import Strict
from greenboard.core import clock
from greenboard.facts import naming
from greenboard.identity import handles
from greenboard.identity.handles import Seen
from greenboard.identity.models import Handle

router = Router(tags=["People"])
Line = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]+$")]


class HandleGiven(Strict):
    """By which name a tool knows somebody, for certain."""

    person: Username
    tool: Line = Field(max_length=64, examples=["pagerduty"])
    name: Line = Field(max_length=320, examples=["Ada Lovelace"])


class HandleDecision(Strict):
    """Confirm a suggestion, or reject it; a name that was confirmed is taken away by rejecting it."""

    decision: Literal["confirm", "reject"]


class HandleShown(BaseModel):
    """A name by which a tool knows somebody. `why`: what the suggestion rests on."""

    id: int
    person: str
    tool: str
    name: str
    standing: Literal["suggested", "confirmed", "rejected"]
    why: str
    suggested_at: datetime
    confirmed_at: datetime | None
    confirmed_by: str


class HandlePage(Listed):
    handles: list[HandleShown]


class HandlesAsked(Asked):
    limit: Limit = Field(default=50, description="How many at most.")
    cursor: One = Field(default=None, description="Where to go on: `next` of the page before.")
    standing: Literal["suggested", "confirmed", "rejected"] | None = Field(default=None, description="How they stand.")
    person: Username | None = Field(default=None, description="Whose they are, or may be.")


class Suggested(BaseModel):
    suggested: int = Field(description="How many suggestions are new.")


@router.get("/handles", auth=PEOPLE_READ, response=HandlePage)
def list_handles(request: HttpRequest, asked: Query[HandlesAsked]) -> HttpResponse:
    """Names at other tools, in the order in which they were first heard of."""
    rows, after = handles.several(asked.standing, asked.person), key(asked.cursor)
    found = list((rows if after is None else rows.filter(pk__gt=after[0]))[: asked.limit + 1])
    shown = found[: asked.limit]
    next_ = (shown[-1].pk,) if len(found) > asked.limit else None
    page = HandlePage(handles=[_shown(row) for row in shown], next=cursor(next_))
    return answers.paged(answers.kept(request, page), request, next_)


@router.post("/handles", auth=PEOPLE, response={201: HandleShown})
def state_handle(request: HttpRequest, given: HandleGiven) -> HttpResponse:
    """Say by which name a tool knows somebody. Refused where it is somebody else's already."""
    made = handles.state(given.person, Seen(given.tool, given.name), clock.now(), by=author(request))
    return answers.told(_shown(made), 201)


@router.post("/handles/suggest", auth=PEOPLE, response=Suggested)
def suggest_handles(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - the framework passes it
    """Look through the catalog and what tools say for names, and suggest whose they are."""
    now = clock.now()
    return answers.told(Suggested(suggested=handles.suggest(naming.seen(now), now)))


@router.post("/handles/{int:number}", auth=PEOPLE, response=HandleShown)
def decide_handle(request: HttpRequest, number: Path[Number], given: HandleDecision) -> HttpResponse:
    """Confirm or reject a name."""
    _one(number)
    if given.decision == "confirm":
        handles.confirm([number], clock.now(), by=author(request))
    else:
        handles.reject([number], clock.now())
    return answers.told(_shown(_one(number)))


def _one(number: int) -> Handle:
    found = handles.several().filter(pk=number).first()
    if found is None:
        raise Absent(f"no name {number}")
    return found


def _shown(row: Handle) -> HandleShown:
    return HandleShown(
        id=row.pk,
        person=row.person.get_username(),
        tool=row.tool,
        name=row.name,
        standing="confirmed" if row.confirmed_at else "rejected" if row.rejected_at else "suggested",
        why=row.why,
        suggested_at=row.suggested_at,
        confirmed_at=row.confirmed_at,
        confirmed_by=row.confirmed_by,
    )
