"""The page of tokens: one's own, and for those who manage access everybody's."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from greenboard.access import tokens
from greenboard.access.decide import Permission, may, require
from greenboard.access.models import Person, Service, Token
from greenboard.access.permissions import About
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.web.access.model import allowed
from greenboard.web.acting import act, refused, text
from greenboard.web.tokens.model import LIVES, shown


@require(Permission.TOKENS_OWN)
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Which tokens there are, and when each was last used."""
    return _page(request)


def _page(request: HttpRequest, *, error: str = "", made: Token | None = None, secret: str = "") -> HttpResponse:
    now = clock.now()
    offered = [one.value for one in Permission if one.about is not About.SELF and may(request.user, one)]
    everybodys = may(request.user, Permission.ACCESS_MANAGE)
    context = {
        "error": error,
        "tokens": [shown(token, now) for token in _visible(request).order_by("-created_at")],
        "made": made,
        "secret": secret,
        "permissions": allowed(offered),
        "lives": LIVES,
        "everybodys": everybodys,
        "services": Service.objects.filter(active=True).order_by("name") if everybodys else (),
    }
    return render(request, "tokens.html", context)


def _visible(request: HttpRequest) -> QuerySet[Token]:
    """One's own, or all."""
    found = Token.objects.select_related("person", "service")
    return found if may(request.user, Permission.ACCESS_MANAGE) else found.filter(person=request.user.pk)


@require(Permission.TOKENS_OWN)
@require_POST
def make(request: HttpRequest) -> HttpResponse:
    """Make a token; its text is on the page that answers, and nowhere else."""
    try:
        made, secret = tokens.make(_owner(request), _wish(request), request.user)
    except UserError as error:
        return refused(request, error, _page)
    return _page(request, made=made, secret=secret)


def _owner(request: HttpRequest) -> Person | Service:
    """Whose it shall be: one's own where no service account is named. `tokens.make` asks whether one may."""
    name = text(request, "owner")
    assert isinstance(request.user, Person)
    if not name:
        return request.user
    found = Service.objects.filter(name=name).first()
    if found is None:
        raise UserError(f"no service account {name!r}")
    return found


def _wish(request: HttpRequest) -> tokens.Wish:
    days, known = text(request, "days"), {permission.value for permission in Permission}
    if days not in dict(LIVES):
        raise UserError("a token lives for one of the spans that are offered", got=repr(days[:20]))
    named = request.POST.getlist("permissions")
    if not known.issuperset(named):
        raise UserError("there is no such permission", got=", ".join(sorted(set(named) - known))[:200])
    ends = clock.now() + timedelta(days=int(days)) if days else None
    return tokens.Wish(text(request, "name"), [Permission(name) for name in named], text(request, "scope"), ends)


@require(Permission.TOKENS_OWN)
@require_POST
def revoke(request: HttpRequest, prefix: str) -> HttpResponse:
    """End a token. One that is not to be seen is not found."""
    found = _visible(request).filter(prefix=prefix).first()
    if found is None:
        raise Http404("no such token")
    return act(request, lambda: tokens.revoke(found), _page, "tokens")
