"""The pages of the inbox, and its forms."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from greenboard.access.decide import sight, signed_in
from greenboard.access.errors import Absent
from greenboard.access.models import Person
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.notifications import inbox
from greenboard.notifications.models import Line
from greenboard.web.faults import explained
from greenboard.web.inbox import model

PAGE = 50


def _me(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person), "whoever is signed in is a person"
    return request.user


@signed_in
@require_safe
@explained
def listing(request: HttpRequest) -> HttpResponse:
    """What I was told, newest first: all of it, or what is unread."""
    which = request.GET.get("show", "")
    if which not in ("", "unread"):
        raise UserError(f"the address asks for show={which[:40]!r}", expected="unread")
    below, now = model.below(request.GET.get("below", "")), clock.now()
    rows = list(inbox.lines(_me(request), sight(request.user), unread=which == "unread", below=below)[: PAGE + 1])
    kept = f"show={which}&" if which else ""
    context = {
        "lines": [model.told(row, now) for row in rows[:PAGE]],
        "show": which,
        "unread": inbox.unread(_me(request), sight(request.user)),
        "older": f"?{kept}below={model.cursor(rows[:PAGE])}" if len(rows) > PAGE else "",
    }
    return render(request, "inbox.html", context)


@signed_in
@require_safe
def page(request: HttpRequest, number: int) -> HttpResponse:
    """One line with all its cases. To open it is to have read it."""
    row, now = _found(request, number), clock.now()
    inbox.read(_me(request), [row.pk], now)
    cases = inbox.cases(row, sight(request.user))
    context = {
        "line": model.told(row, now),
        "cases": [model.notice(one, now) for one in cases],
        "count": row.count,
    }
    return render(request, "inbox_line.html", context)


def _found(request: HttpRequest, number: int) -> Line:
    try:
        return inbox.line(_me(request), sight(request.user), number)
    except Absent:
        raise Http404("no such line") from None


@signed_in
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark all as read."""
    inbox.read(_me(request), None, clock.now())
    return HttpResponseRedirect(reverse("inbox"))


@signed_in
@require_POST
def mark(request: HttpRequest, number: int, *, read: bool) -> HttpResponse:
    """Mark one line as read, or as unread again."""
    row = _found(request, number)
    if read:
        inbox.read(_me(request), [row.pk], clock.now())
    else:
        inbox.unmark(_me(request), row.pk)
    return HttpResponseRedirect(reverse("inbox"))
