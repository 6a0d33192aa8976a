"""The page of names at other tools: suggestions to confirm or reject, and what is confirmed."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from greenboard.access.decide import Permission, may, require
from greenboard.catalog import persons
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.identity import handles
from greenboard.web import words
from greenboard.web.acting import refused


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
def look(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django passes it
    """Look through the catalog for names that nobody has yet."""
    handles.suggest(persons.seen(), clock.now())
    return redirect("identities")


@require(Permission.PEOPLE_MANAGE)
@require_POST
def decide(request: HttpRequest) -> HttpResponse:
    """Confirm or reject the names that were chosen."""
    chosen, what = _chosen(request.POST.getlist("name")), request.POST.get("do")
    try:
        if what == "confirm":
            handles.confirm(chosen, clock.now(), by=request.user.get_username())
        elif what == "reject":
            handles.reject(chosen, clock.now())
        else:
            raise UserError("nothing was chosen to do", expected="confirm or reject")
    except UserError as error:
        return refused(request, error, _page)
    return redirect("identities")


def _chosen(given: Sequence[str]) -> list[int]:
    return [int(one) for one in given if one.isdecimal() and len(one) <= 18]
