"""The pages of webhooks and inlets, and their forms."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from greenboard.access.decide import Permission, may, require
from greenboard.access.errors import Absent
from greenboard.access.models import Service
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.hooks import service, store
from greenboard.hooks.models import Hook
from greenboard.hooks.service import Wish
from greenboard.hooks.types import State
from greenboard.web.acting import act, refused, text
from greenboard.web.faults import explained
from greenboard.web.hooks.model import STATES, door, events, shown, told

PAGE = 50


@require(Permission.HOOKS_MANAGE)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Who is told of what, and who may send messages."""
    return _listing(request)


def _listing(request: HttpRequest, *, error: str = "", made: str = "", secret: str = "") -> HttpResponse:
    now, newest = clock.now(), store.newest()
    may_manage = may(request.user, Permission.ACCESS_MANAGE)
    context = {
        "error": error,
        "hooks": [shown(row, newest.get(row.pk), now) for row in store.hooks()],
        "inlets": [door(row, now) for row in store.inlets()],
        "events": events(()),
        "given": request.POST if error else {},
        "made": made,
        "secret": secret,
        "may_manage": may_manage,
        "services": Service.objects.filter(active=True).order_by("name") if may_manage else (),
    }
    return render(request, "hooks.html", context)


@require(Permission.HOOKS_MANAGE)
@require_POST
def make(request: HttpRequest) -> HttpResponse:
    """Make a hook; its secret is on the page that answers, and nowhere else."""
    try:
        row, secret = service.make(_wish(request))
    except UserError as error:
        return refused(request, error, _listing)
    return _Page(row.pk)(request, secret=secret)


def _wish(request: HttpRequest, *, active: bool = True) -> Wish:
    return Wish(text(request, "name"), text(request, "url"), request.POST.getlist("events"), active)


@require(Permission.HOOKS_MANAGE)
@require_safe
@explained
def page(request: HttpRequest, number: int) -> HttpResponse:
    """One hook and the log of its deliveries."""
    return _Page(number)(request)


@dataclass(frozen=True)
class _Page:
    """Draws the page of one hook."""

    number: int

    def __call__(self, request: HttpRequest, *, error: str = "", secret: str = "") -> HttpResponse:
        row, now = _found(self.number), clock.now()
        state, below = _state(request), _below(request)
        found = list(store.deliveries(row, state=state, below=below)[: PAGE + 1])
        here = reverse("hook", args=[self.number])
        kept = {"state": state.value} if state else {}
        context = {
            "error": error,
            "secret": secret,
            "hook": shown(row, None, now),
            "events": events(row.events),
            "deliveries": [told(one, now) for one in found[:PAGE]],
            "untried": below is None and any(one.tried_at is None for one in found),
            "states": STATES,
            "state": state.value if state else "",
            "here": f"{here}?{urlencode(kept)}" if kept else here,
            "older": f"?{urlencode({**kept, 'below': found[PAGE - 1].pk})}" if len(found) > PAGE else "",
        }
        return render(request, "hook.html", context)


def _found(number: int) -> Hook:
    try:
        return store.hook(number)
    except Absent:
        raise Http404("no such hook") from None


def _state(request: HttpRequest) -> State | None:
    asked, known = request.GET.get("state", ""), dict(STATES)
    if asked and asked not in known:
        raise UserError(f"the address asks for state={asked[:40]!r}", expected=" or ".join(known))
    return State(asked) if asked else None


def _below(request: HttpRequest) -> int | None:
    asked = request.GET.get("below", "")
    if asked and not (asked.isascii() and asked.isdecimal() and len(asked) < 19):
        raise UserError("the address asks for a delivery that cannot be", expected="a number", got=repr(asked[:40]))
    return int(asked) if asked else None


@require(Permission.HOOKS_MANAGE)
@require_POST
def change(request: HttpRequest, number: int) -> HttpResponse:
    """Change a hook; its secret stays."""
    wish = _wish(request, active=_found(number).active)
    return act(request, lambda: service.change(number, wish), _Page(number), "hook", str(number))


@require(Permission.HOOKS_MANAGE)
@require_POST
def switch(request: HttpRequest, number: int, *, active: bool) -> HttpResponse:
    """Tell a hook of events, or of none for the time being."""
    _found(number)
    return act(request, lambda: service.switch(number, active=active), _Page(number), "hook", str(number))


@require(Permission.HOOKS_MANAGE)
@require_POST
def renew(request: HttpRequest, number: int) -> HttpResponse:
    """Give a hook another secret; it is on the page that answers, and nowhere else."""
    _found(number)
    return _Page(number)(request, secret=service.renew(number)[1])


@require(Permission.HOOKS_MANAGE)
@require_POST
def test(request: HttpRequest, number: int) -> HttpResponse:
    """Tell a hook something that means nothing."""
    _found(number)
    return act(request, lambda: service.test(number), _Page(number), "hook", str(number))


@require(Permission.HOOKS_MANAGE)
@require_POST
def again(request: HttpRequest, number: int, delivery: int) -> HttpResponse:
    """Tell a hook the same event once more."""
    _found(number)
    return act(request, lambda: service.again(number, delivery), _Page(number), "hook", str(number))


@require(Permission.HOOKS_MANAGE)
@require_POST
def remove(request: HttpRequest, number: int) -> HttpResponse:
    """Remove a hook with the log of its deliveries."""
    _found(number)
    return act(request, lambda: service.remove(number), _listing, "hooks")


@require(Permission.ACCESS_MANAGE)
@require_POST
def make_inlet(request: HttpRequest) -> HttpResponse:
    """Make an inlet; its secret is on the page that answers, and nowhere else."""
    try:
        row, secret = service.make_inlet(text(request, "inlet"), text(request, "service"))
    except UserError as error:
        return refused(request, error, _listing)
    return _listing(request, made=row.name, secret=secret)


@require(Permission.ACCESS_MANAGE)
@require_POST
def switch_inlet(request: HttpRequest, name: str, *, active: bool) -> HttpResponse:
    """Take messages under a name, or none for the time being."""
    return act(request, lambda: service.switch_inlet(name, active=active), _listing, "hooks")


@require(Permission.ACCESS_MANAGE)
@require_POST
def remove_inlet(request: HttpRequest, name: str) -> HttpResponse:
    """Take no more messages under a name."""
    return act(request, lambda: service.remove_inlet(name), _listing, "hooks")
