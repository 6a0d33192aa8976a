"""The pages of channels and of what was sent by them."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from greenboard.access.decide import Permission, require
from greenboard.access.errors import Absent
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.core.happened import Severity
from greenboard.notifications import reaching, service, store
from greenboard.notifications.models import Channel
from greenboard.notifications.service import Wish
from greenboard.notifications.types import State
from greenboard.web.acting import act, refused, text
from greenboard.web.channels import model
from greenboard.web.faults import explained
from greenboard.web.hooks.model import events

PAGE = 50


@require(Permission.NOTIFICATIONS_MANAGE)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """By what people are told, and who hears of what."""
    return draw_listing(request)


def draw_listing(request: HttpRequest, *, error: str = "") -> HttpResponse:
    """The page with what was wrong with a form on it."""
    now, newest = clock.now(), store.newest()
    context = {
        "error": error,
        "given": request.POST if error else {},
        "channels": [model.shown(row, newest.get(row.pk), now) for row in store.channels()],
        "kinds": sorted(reaching.kinds().values(), key=lambda kind: kind.title),
        "routes": [model.led(row) for row in store.routes()],
        "teams": [model.team(row) for row in store.of_teams()],
        "events": [one for one in events(()) if one.name in service.KINDS],
        "severities": [one.value for one in Severity],
    }
    return render(request, "channels.html", context)


@require(Permission.NOTIFICATIONS_MANAGE)
@explained
def new(request: HttpRequest, kind: str) -> HttpResponse:
    """What a channel of a kind needs; sent, it is made."""
    return _New(kind).made(request) if request.method == "POST" else _New(kind)(request)


@dataclass(frozen=True)
class _New:
    """The form of a channel of a kind."""

    kind: str

    def __call__(self, request: HttpRequest, *, error: str = "") -> HttpResponse:
        kind = _kind(self.kind)
        given = {one.name: text(request, one.name) for one in kind.fields} if error else {}
        context = {
            "error": error,
            "kind": kind,
            "name": text(request, "name") if error else "",
            "fields": model.fields(kind, given),
        }
        return render(request, "channel_new.html", context)

    def made(self, request: HttpRequest) -> HttpResponse:
        try:
            row = service.make(_wish(request, _kind(self.kind).name))
        except UserError as error:
            return refused(request, error, self)
        return HttpResponseRedirect(reverse("channel", args=[row.pk]))


def _kind(name: str) -> reaching.Kind:
    found = reaching.kinds().get(name)
    if found is None:
        raise Http404("no such kind of channel")
    return found


def _wish(request: HttpRequest, kind: str, *, active: bool = True) -> Wish:
    given = {one.name: text(request, one.name) for one in reaching.kind(kind).fields}
    return Wish(text(request, "name"), kind, given, active)


@require(Permission.NOTIFICATIONS_MANAGE)
@require_safe
@explained
def page(request: HttpRequest, number: int) -> HttpResponse:
    """One channel and the log of its messages."""
    return _Page(number)(request)


@dataclass(frozen=True)
class _Page:
    """Draws the page of one channel."""

    number: int

    def __call__(self, request: HttpRequest, *, error: str = "") -> HttpResponse:
        row = found(self.number)
        context = {
            **log(request, row),
            "error": error,
            "channel": row,
            "kind": reaching.kind(row.kind),
            "fields": model.fields(reaching.kind(row.kind), row.settings),
        }
        return render(request, "channel.html", context)


def found(number: int) -> Channel:
    """The channel of a number, or 404."""
    try:
        return store.channel(number)
    except Absent:
        raise Http404("no such channel") from None


def log(request: HttpRequest, channel: Channel | None = None) -> dict[str, object]:
    """What the log of messages shows, by one channel or by all."""
    state, below, now = _state(request), _below(request), clock.now()
    rows = list(store.messages(channel=channel, state=state, below=below)[: PAGE + 1])
    kept = {"state": state.value} if state else {}
    return {
        "messages": [model.sent(one, now) for one in rows[:PAGE]],
        "states": model.STATES,
        "state": state.value if state else "",
        "older": f"?{urlencode({**kept, 'below': rows[PAGE - 1].pk})}" if len(rows) > PAGE else "",
    }


def _state(request: HttpRequest) -> State | None:
    asked, known = request.GET.get("state", ""), dict(model.STATES)
    if asked and asked not in known:
        raise UserError(f"the address asks for state={asked[:40]!r}", expected=" or ".join(known))
    return State(asked) if asked else None


def _below(request: HttpRequest) -> int | None:
    asked = request.GET.get("below", "")
    if asked and not (asked.isascii() and asked.isdecimal() and len(asked) < 19):
        raise UserError("the address asks for a message that cannot be", expected="a number", got=repr(asked[:40]))
    return int(asked) if asked else None


@require(Permission.NOTIFICATIONS_MANAGE)
@require_POST
def change(request: HttpRequest, number: int) -> HttpResponse:
    """Change a channel; secrets that are left empty stay."""
    row = found(number)
    version = text(request, "version")

    def do() -> None:
        active = "active" in request.POST
        seen = int(version) if version.isdecimal() and len(version) < 10 else 0
        service.change(number, _wish(request, row.kind, active=active), seen)

    return act(request, do, _Page(number), "channel", str(number))


@require(Permission.NOTIFICATIONS_MANAGE)
@require_POST
def test(request: HttpRequest, number: int) -> HttpResponse:
    """Send a test at once; what came of it stands first in the log."""
    found(number)
    return act(request, lambda: service.test(number, text(request, "address")), _Page(number), "channel", str(number))


@require(Permission.NOTIFICATIONS_MANAGE)
@require_POST
def remove(request: HttpRequest, number: int) -> HttpResponse:
    """Remove a channel with its routes and its log."""
    found(number)
    return act(request, lambda: service.remove(number), draw_listing, "channels")


@require(Permission.NOTIFICATIONS_MANAGE)
@require_safe
@explained
def messages(request: HttpRequest) -> HttpResponse:
    """What was sent by all channels, newest first."""
    return _messages(request)


def _messages(request: HttpRequest, *, error: str = "") -> HttpResponse:
    return render(request, "messages.html", {**log(request), "error": error})


@require(Permission.NOTIFICATIONS_MANAGE)
@require_POST
def again(request: HttpRequest, number: int) -> HttpResponse:
    """Send a message once more."""
    try:
        store.message(number)
    except Absent:
        raise Http404("no such message") from None
    return act(request, lambda: service.again(number), _messages, "messages")
