"""The page of what I and my teams own."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from greenboard.access.decide import Permission, may, require
from greenboard.access.models import Person
from greenboard.catalog.teams import Belonging, belonging
from greenboard.core.refs import Ref
from greenboard.results.changes import changes
from greenboard.web import asked as address
from greenboard.web import causes, content, links, panels
from greenboard.web.asked import Asked
from greenboard.web.faults import explained
from greenboard.web.menus import choices, spans
from greenboard.web.mine.model import build, owned
from greenboard.web.seen import Seen, numbers, seen


@dataclass(frozen=True)
class Team:
    """A team of mine; one that may not be seen, or that nobody declares, has no address."""

    name: str
    url: str
    within: bool


@require(Permission.READ)
@explained
def page(request: HttpRequest) -> HttpResponse:
    """What do I own, and what should I do next? Who is in which team counts as of now, whatever day is shown."""
    asked = address.read(request)
    scorecard = content.scorecard(asked.get("scorecard"))
    assert isinstance(request.user, Person)
    mine = belonging(request.user)
    found = seen(request, scorecard, asked)
    own = owned(found, mine.owners)
    happened = changes(scorecard.name, asked.since, asked.as_of)
    context = {
        "asked": asked,
        "scorecard": scorecard,
        "teams": _teams(mine, found, asked),
        "mine": build(found, own, mine.owners, scorecard, asked),
        "digest": causes.newest(found, numbers(own), happened, scorecard, asked, most=20),
        "scorecards": choices("scorecard", "Scorecard", [(one.name, one.title) for one in content.scorecards()], asked),
        "spans": spans(asked),
        "panels": panels.of_home(panels.Home(request, mine, scorecard, asked)),
        "may_manage": may(request.user, Permission.PEOPLE_MANAGE),
    }
    return render(request, "mine.html", context)


def _teams(mine: Belonging, found: Seen, asked: Asked) -> list[Team]:
    return [_team(ref, found, asked, within=ref in mine.within) for ref in (*mine.teams, *mine.within)]


def _team(ref: Ref, found: Seen, asked: Asked, *, within: bool) -> Team:
    return Team(ref.short, asked.to(links.entity(ref)) if found.find(ref) else "", within)
