"""The page of one connection, of one of its collections, and what can be done there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from greenboard.access import audit
from greenboard.access.decide import Permission, may, require
from greenboard.collection import deciding, models, reaching, running, supplying
from greenboard.collection.deciding import Decision
from greenboard.collection.jobs import collection as workflow
from greenboard.collection.jobs import retirement
from greenboard.collection.types import OPEN, Kind, RemovalState, Standing
from greenboard.connections import discovery, service, store
from greenboard.connections.models import Connection
from greenboard.connections.store import NoConnection
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.web import content, links, words
from greenboard.web.acting import act, refused, text
from greenboard.web.connections import model

_RUNS = 12
_COSTS = 25


def found(name: str) -> Connection:
    """The connection of an address, or the page that says there is none."""
    try:
        return store.find(name)
    except NoConnection as error:
        raise Http404(str(error)) from None


@require(Permission.CONNECTIONS_READ)
@require_safe
def page(request: HttpRequest, name: str) -> HttpResponse:
    """One connection: how it fares, what it supplies and what it costs."""
    return Page(name)(request)


class Page:
    """Draws the page of one connection."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, request: HttpRequest, *, error: str = "") -> HttpResponse:
        row, now = found(self.name), clock.now()
        declared = discovery.found().get(row.integration)
        last = _last(row)
        context = {
            "error": error,
            "connection": row,
            "integration": declared.manifest if declared else None,
            "every": model.every(row.every),
            "due": words.when(row.due_at, now) if row.due_at and row.enabled else "",
            "open": _open(row),
            "last": model.run(last, now) if last else None,
            "faults": model.faults(last.faults, content.vocabulary()) if last else (),
            "standing": running.standing(row),
            "tested": _tested(row),
            "may_manage": may(request.user, Permission.CONNECTIONS_MANAGE),
            **_parts(row, last),
        }
        return render(request, "connection.html", context)


def _parts(row: Connection, last: models.Collection | None) -> dict[str, Any]:
    """What is below: runs, what is gone, what is supplied, what it costs."""
    now, vocabulary = clock.now(), content.vocabulary()
    declared = discovery.found().get(row.integration)
    fields = declared.provides() if declared else {}
    counted = models.Observation.objects.filter(subject__connection=row, subject__standing=Standing.MATCHED.value)
    counts = dict(counted.exclude(value=None).values("type").annotate(count=Count("id")).values_list("type", "count"))
    runs = models.Collection.objects.filter(connection=row).select_related("connection").order_by("-id")[:_RUNS]
    removals = [model.gone(one, vocabulary, now) for one in _removals(row)]
    return {
        "runs": [model.run(one, now) for one in runs],
        "waiting": [one for one in removals if one.waits],
        "gone": [one for one in removals if not one.waits],
        "supplied": model.supplied(fields, counts, last.complete.get("types", {}) if last else {}, vocabulary),
        "budget": model.hourly(supplying.budget(row, now)),
        "calls": sorted(supplying.calls(row).items(), key=lambda one: (-one[1], one[0])),
        "costs": _costs(row),
    }


def _removals(row: Connection) -> list[models.Removal]:
    rows = models.Removal.objects.filter(connection=row).order_by("-id")
    waiting = list(rows.filter(state=RemovalState.WAITING.value))
    return [*waiting, *rows.exclude(state__in=(RemovalState.WAITING.value, RemovalState.OVER.value))[:_RUNS]]


def _costs(row: Connection) -> list[tuple[str, str, int, int]]:
    """The rules that need calls through the connection: title, address, calls, and those that no other rule needs."""
    rules = {links.rule(card.name, rule.id): rule for card in content.scorecards() for rule in card.rules}
    costs = supplying.of_rules(row, {url: rule.reads for url, rule in rules.items()})
    return [(rules[one.rule].title, one.rule, one.calls, one.alone) for one in costs[:_COSTS]]


def _tested(row: Connection) -> dict[str, Any] | None:
    if not row.tested:
        return None
    return {**row.tested, "at": words.when(row.tested_at, clock.now())}


def _last(row: Connection) -> models.Collection | None:
    ended = models.Collection.objects.filter(connection=row, kind=Kind.WHOLE.value, ended_at__isnull=False)
    return ended.select_related("connection").order_by("-id").first()


def _open(row: Connection) -> model.Run | None:
    waiting = models.Collection.objects.filter(connection=row, state__in=[one.value for one in OPEN])
    one = waiting.select_related("connection").first()
    return model.run(one, clock.now()) if one else None


@require(Permission.CONNECTIONS_READ)
@require_safe
def progress(request: HttpRequest, name: str) -> HttpResponse:
    """How far the open collection is; asked for again and again while it runs."""
    row = found(name)
    context = {
        "connection": row,
        "open": _open(row),
        "may_manage": may(request.user, Permission.CONNECTIONS_MANAGE),
    }
    answer = render(request, "parts/progress.html", context)
    if context["open"] is None:
        answer["HX-Refresh"] = "true"
    return answer


@require(Permission.CONNECTIONS_READ)
@require_safe
def collection(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """One collection: what could not be looked at, and of a trial what would change."""
    row = found(name)
    one = models.Collection.objects.filter(connection=row, pk=number).select_related("connection").first()
    if one is None:
        raise Http404("no such collection")
    vocabulary = content.vocabulary()
    context = {
        "connection": row,
        "run": model.run(one, clock.now()),
        "faults": model.faults(one.faults, vocabulary),
        "streams": sorted(one.streams.items()),
        "types": _changes(one.outcome.get("types", {})),
        "shown": one.outcome.get("shown", []),
        "standing": one.outcome.get("subjects", {}),
    }
    return render(request, "collection.html", context)


def _changes(types: Mapping[str, Mapping[str, int]]) -> list[tuple[str, str, list[int]]]:
    """By fact type: title, address, and how many would be added, changed, stay and be gone."""
    vocabulary = content.vocabulary()
    return [
        (
            model.type_title(name, vocabulary),
            links.fact_type(name),
            [figures.get(what, 0) for what in ("added", "changed", "same", "gone")],
        )
        for name, figures in types.items()
    ]


@require(Permission.CONNECTIONS_MANAGE)
@require_POST
def test(request: HttpRequest, name: str) -> HttpResponse:
    """Ask the tool for a little of everything."""
    row = found(name)

    def ask() -> None:
        now = clock.now()
        probe = reaching.reach(row).probe(now)
        service.note_test(row, probe, now)
        audit.note("connection.tested", f"connection:{row.name}", after={"ok": probe.ok})

    return act(request, ask, Page(name), "connection", name)


@require(Permission.CONNECTIONS_MANAGE)
@require_POST
def start(request: HttpRequest, name: str) -> HttpResponse:
    """Collect now, or try what that would change."""
    row, by = found(name), request.user.get_username()
    kind = Kind.TRIAL if text(request, "kind") == Kind.TRIAL else Kind.WHOLE
    return act(request, lambda: running.start(row, workflow, kind=kind, by=by), Page(name), "connection", name)


@require(Permission.CONNECTIONS_MANAGE)
@require_POST
def stop(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """Stop a collection."""
    one = models.Collection.objects.filter(connection=found(name), pk=number).select_related("connection").first()
    if one is None:
        raise Http404("no such collection")
    return act(request, lambda: running.stop(one, by=request.user.get_username()), Page(name), "connection", name)


@require(Permission.CONNECTIONS_MANAGE)
@require_POST
def decide(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """Confirm, refuse or undo what is gone."""
    row, decision, by = found(name), text(request, "decision"), request.user.get_username()
    if decision not in ("confirm", "refuse", "undo"):
        return refused(request, UserError("nothing was decided", expected="confirm, refuse or undo"), Page(name))

    def do() -> None:
        deciding.decide(deciding.removal(row, number), cast("Decision", decision), clock.now(), by=by)

    return act(request, do, Page(name), "connection", name)


@require(Permission.CONNECTIONS_MANAGE)
@require_POST
def remove(request: HttpRequest, name: str) -> HttpResponse:
    """Remove a connection."""
    row = found(name)
    return act(request, lambda: running.retire(row, retirement), Page(name), "connections")
