"""The catalog's page and its exports."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from greenboard.access.decide import Permission, require
from greenboard.web import asked as address
from greenboard.web import content, export, selection, words
from greenboard.web.catalog.model import COLUMNS, build, exported
from greenboard.web.faults import explained
from greenboard.web.menus import pardons
from greenboard.web.seen import seen


@require(Permission.READ)
@explained
def listing(request: HttpRequest, as_file: str = "") -> HttpResponseBase:
    """What exists, found by words and filters; with `as_file` as CSV or JSON."""
    asked = address.read(request)
    scorecard = content.scorecard(asked.get("scorecard"))
    everything = seen(request, scorecard, asked)
    page, found = build(everything, scorecard, asked)
    if as_file:
        return export.table(as_file, "entities", COLUMNS, exported(everything, found))
    if not page.total:
        return render(request, "empty.html", {"as_of": asked.as_of, "now_url": asked.here(as_of=None)})
    wanted = ("team", "tier", "domain", "system", "tag", "lifecycle")
    context = {
        "asked": asked,
        "catalog": page,
        "menus": (*selection.menus(everything.index, everything.visible, asked, wanted), *pardons(everything, asked)),
        "chips": selection.chips(asked),
        "found": words.count(page.found, "entity", "entities"),
    }
    return render(request, "catalog.html", context)
