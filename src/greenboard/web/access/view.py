"""The page of roles and grants, and its forms."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from greenboard.access import grants, people
from greenboard.access.decide import Permission, may, require
from greenboard.access.models import Grant, Role, Service
from greenboard.web.access.model import accounts, every, given, parts
from greenboard.web.acting import act, text


@require(Permission.PEOPLE_READ)
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Who may do what."""
    return _page(request)


def _page(request: HttpRequest, *, error: str = "") -> HttpResponse:
    context = {
        "error": error,
        "grants": given(Grant.objects.select_related("role", "person", "service")),
        "roles": parts(),
        "permissions": every(),
        "services": accounts(),
        "to": [("person", "Person"), ("team", "Team"), ("service", "Service account"), ("everyone", "Everyone")],
        "may_manage": may(request.user, Permission.ACCESS_MANAGE),
    }
    return render(request, "access.html", context)


@require(Permission.ACCESS_MANAGE)
@require_POST
def grant(request: HttpRequest) -> HttpResponse:
    """Grant a role."""
    wish = grants.Wish(
        text(request, "role"),
        text(request, "to"),
        text(request, "name"),
        text(request, "scope"),
        nested=bool(text(request, "nested")),
    )
    author = request.user.get_username()
    return act(request, lambda: grants.make(wish, request.user, author), _page, "access")


@require(Permission.ACCESS_MANAGE)
@require_POST
def revoke(request: HttpRequest, number: int) -> HttpResponse:
    """Take a grant back."""
    found = Grant.objects.select_related("role", "person", "service").filter(pk=number).first()
    if found is None:
        raise Http404("no such grant")
    return act(request, lambda: grants.revoke(found, request.user), _page, "access")


@require(Permission.ACCESS_MANAGE)
@require_POST
def role(request: HttpRequest) -> HttpResponse:
    """Make or change a custom role."""
    name, title, chosen = text(request, "name"), text(request, "title"), request.POST.getlist("permissions")
    return act(request, lambda: grants.make_role(name, title, chosen, request.user), _page, "access")


@require(Permission.ACCESS_MANAGE)
@require_POST
def delete_role(request: HttpRequest, name: str) -> HttpResponse:
    """Delete a custom role."""
    found = Role.objects.filter(name=name).first()
    if found is None:
        raise Http404("no such role")
    return act(request, lambda: grants.delete_role(found), _page, "access")


@require(Permission.ACCESS_MANAGE)
@require_POST
def service(request: HttpRequest) -> HttpResponse:
    """Make a service account."""
    name, title = text(request, "name"), text(request, "title")
    return act(request, lambda: people.make_service(name, title), _page, "access")


@require(Permission.ACCESS_MANAGE)
@require_POST
def switch_service(request: HttpRequest, name: str, *, active: bool) -> HttpResponse:
    """Close or open a service account."""
    found = Service.objects.filter(name=name).first()
    if found is None:
        raise Http404("no such service account")
    return act(request, lambda: people.switch_service(found, active=active), _page, "access")
