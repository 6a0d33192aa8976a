"""The page of one's own account, and what is done there at once: ending sessions, taking a provider off."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.internal.flows import sessions as flow
from allauth.usersessions.models import UserSession
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from greenboard.access.decide import signed_in
from greenboard.access.models import Person
from greenboard.identity.adapters import configured
from greenboard.web.account.model import build
from greenboard.web.session.view import providers


@signed_in
def page(request: HttpRequest) -> HttpResponse:
    """Everything about the account in one place."""
    person = _person(request)
    account = build(
        person,
        list(Authenticator.objects.filter(user=person).order_by("id")),
        UserSession.objects.purge_and_list(person),
        list(SocialAccount.objects.filter(user=person).order_by("id")),
        configured(),
        request.session.session_key or "",
    )
    ways = [(title, url) for title, url in providers(request, process="connect") if title not in account.linked_titles]
    return render(request, "account.html", {"account": account, "ways": ways})


@signed_in
@require_POST
def end_session(request: HttpRequest) -> HttpResponse:
    """End one of one's own sessions, or all but this one."""
    person = _person(request)
    found = UserSession.objects.filter(user=person)
    chosen = request.POST.get("session", "")
    if chosen == "others":
        found = found.exclude(session_key=request.session.session_key)
    elif chosen.isdecimal():
        found = found.filter(pk=int(chosen))
    else:
        raise Http404
    flow.end_sessions(request, list(found))
    return redirect("account" if request.user.is_authenticated else "sign-in")


@signed_in
@require_POST
def unlink(request: HttpRequest) -> HttpResponse:
    """Take a provider off the account, unless it is the only way in."""
    person = _person(request)
    chosen = request.POST.get("account", "")
    linked = SocialAccount.objects.filter(user=person)
    account = linked.filter(pk=int(chosen)).first() if chosen.isdecimal() else None
    if account is None:
        raise Http404
    if linked.count() > 1 or (person.has_usable_password() and configured().local):
        account.delete()
    return redirect("account")


def _person(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person)
    return request.user
