"""The page of results behind a number, and its exports."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from greenboard.access.decide import Permission, require
from greenboard.web import asked as address
from greenboard.web import content, export, selection, words
from greenboard.web.faults import explained
from greenboard.web.results.model import COLUMNS, build, choose, exported
from greenboard.web.seen import seen


@require(Permission.READ)
@explained
def listing(request: HttpRequest, as_file: str = "") -> HttpResponseBase:
    """Single results, filtered by everything that a number can be about."""
    asked = address.read(request)
    scorecard = content.scorecard(asked.get("scorecard"))
    everything = seen(request, scorecard, asked)
    shown = everything.index.matching(everything.judged, asked.filters)
    chosen = choose(scorecard, everything, shown, asked)
    if as_file:
        return export.table(as_file, "results", COLUMNS, exported(scorecard, chosen, asked))
    page = build(scorecard, chosen, asked)
    context = {
        "asked": asked,
        "scorecard": scorecard,
        "listing": page,
        "menus": selection.menus(everything.index, everything.judged, asked),
        "chips": selection.chips(asked),
        "found": words.count(page.found, "result"),
    }
    return render(request, "results.html", context)
