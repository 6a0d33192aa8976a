"""The board's page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from greenboard.access.decide import Permission, require
from greenboard.core.once import once
from greenboard.results.changes import changes
from greenboard.web import asked as address
from greenboard.web import causes, content, selection
from greenboard.web.board.behind import behind
from greenboard.web.board.model import GROUPS, build
from greenboard.web.faults import explained
from greenboard.web.menus import choices, pardons, spans
from greenboard.web.seen import numbers, seen


@require(Permission.READ)
@explained
def board(request: HttpRequest) -> HttpResponse:
    """Is it green, what is not, since when, whose."""
    with once():
        return _board(request)


def _board(request: HttpRequest) -> HttpResponse:
    asked = address.read(request)
    scorecard = content.scorecard(asked.get("scorecard"))
    found = seen(request, scorecard, asked)
    if not found.visible.any():
        return render(request, "empty.html", {"as_of": asked.as_of, "now_url": asked.here(as_of=None)})
    shown = found.index.matching(found.judged, asked.filters)
    late = behind(request, found, shown, asked)
    happened = changes(scorecard.name, asked.since, asked.as_of)
    context = {
        "asked": asked,
        "scorecard": scorecard,
        "board": build(scorecard, found, shown, asked, late.marked if late else None),
        "behind": late,
        "digest": causes.newest(found, numbers(shown), happened, scorecard, asked),
        "menus": (*selection.menus(found.index, found.judged, asked), *pardons(found, asked)),
        "chips": selection.chips(asked),
        "by": choices("by", "Group by", [(name, f"By {name}") for name in GROUPS], asked),
        "scorecards": choices("scorecard", "Scorecard", [(one.name, one.title) for one in content.scorecards()], asked),
        "spans": spans(asked),
        "judged": len(numbers(found.judged)),
    }
    return render(request, "board.html", context)
