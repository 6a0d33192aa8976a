"""The catalog's page and its exports."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from greenboard.access.decide import Permission, require, sight
from greenboard.catalog import store as catalog
from greenboard.results import store as results
from greenboard.web import asked as address
from greenboard.web import content, export, selection, words
from greenboard.web.catalog.model import COLUMNS, build, exported
from greenboard.web.faults import explained


@require(Permission.READ)
@explained
def listing(request: HttpRequest, as_file: str = "") -> HttpResponse:
    """What exists, found by words and filters; with `as_file` as CSV or JSON."""
    asked = address.read(request)
    scorecard = content.scorecard(asked.get("scorecard"))
    seen = sight(request.user)
    everything = catalog.entities(asked.as_of, sight=seen)
    levels = results.levels(scorecard.name, asked.as_of, sight=seen)
    page, found = build(everything, levels, scorecard, asked)
    if as_file:
        return export.table(as_file, "entities", COLUMNS, exported(found, levels))
    if not everything:
        return render(request, "empty.html", {"as_of": asked.as_of, "now_url": asked.here(as_of=None)})
    wanted = ("team", "tier", "domain", "system", "tag", "lifecycle")
    context = {
        "asked": asked,
        "catalog": page,
        "menus": selection.menus(everything, asked, wanted),
        "chips": selection.chips(asked),
        "found": words.count(page.found, "entity", "entities"),
    }
    return render(request, "catalog.html", context)
