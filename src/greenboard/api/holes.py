"""What nobody answers for."""

from __future__ import annotations

from typing import ClassVar

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from greenboard.api import answers, shown
from greenboard.api.guard import READ, sight
from greenboard.api.query import CURSOR, One, Paged, fields_of, key, several
from greenboard.api.schemas import Listed, Shown
from greenboard.catalog.ownership import Hole
from greenboard.core import clock
from greenboard.facts import answering
from greenboard.facts.answering import Unanswered

router = Router(tags=["Catalog"])


class HoleShown(Shown):
    """An entity that nobody answers for, or not when it is needed, and why."""

    names: ClassVar = ("ref",)
    ref: str
    why: list[Hole]
    owner: str | None
    url: str


class HolePage(Listed):
    holes: list[HoleShown]


class HolesAsked(Paged):
    cursor: One = CURSOR
    fields: str | None = fields_of(HoleShown)
    why: list[Hole] = several(description="Why nobody answers.")


@router.get("/holes", auth=READ, response=HolePage)
def holes(request: HttpRequest, asked: Query[HolesAsked]) -> HttpResponse:
    """Entities that nobody answers for: no owner, one whose people all left, or nobody who is here on call.

    Who is here counts as of now, whatever moment is asked for.
    """
    after = key(asked.cursor)
    found = answering.holes(sight(request), asked.as_of, clock.now())
    fitting = [one for one in found if not asked.why or {*asked.why} & {*one.why}]
    left = [one for one in fitting if after is None or one.id > after[0]]
    rows = left[: asked.limit]
    next_ = (rows[-1].id,) if len(left) > len(rows) else None
    return answers.listing(request, HolePage, map(_shown, rows), next_, asked.fields)


def _shown(one: Unanswered) -> HoleShown:
    owner = str(one.owner) if one.owner else None
    return HoleShown(ref=str(one.ref), why=list(one.why), owner=owner, url=shown.address(one.ref))
