"""The page of names at other tools: suggestions to confirm or reject, and what is confirmed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from greenboard.access.decide import Permission, may, require
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.facts import naming
from greenboard.identity import handles
from greenboard.identity.handles import Seen
from greenboard.web import words
from greenboard.web.acting import act, text


@require(Permission.PEOPLE_READ)
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Whom each tool knows by which name."""
    return _page(request)


def _page(request: HttpRequest, *, error: str = "") -> HttpResponse:
    waiting = handles.waiting()
    context = {
        "error": error,
        "waiting": waiting,
        "people": handles.confirmed(),
        "found": words.count(len(waiting), "name to decide about", "names to decide about"),
        "may_manage": may(request.user, Permission.PEOPLE_MANAGE),
    }
    return render(request, "identities.html", context)


@require(Permission.PEOPLE_MANAGE)
@require_POST
def decide(request: HttpRequest) -> HttpResponse:
    """Look for names, state one, or confirm or reject those that were chosen."""
    return act(request, lambda: _decide(request), _page, "identities")


def _decide(request: HttpRequest) -> None:
    chosen = [int(one) for one in request.POST.getlist("name") if one.isdecimal() and len(one) <= 18]
    match text(request, "do"):
        case "look":
            handles.suggest(naming.seen(clock.now()), clock.now())
        case "state":
            said = Seen(text(request, "tool"), text(request, "called"))
            handles.state(text(request, "person"), said, clock.now(), by=request.user.get_username())
        case "confirm":
            handles.confirm(chosen, clock.now(), by=request.user.get_username())
        case "reject":
            handles.reject(chosen, clock.now())
        case other:
            raise UserError("nothing to do was chosen", expected="look, state, confirm or reject", got=repr(other))
