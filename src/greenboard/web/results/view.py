"""The page of results behind a number, and its exports."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from greenboard.access.decide import Permission, require, sight
from greenboard.catalog import store as catalog
from greenboard.results import store
from greenboard.web import asked as address
from greenboard.web import content, export, selection, words
from greenboard.web.faults import explained
from greenboard.web.results.model import COLUMNS, MOST, build, choose, exported


@require(Permission.READ)
@explained
def listing(request: HttpRequest, as_file: str = "") -> HttpResponse:
    """Single results, filtered by everything that a number can be about."""
    asked = address.read(request)
    scorecard = content.scorecard(asked.get("scorecard"))
    seen = sight(request.user)
    everything = catalog.entities(asked.as_of, sight=seen)
    shown = selection.matching(everything, asked)
    rows = store.results(scorecard.name, asked.as_of, rule=asked.get("rule") or None, sight=seen)
    page, found = build(scorecard, shown, choose(scorecard, shown, rows, asked), asked)
    if as_file:
        return export.table(as_file, "results", COLUMNS, exported(found, scorecard))
    judged = {row.entity for row in rows}
    context = {
        "asked": asked,
        "scorecard": scorecard,
        "listing": page,
        "menus": selection.menus([stored for stored in everything if stored.entity.ref in judged], asked),
        "chips": selection.chips(asked),
        "found": words.count(page.found, "result"),
        "most": MOST if page.found > MOST else 0,
    }
    return render(request, "results.html", context)
