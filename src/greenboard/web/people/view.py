"""The pages of accounts, and their forms."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from greenboard.access import people
from greenboard.access.decide import Permission, may, require
from greenboard.access.models import Grant, Membership, Person
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.identity import leaving
from greenboard.web import words
from greenboard.web.access.model import given
from greenboard.web.acting import act, refused, text
from greenboard.web.people.model import account


@require(Permission.PEOPLE_READ)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Everybody who can sign in, or could."""
    return _listing(request)


def _listing(request: HttpRequest, *, error: str = "", made: Person | None = None, password: str = "") -> HttpResponse:
    wanted = request.GET.get("q", "").strip().lower()
    now = clock.now()
    found = [
        one for one in (account(row, now) for row in _rows()) if wanted in f"{one.name} {one.title} {one.email}".lower()
    ]
    context = {
        "error": error,
        "people": found,
        "found": words.count(len(found), "account"),
        "q": wanted,
        "made": made,
        "password": password,
        "may_manage": may(request.user, Permission.PEOPLE_MANAGE),
    }
    return render(request, "people.html", context)


def _rows() -> QuerySet[Person]:
    return Person.objects.order_by("-is_active", "username").prefetch_related("memberships", "grants__role", "tokens")


def _found(name: str) -> Person:
    found = Person.objects.filter(username=name).first()
    if found is None:
        raise Http404("no such account")
    return found


@require(Permission.PEOPLE_MANAGE)
@require_POST
def make(request: HttpRequest) -> HttpResponse:
    """Make an account; its first password is on the page that answers, and nowhere else."""
    try:
        made, password = people.make(text(request, "name"), text(request, "email"))
    except UserError as error:
        return refused(request, error, _listing)
    return _listing(request, made=made, password=password)


@require(Permission.PEOPLE_READ)
@require_safe
def page(request: HttpRequest, name: str) -> HttpResponse:
    """One account: its teams, what was granted to it."""
    return _Page(name)(request)


class _Page:
    """Draws the page of one account."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, request: HttpRequest, *, error: str = "") -> HttpResponse:
        person = _rows().filter(username=self.name).first()
        if person is None:
            raise Http404("no such account")
        own = Grant.objects.filter(person=person).select_related("role", "person", "service")
        context = {
            "error": error,
            "account": account(person, clock.now()),
            "grants": given(own),
            "may_manage": may(request.user, Permission.PEOPLE_MANAGE),
        }
        return render(request, "person.html", context)


@require(Permission.PEOPLE_MANAGE)
@require_POST
def switch(request: HttpRequest, name: str, *, active: bool) -> HttpResponse:
    """Close or open an account."""
    person = _found(name)
    return act(request, lambda: leaving.switch(person, request.user, active=active), _Page(name), "person", name)


@require(Permission.PEOPLE_MANAGE)
@require_POST
def join(request: HttpRequest, name: str) -> HttpResponse:
    """Put somebody into a team."""
    person, team = _found(name), text(request, "team")
    return act(request, lambda: people.join(person, team), _Page(name), "person", name)


@require(Permission.PEOPLE_MANAGE)
@require_POST
def leave(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """Take somebody out of a team."""
    found = Membership.objects.filter(pk=number, person=_found(name)).select_related("person").first()
    if found is None:
        raise Http404("no such membership")
    return act(request, lambda: people.leave(found), _Page(name), "person", name)
