"""The audit log, as it was written."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import BaseModel, Field

from greenboard.access import audit, chain
from greenboard.access.audit import Wanted
from greenboard.api import answers
from greenboard.api.guard import AUDIT
from greenboard.api.query import Asked, Limit, Moment, One, Text, cursor, key
from greenboard.api.schemas import Listed

router = Router(tags=["Audit log"])


class LineShown(BaseModel):
    """A line. Its digest is SHA-256 over all other fields as JSON: keys sorted, no spaces, ASCII only."""

    number: int
    at: str = Field(description="RFC 3339, with six digits of a second.")
    actor_kind: str
    actor: str
    via: str
    address: str
    request: str
    action: str
    target: str
    before: str = Field(description="JSON as text, as it was written; empty: nothing.")
    after: str
    previous: str = Field(description="The digest of the line before.")
    digest: str


class LinePage(Listed):
    lines: list[LineShown]


class LinesAsked(Asked):
    limit: Limit = Field(default=50, description="How many at most.")
    cursor: One = Field(default=None, description="Where to go on: `next` of the page before.")
    actor: Text = Field(default="", description="Part of the name of whoever acted.")
    action: Text = Field(default="", description="Beginning of the action, such as `grant.`.")
    target: Text = Field(default="", description="Part of what it was done to.")
    start: Moment = Field(default=None, description="From this moment on.")
    end: Moment = Field(default=None, description="Up to this moment, itself excluded.")


@router.get("/audit", auth=AUDIT, response=LinePage)
def lines(request: HttpRequest, asked: Query[LinesAsked]) -> HttpResponse:
    """Lines of the audit log, newest first."""
    below = key(asked.cursor)
    wanted = Wanted(asked.actor, asked.action, asked.target, asked.start, asked.end)
    found = list(audit.search(wanted, below=below[0] if below else None)[: asked.limit + 1])
    shown = found[: asked.limit]
    next_ = (shown[-1].number,) if len(found) > asked.limit else None
    page = LinePage(lines=[_shown(vars(row)) for row in shown], next=cursor(next_))
    return answers.paged(answers.kept(request, page), request, next_)


def _shown(row: dict[str, str | int | datetime]) -> LineShown:
    at = row["at"]
    assert isinstance(at, datetime)
    return LineShown.model_validate({name: row[name] for name in (*chain.COVERED, "digest")} | {"at": chain.moment(at)})
