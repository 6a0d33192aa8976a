"""The pages of routes and of the channels of teams, and their forms."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from greenboard.access.decide import Permission, require
from greenboard.access.errors import Absent
from greenboard.core.errors import UserError
from greenboard.core.happened import Severity
from greenboard.core.refs import Ref
from greenboard.notifications import service, store, wanting
from greenboard.notifications.models import Route
from greenboard.notifications.service import Way
from greenboard.web.acting import act, text
from greenboard.web.channels.view import draw_listing
from greenboard.web.faults import explained
from greenboard.web.hooks.model import events
from greenboard.web.wanting import form


@require(Permission.NOTIFICATIONS_MANAGE)
@require_safe
def new(request: HttpRequest) -> HttpResponse:
    """The form of a route."""
    return _Form(0)(request)


@require(Permission.NOTIFICATIONS_MANAGE)
@require_POST
def make(request: HttpRequest) -> HttpResponse:
    """Make a route."""
    return act(request, lambda: service.make_route(_way(request)), _Form(0), "channels")


@require(Permission.NOTIFICATIONS_MANAGE)
@require_safe
def page(request: HttpRequest, number: int) -> HttpResponse:
    """One route, to be changed."""
    return _Form(number)(request)


@require(Permission.NOTIFICATIONS_MANAGE)
@require_POST
def change(request: HttpRequest, number: int) -> HttpResponse:
    """Change a route."""
    _found(number)
    return act(
        request, lambda: service.change_route(number, _way(request), _version(request)), _Form(number), "channels"
    )


@require(Permission.NOTIFICATIONS_MANAGE)
@require_POST
def remove(request: HttpRequest, number: int) -> HttpResponse:
    """Remove a route."""
    _found(number)
    return act(request, lambda: service.remove_route(number), draw_listing, "channels")


def _version(request: HttpRequest) -> int:
    given = text(request, "version")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else 0


def _found(number: int) -> Route:
    try:
        return store.route(number)
    except Absent:
        raise Http404("no such route") from None


@dataclass(frozen=True)
class _Form:
    """Draws the form of a route; number 0 is a new one."""

    number: int

    def __call__(self, request: HttpRequest, *, error: str = "") -> HttpResponse:
        row = _found(self.number) if self.number else Route(version=0)
        if error:
            row = _typed(request, row)
        context = {
            "error": error,
            "route": row,
            "number": self.number,
            "events": [one for one in events(row.kinds) if one.name in service.KINDS],
            "channels": store.channels().filter(active=True),
            "severities": [one.value for one in Severity],
            "teams": ", ".join(Ref.parse(one).short for one in row.teams) if not error else text(request, "teams"),
            "tags": ", ".join(row.tags),
            "people": ", ".join(row.people),
        }
        return render(request, "route.html", context)


def _typed(request: HttpRequest, row: Route) -> Route:
    """What was typed, so that a refusal loses nothing."""
    row.name, row.scope, row.address = text(request, "name"), text(request, "scope"), text(request, "address")
    row.kinds = request.POST.getlist("events")
    row.tags, row.people, row.teams = _list(request, "tags"), _list(request, "people"), []
    row.severity, row.team_channel = text(request, "severity"), "team_channel" in request.POST
    row.active = "active" in request.POST
    return row


def _list(request: HttpRequest, name: str) -> list[str]:
    return [part.strip() for part in text(request, name).split(",") if part.strip()]


def _way(request: HttpRequest) -> Way:
    channel = text(request, "channel")
    if channel and not (channel.isascii() and channel.isdecimal() and len(channel) < 19):
        raise UserError("no such channel", got=repr(channel[:40]))
    return Way(
        name=text(request, "name"),
        kinds=request.POST.getlist("events"),
        teams=_list(request, "teams"),
        scope=text(request, "scope"),
        tags=_list(request, "tags"),
        severity=text(request, "severity") or Severity.INFO.value,
        channel=int(channel) if channel else None,
        address=text(request, "address"),
        team_channel="team_channel" in request.POST,
        people=_list(request, "people"),
        active="active" in request.POST,
    )


@require(Permission.NOTIFICATIONS_MANAGE)
@require_safe
@explained
def team(request: HttpRequest) -> HttpResponse:
    """How a team hears: a new one, or the one that is named."""
    return _team(request)


def _team(request: HttpRequest, *, error: str = "") -> HttpResponse:
    named = request.POST.get("team", "") if error else request.GET.get("team", "")
    try:
        own = store.of_team(Ref.parse(named, kind="team")) if named else store.of_team(Ref("team", "default", "x"))
    except UserError:
        own = store.of_team(Ref("team", "default", "x"))
    context = {**form.drawn(own, personal=False), "error": error, "team": named, "known": own.version > 0}
    return render(request, "team_channel.html", context)


@require(Permission.NOTIFICATIONS_MANAGE)
@require_POST
def save_team(request: HttpRequest) -> HttpResponse:
    """Save how a team hears."""

    def do() -> None:
        wanting.set_team(Ref.parse(text(request, "team"), kind="team"), form.wanted(request))

    return act(request, do, _team, "channels")


@require(Permission.NOTIFICATIONS_MANAGE)
@require_POST
def drop_team(request: HttpRequest) -> HttpResponse:
    """Have a team hear by no channel of its own."""
    return act(
        request, lambda: wanting.drop_team(Ref.parse(text(request, "team"), kind="team")), draw_listing, "channels"
    )
