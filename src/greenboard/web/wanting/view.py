"""The page of what I am told, and how."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from greenboard.access.decide import signed_in
from greenboard.access.models import Person
from greenboard.notifications import store, wanting
from greenboard.notifications.channels import mail
from greenboard.web.acting import act
from greenboard.web.wanting import form


def _me(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person), "whoever is signed in is a person"
    return request.user


@signed_in
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """What am I told, by what, and when?"""
    return _page(request)


def _page(request: HttpRequest, *, error: str = "") -> HttpResponse:
    own = store.of_person(_me(request))
    context = {
        **form.drawn(own, personal=True),
        "error": error,
        "saved": "saved" in request.GET,
        "mail": mail.configured(),
        "address": _me(request).email,
    }
    return render(request, "notifications.html", context)


@signed_in
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Save how I want to hear."""
    return act(request, lambda: wanting.set_own(_me(request), form.wanted(request)), _page, "notifications")
