"""The pages of scorecards."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from greenboard.access.decide import Permission, may, require, sight
from greenboard.results import store as results
from greenboard.web import asked as address
from greenboard.web import causes, content, trends, words
from greenboard.web.faults import explained
from greenboard.web.menus import choices, spans
from greenboard.web.scorecard.model import GROUPS, card, sections, spread
from greenboard.web.standing import mean_score


@require(Permission.READ)
@explained
def listing(request: HttpRequest) -> HttpResponse:
    """Every scorecard with where its entities stand."""
    asked = address.read(request)
    seen = sight(request.user)
    cards = [card(one, results.levels(one.name, asked.as_of, sight=seen), asked) for one in content.scorecards()]
    return render(request, "scorecards.html", {"asked": asked, "cards": cards})


@require(Permission.READ)
@explained
def page(request: HttpRequest, name: str) -> HttpResponse:
    """Who is where, moving which way, and which rules hold them there."""
    asked = address.since(address.read(request), "90d")
    scorecard = content.scorecard(name)
    seen = sight(request.user)
    levels = results.levels(scorecard.name, asked.as_of, sight=seen)
    rows = results.results(scorecard.name, asked.as_of, sight=seen)
    points = results.trend(scorecard.name, asked.since, asked.as_of, sight=seen)
    changes = results.changes(scorecard.name, asked.since, asked.as_of, sight=seen) if asked.get("since") else []
    context = {
        "asked": asked,
        "scorecard": scorecard,
        "may_edit": may(request.user, Permission.RULES_WRITE),
        "mix": spread(scorecard, levels, asked),
        "score": words.score(mean_score(levels)),
        "figure": trends.levels(scorecard, points),
        "sections": sections(scorecard, rows, asked),
        "by": choices("by", "Rules", [(group, f"By {group}") for group in GROUPS], asked),
        "spans": spans(asked, "90d"),
        "digest": causes.digest(changes, scorecard, asked, most=20),
    }
    return render(request, "scorecard.html", context)
