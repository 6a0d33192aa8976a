"""What was made: all of it, and one of them while it is made and after."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from greenboard.access.decide import Permission, require
from greenboard.access.errors import Absent
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.core.refs import Ref
from greenboard.results import store as results
from greenboard.scaffolds import allowed, lagging, service, shelf, store
from greenboard.scaffolds.models import Making
from greenboard.scaffolds.types import Landing, State
from greenboard.web import content, links
from greenboard.web.acting import act
from greenboard.web.scaffolds import model

PAGE = 50
_BEHIND = "behind"
"""Beside the states of makings: what lags behind its scaffold."""


@require(Permission.SCAFFOLDS_USE)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """What was made, the newest first; of one scaffold, in one state, or behind its scaffold."""
    scaffold, state, below = (request.GET.get(name, "") for name in ("scaffold", "state", "below"))
    seen = allowed.makings(request.user)
    rows = store.makings(seen, scaffold=scaffold, state=state if state in {*State} else "")
    if state == _BEHIND:
        rows = rows.filter(pk__in=[one.making for one in lagging.late(seen)])
    if below.isascii() and below.isdecimal() and len(below) < 19:
        rows = rows.filter(pk__lt=int(below))
    found, now = list(rows[: PAGE + 1]), clock.now()
    kept = {name: value for name, value in (("scaffold", scaffold), ("state", state)) if value}
    context = {
        "lines": [model.line(row, now) for row in found[:PAGE]],
        "states": [
            (State.UNDERWAY.value, "Under way"),
            (State.DONE.value, "Done"),
            (State.FAILED.value, "Failed"),
            (_BEHIND, "Behind"),
        ],
        "state": state,
        "scaffold": scaffold,
        "older": f"?{urlencode({**kept, 'below': found[PAGE - 1].pk})}" if len(found) > PAGE else "",
    }
    return render(request, "makings.html", context)


@require(Permission.SCAFFOLDS_USE)
@require_safe
def page(request: HttpRequest, number: int) -> HttpResponse:
    """One making."""
    return _Page(number)(request)


@require(Permission.SCAFFOLDS_USE)
@require_safe
def progress(request: HttpRequest, number: int) -> HttpResponse:
    """How far a making is; asked for again and again while it goes on."""
    return render(request, "parts/making.html", _Page(number).context(request, ""))


@require(Permission.SCAFFOLDS_USE)
@require_safe
def download(request: HttpRequest, number: int) -> HttpResponse:
    """What was rendered, as a zip file."""
    row = _found(request, number)
    tree = Making.objects.values_list("tree", flat=True).get(pk=row.pk)
    if tree is None:
        raise Http404("nothing is rendered yet, or it is not kept any more")
    name = f"{row.scaffold.rpartition('.')[2]}-{row.pk}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(bytes(tree), content_type="application/zip", headers=headers)


@require(Permission.SCAFFOLDS_USE)
@require_POST
def retry(request: HttpRequest, number: int) -> HttpResponse:
    """Go on with one that failed."""
    _found(request, number)
    return act(request, lambda: service.retry(number, request.user), _Page(number), "making", str(number))


@require(Permission.SCAFFOLDS_USE)
@require_POST
def update(request: HttpRequest, number: int) -> HttpResponse:
    """Open a pull request that brings it up to date."""
    row = _found(request, number)
    return act(request, lambda: service.update(row, request.user), _Page(number), "makings")


@dataclass(frozen=True)
class _Page:
    """Draws the page of a making."""

    number: int

    def __call__(self, request: HttpRequest, *, error: str = "") -> HttpResponse:
        return render(request, "making.html", self.context(request, error))

    def context(self, request: HttpRequest, error: str) -> dict[str, Any]:
        row, now = _found(request, self.number), clock.now()
        first = store.making(row.first_id) if row.first_id else row
        standing = (
            next(iter(lagging.standings([first])), None) if first.landed_at and first.way != Landing.DOWNLOAD else None
        )
        refs = [Ref.parse(one) for one in row.registered or ()]
        return {
            "error": error,
            "row": row,
            "kept": Making.objects.filter(pk=row.pk, tree__isnull=False).exists(),
            "line": model.line(row, now),
            "steps": model.steps(row),
            "way": model.WAYS[Landing(row.way)],
            "answers": json.dumps(row.answers, indent=2, ensure_ascii=False) if row.answers else "",
            "over": row.state != State.UNDERWAY,
            "failed": row.state == State.FAILED,
            "may_go_on": allowed.go_on(request.user, row),
            "again": _again(row),
            "registered": [(str(ref), links.entity(ref)) for ref in refs],
            "rule": _rule(row),
            "tasks": _tasks(row) if row.state == State.DONE else (),
            "standing": model.behind(standing) if standing else None,
            "first": reverse("making", args=[first.pk]) if row.first_id else "",
        }


def _found(request: HttpRequest, number: int) -> Making:
    try:
        return store.making(number, allowed.makings(request.user))
    except Absent:
        raise Http404("no such making") from None


def _again(row: Making) -> str:
    """The form with the same answers."""
    ref = store.entity(row)
    about = {"entity": str(ref), "rule": row.rule} if ref and row.rule else {}
    return f"{reverse('scaffold', args=[row.scaffold])}?{urlencode({'like': row.pk, **about})}"


def _rule(row: Making) -> tuple[str, str] | None:
    card, _, name = row.rule.partition("/")
    return (name, links.rule(card, name)) if name else None


def _tasks(row: Making) -> tuple[model.TaskLine, ...]:
    """What is left to do by hand, and how the rule that sees it done stands for the entity."""
    try:
        tasks = shelf.of(row).scaffold.tasks
    except UserError:
        return ()
    card = next((one for one in content.scorecards() if any(one.rule(task.rule) for task in tasks)), None)
    ref = store.entity(row)
    outcomes = {one.rule: one.outcome for one in results.results(card.name, entity=ref)} if card and ref else {}
    return tuple(model.task(task, card, ref, outcomes.get(task.rule)) for task in tasks)
