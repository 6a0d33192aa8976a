"""The lists: tools that can be connected, and those that are."""

from __future__ import annotations

from collections import Counter

from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from greenboard.access.decide import Permission, may, require
from greenboard.collection import models
from greenboard.collection.types import RemovalState
from greenboard.connections import discovery, quality, store
from greenboard.core import clock
from greenboard.web import words
from greenboard.web.connections.model import Line, line


@require(Permission.CONNECTIONS_READ)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Every connection and how it fares."""
    found = _lines()
    context = {
        "lines": found,
        "found": words.count(len(found), "connection"),
        "may_manage": may(request.user, Permission.CONNECTIONS_MANAGE),
    }
    return render(request, "connections.html", context)


def _lines() -> list[Line]:
    now, known = clock.now(), discovery.found()
    newest = models.Collection.objects.values("connection").annotate(last=Max("id")).values_list("last", flat=True)
    last = {row.connection_id: row for row in models.Collection.objects.filter(pk__in=list(newest))}
    waiting = models.Removal.objects.filter(state=RemovalState.WAITING.value)
    counts = dict(waiting.values("connection").annotate(count=Count("id")).values_list("connection", "count"))
    titles = {name: one.manifest.title for name, one in known.items()}
    return [
        line(row, titles.get(row.integration, row.integration), last.get(row.pk), counts.get(row.pk, 0), now)
        for row in store.connections()
    ]


@require(Permission.CONNECTIONS_READ)
@require_safe
def integrations(request: HttpRequest) -> HttpResponse:
    """Every tool that can be connected."""
    wanted = request.GET.get("q", "").strip().lower()
    used = Counter(row.integration for row in store.connections())
    found = [
        {
            "manifest": one.manifest,
            "types": sorted(one.provides()),
            "used": used[name],
            "quality": quality.shown(one.folder),
        }
        for name, one in discovery.found().items()
        if wanted in f"{name} {one.manifest.title} {one.manifest.category} {one.manifest.summary}".lower()
    ]
    context = {
        "integrations": found,
        "found": words.count(len(found), "integration"),
        "q": wanted,
        "may_manage": may(request.user, Permission.CONNECTIONS_MANAGE),
    }
    return render(request, "integrations.html", context)
