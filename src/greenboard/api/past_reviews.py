"""Reviews that others held, as they were imported: read only, for those who see everything."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import BaseModel, Field

from greenboard.api import answers
from greenboard.api.guard import READ, sight
from greenboard.api.query import Asked, Limit, Number, One, Text, cursor, key
from greenboard.api.schemas import Listed
from greenboard.reviews.models import PastReview
from greenboard.reviews.past import keeping

router = Router(tags=["Reviews"])
_ONE = "/reviews/past/{int:number}"
Stage = Literal["alpha", "beta", "stable", "deprecated", "disabled", "removed"]


class PastShown(BaseModel):
    """A review that others held. `number` counts the versions of one; `until` is when its source said otherwise."""

    id: int
    source: str
    commit: str
    name: str
    title: str
    number: int
    approved: list[str] = Field(description="The stages that somebody approved.")
    answered: int
    digest: str = Field(description="SHA-256 of what `GET .../evidence` gives.")
    since: datetime
    until: datetime | None


class PastPage(Listed):
    reviews: list[PastShown]


class PastAsked(Asked):
    limit: Limit = Field(default=50, description="How many at most.")
    cursor: One = Field(default=None, description="Where to go on: `next` of the page before.")
    stage: Stage | None = Field(default=None, description="Only what was approved for a stage.")
    q: Text = Field(default="", description="Only those whose title or name has this in it.")


@router.get("/reviews/past", auth=READ, response=PastPage)
def past_reviews(request: HttpRequest, asked: Query[PastAsked]) -> HttpResponse:
    """What holds of past reviews, in the order in which they were kept."""
    rows, after = keeping.past(sight(request)).order_by("pk").defer("text"), key(asked.cursor)
    rows = rows.filter(pk__gt=after[0]) if after else rows
    rows = rows.filter(approved__contains=asked.stage) if asked.stage else rows
    if asked.q:
        rows = rows.filter(title__icontains=asked.q) | rows.filter(name__icontains=asked.q)
    found = list(rows[: asked.limit + 1])
    shown = found[: asked.limit]
    next_ = (shown[-1].pk,) if len(found) > asked.limit else None
    page = PastPage(reviews=[_shown(row) for row in shown], next=cursor(next_))
    return answers.paged(answers.kept(request, page), request, next_)


@router.get(_ONE, auth=READ, response=PastShown)
def past_review(request: HttpRequest, number: Path[Number]) -> HttpResponse:
    """One of them, also one that another version followed."""
    return answers.kept(request, _shown(keeping.find(number, sight(request))))


@router.get(f"{_ONE}/evidence", auth=READ, response=dict)
def past_review_evidence(request: HttpRequest, number: Path[Number]) -> HttpResponse:
    """Its approvals, answers and files, byte for byte as they were digested."""
    return answers.kept(request, keeping.find(number, sight(request)).text)


def _shown(row: PastReview) -> PastShown:
    return PastShown(
        id=row.pk,
        source=row.source,
        commit=row.corpus.commit,
        name=row.name,
        title=row.title,
        number=row.number,
        approved=row.approved.split(),
        answered=row.answered,
        digest=row.digest,
        since=row.valid_from,
        until=row.valid_to,
    )
