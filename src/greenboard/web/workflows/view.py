"""The pages of workflows: which there are, one of them with the form that starts it, and the secrets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from greenboard.access.decide import Permission, may, require
from greenboard.access.errors import Absent
from greenboard.catalog.store import Stored
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.web import markdown
from greenboard.web.acting import act, entity, refused, text
from greenboard.web.workflows import form, model
from greenboard.workflows import allowed, drying, keeping, service, starting, store
from greenboard.workflows.starting import Wish
from greenboard.workflows.store import Listed
from greenboard.workflows.types import Way

LATELY = timedelta(days=30)
_RUNS = 10


@require(Permission.WORKFLOWS_RUN)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Which workflows there are, and how they went of late."""
    now, seen = clock.now(), allowed.runs(request.user)
    figures = store.figures(now - LATELY, seen)
    context = {
        "workflows": [model.choice(one, figures.get(one.row.pk)) for one in store.workflows()],
        "waiting": len(store.waiting(allowed.names(request.user))),
        "may_manage": may(request.user, Permission.WORKFLOWS_MANAGE),
    }
    return render(request, "workflows.html", context)


@require(Permission.WORKFLOWS_RUN)
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, name: str) -> HttpResponse:
    """One workflow: what it does, the form that starts it, and its runs."""
    shown = _Page(found(name), _about(request))
    if request.method != "POST":
        return shown(request)
    listed = shown.listed
    try:
        given = form.given(request, listed.definition.inputs)
        shown = replace(shown, entered=given)
        wish = Wish(name, given, shown.about.ref if shown.about else None)
        if text(request, "do") == "dry":
            return shown(request, dry=model.dry(drying.run(wish, request.user)))
        run = starting.ask(wish, request.user, Way.PERSON)
    except UserError as error:
        return refused(request, error, shown)
    return HttpResponseRedirect(reverse("workflow-run", args=[run.pk]))


@require(Permission.WORKFLOWS_RUN)
@require_POST
def fields(request: HttpRequest, name: str) -> HttpResponse:
    """The fields of the form, as far as they are asked for with what is entered.

    Nothing where they are those that are shown: what somebody types meanwhile stays.
    """
    listed = found(name)
    try:
        given = form.given(request, listed.definition.inputs)
    except UserError:  # a file that is not taken; it is said when the form is sent
        given = form.entered(request.POST, listed.definition.inputs)
    asked = _Page(listed, _about(request), given).fields(request)
    if not any(request.FILES.values()) and [one.name for one in asked] == text(request, "shown").split():
        return HttpResponse(status=204)
    return render(request, "parts/inputs.html", {"fields": asked})


@dataclass(frozen=True)
class _Page:
    """Draws the page of a workflow."""

    listed: Listed
    about: Stored | None
    entered: Mapping[str, Any] = field(default_factory=dict)

    def __call__(self, request: HttpRequest, *, error: str = "", dry: Mapping[str, Any] | None = None) -> HttpResponse:
        made, row, now = self.listed.definition, self.listed.row, clock.now()
        seen = allowed.runs(request.user)
        runs = store.runs(seen, workflow=row.name)[:_RUNS]
        context = {
            "error": error,
            "workflow": row,
            "made": made,
            "doc": markdown.render(made.about),
            "about": self.about,
            "entity": text(request, "entity") or request.GET.get("entity", ""),
            "fields": self.fields(request),
            "depends": any(field.when for field in made.inputs.values()),
            "missing": keeping.missing(made),
            "may_start": allowed.start(request.user, made, self.about),
            "may_manage": may(request.user, Permission.WORKFLOWS_MANAGE),
            "picture": model.picture(made),
            "starts": made.start,
            "dry": dry,
            "runs": [model.run(one, now) for one in runs],
            "figures": model.choice(self.listed, store.figures(now - LATELY, seen).get(row.pk)),
        }
        return render(request, "workflow.html", context)

    def fields(self, request: HttpRequest) -> list[form.Field]:
        """The fields, with what was entered."""
        made = self.listed.definition
        return form.drawn(request, made.inputs, self.entered, store.told(self.about) if self.about else {})


def found(name: str) -> Listed:
    """The workflow of a page; 404 where there is none."""
    try:
        return store.workflow(name)
    except Absent:
        raise Http404("no such workflow") from None


def _about(request: HttpRequest) -> Stored | None:
    """The entity that the form is about, as far as whoever asks may start workflows about it."""
    asked = text(request, "entity") or request.GET.get("entity", "")
    return entity(request, asked, Permission.WORKFLOWS_RUN) if asked else None


@require(Permission.WORKFLOWS_MANAGE)
@require_POST
def switch(request: HttpRequest, name: str) -> HttpResponse:
    """Have a workflow start, or not for the time being."""
    listed = found(name)
    enabled = text(request, "enabled") == "1"
    return act(request, lambda: service.switch(name, enabled=enabled), _Page(listed, None), "workflow", name)


@require(Permission.WORKFLOWS_MANAGE)
@require_safe
def secrets(request: HttpRequest) -> HttpResponse:
    """The secrets that workflows use, without their texts."""
    return _secrets(request)


def _secrets(request: HttpRequest, *, error: str = "") -> HttpResponse:
    used: dict[str, list[str]] = {}
    for one in store.workflows():
        for name in one.definition.secrets:
            used.setdefault(name, []).append(one.definition.title)
    kept = keeping.secrets()
    lacking = sorted(set(used) - {row.name for row in kept})
    lines = [{"row": row, "used": ", ".join(used.get(row.name, ()))} for row in kept]
    context = {"error": error, "secrets": lines, "lacking": [(name, used[name]) for name in lacking]}
    return render(request, "workflow_secrets.html", context)


@require(Permission.WORKFLOWS_MANAGE)
@require_POST
def put_secret(request: HttpRequest) -> HttpResponse:
    """Keep a secret, in place of the one of its name."""
    name, value, told = text(request, "name"), request.POST.get("value", ""), text(request, "hosts")
    by, hosts = str(request.user.get_username()), told.replace(",", " ").split()
    return act(request, lambda: keeping.put(name, value, hosts, by, clock.now()), _secrets, "workflow-secrets")


@require(Permission.WORKFLOWS_MANAGE)
@require_POST
def remove_secret(request: HttpRequest) -> HttpResponse:
    """Forget a secret."""
    name = text(request, "name")
    return act(request, lambda: keeping.remove(name), _secrets, "workflow-secrets")
