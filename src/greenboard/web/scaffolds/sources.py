"""The sources of scaffolds: git repositories that are read from time to time."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from greenboard.access.decide import Permission, require
from greenboard.connections import store as connections
from greenboard.core import clock
from greenboard.scaffolds import forge, reserving, sources, store
from greenboard.scaffolds.models import Packed, Source
from greenboard.web import words
from greenboard.web.acting import act, text

_FIELDS = ("name", "address", "branch", "folder", "connection")


@require(Permission.SCAFFOLDS_MANAGE)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Every source, and the form that adds one."""
    return _page(request)


def _page(request: HttpRequest, *, error: str = "") -> HttpResponse:
    now, counts = clock.now(), dict[int, int]()
    for number in Packed.objects.filter(current=True).values_list("source_id", flat=True):
        counts[number] = counts.get(number, 0) + 1
    rows = Source.objects.order_by("name")
    lines = [{"row": row, "looked": words.when(row.looked_at, now), "count": counts.get(row.pk, 0)} for row in rows]
    kept = reserving.reserved()
    context = {
        "error": error,
        "forges": [{"forge": one, "who": ", ".join(kept.get(one.name, ()))} for one in forge.forges()],
        "lines": lines,
        "connections": [row.name for row in connections.connections() if row.enabled],
        "given": {name: text(request, name) for name in _FIELDS} if request.method == "POST" else {},
        "trusted": text(request, "trusted") == "on" and bool(error),
    }
    return render(request, "scaffold_sources.html", context)


@require(Permission.SCAFFOLDS_MANAGE)
@require_POST
def put(request: HttpRequest) -> HttpResponse:
    """Add a source, or change the one of its name."""
    name, address, branch, folder, connection = (text(request, name) for name in _FIELDS)
    wish = sources.Wish(name, address, branch, folder, connection, text(request, "trusted") == "on")
    by = str(request.user.get_username())
    return act(request, lambda: sources.put(wish, by, clock.now()), _page, "scaffold-sources")


@require(Permission.SCAFFOLDS_MANAGE)
@require_POST
def look(request: HttpRequest, name: str) -> HttpResponse:
    """Have a source read now."""
    return act(request, lambda: sources.wake(store.source(name)), _page, "scaffold-sources")


@require(Permission.SCAFFOLDS_MANAGE)
@require_POST
def remove(request: HttpRequest, name: str) -> HttpResponse:
    """Forget a source."""
    return act(request, lambda: sources.remove(name), _page, "scaffold-sources")


@require(Permission.SCAFFOLDS_MANAGE)
@require_POST
def reserve(request: HttpRequest, name: str) -> HttpResponse:
    """Say which teams and roles may use a connection with scaffolds."""
    who = text(request, "who").split(",")
    return act(request, lambda: reserving.put(name, who), _page, "scaffold-sources")
