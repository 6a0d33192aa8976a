"""The pages of scorecards."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from greenboard.access.decide import Permission, may, require
from greenboard.results import store as results
from greenboard.results.tallies import Standing, standing
from greenboard.web import asked as address
from greenboard.web import content, trends, words
from greenboard.web.faults import explained
from greenboard.web.menus import choices, spans
from greenboard.web.scorecard.model import GROUPS, card, sections, spread
from greenboard.web.seen import Seen, seen


@require(Permission.READ)
@explained
def listing(request: HttpRequest) -> HttpResponse:
    """Every scorecard with where its entities stand."""
    asked = address.read(request)
    cards = [card(one, _stand(seen(request, one, asked)), asked) for one in content.scorecards()]
    return render(request, "scorecards.html", {"asked": asked, "cards": cards})


@require(Permission.READ)
@explained
def page(request: HttpRequest, name: str) -> HttpResponse:
    """Who is where, moving which way, and which rules hold them there."""
    asked = address.since(address.read(request), "90d")
    scorecard = content.scorecard(name)
    found = seen(request, scorecard, asked)
    points = results.trend(scorecard.name, asked.since, asked.as_of, sight=found.sight)
    stand = _stand(found)
    context = {
        "asked": asked,
        "scorecard": scorecard,
        "may_edit": may(request.user, Permission.RULES_WRITE),
        "mix": spread(scorecard, stand, asked),
        "score": words.score(stand.score),
        "figure": trends.levels(scorecard, points),
        "sections": sections(scorecard, found, asked),
        "by": choices("by", "Rules", [(group, f"By {group}") for group in GROUPS], asked),
        "spans": spans(asked, "90d"),
    }
    return render(request, "scorecard.html", context)


def _stand(found: Seen) -> Standing:
    return standing(found.matrix, found.columns(found.visible))
