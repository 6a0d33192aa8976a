"""The board's page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from greenboard.access.decide import Permission, require, sight
from greenboard.catalog import store as catalog
from greenboard.results import store as results
from greenboard.web import asked as address
from greenboard.web import causes, content, selection
from greenboard.web.board.model import GROUPS, build
from greenboard.web.faults import explained
from greenboard.web.menus import choices, spans


@require(Permission.READ)
@explained
def board(request: HttpRequest) -> HttpResponse:
    """Is it green, what is not, since when, whose."""
    asked = address.read(request)
    scorecard = content.scorecard(asked.get("scorecard"))
    seen = sight(request.user)
    entities = catalog.entities(asked.as_of, sight=seen)
    if not entities:
        return render(request, "empty.html", {"as_of": asked.as_of, "now_url": asked.here(as_of=None)})
    levels = results.levels(scorecard.name, asked.as_of, sight=seen)
    judged = {row.entity for row in levels}
    candidates = [stored for stored in entities if stored.entity.ref in judged]
    shown = selection.matching(candidates, asked)
    rows = results.results(scorecard.name, asked.as_of, sight=seen) if shown else []
    changes = results.changes(scorecard.name, asked.since, asked.as_of, sight=seen)
    context = {
        "asked": asked,
        "scorecard": scorecard,
        "board": build(scorecard, shown, levels, rows, asked),
        "digest": causes.digest(causes.within(changes, (stored.entity.ref for stored in shown)), scorecard, asked),
        "menus": selection.menus(candidates, asked),
        "chips": selection.chips(asked),
        "by": choices("by", "Group by", [(name, f"By {name}") for name in GROUPS], asked),
        "scorecards": choices("scorecard", "Scorecard", [(one.name, one.title) for one in content.scorecards()], asked),
        "spans": spans(asked),
        "judged": len(judged),
    }
    return render(request, "board.html", context)
