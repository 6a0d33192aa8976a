"""Writing a workflow: a text that is looked at while one writes, and kept as its newest version."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from greenboard.access.decide import Permission, may, require
from greenboard.access.errors import Absent
from greenboard.core import clock
from greenboard.core.errors import UserError, UserErrors
from greenboard.web import words
from greenboard.web.acting import text as field
from greenboard.web.workflows import looking, model
from greenboard.web.workflows.view import found
from greenboard.workflows import kinds, service, store
from greenboard.workflows.models import Version
from greenboard.workflows.service import Change
from greenboard.workflows.store import Listed

STARTER = """\
name: my-workflow
title: My workflow
about: What it is for.
for: {kinds: [service]}
inputs:
  reason: {title: What for}
steps:
  - id: approval
    title: A second person agrees
    do: approve
    with: {text: "${{ inputs.reason }}", roles: [maintainer]}
  - id: tell
    title: Tell the owners
    do: notify
    with: {title: "${{ run.by }} did it."}
"""


@require(Permission.WORKFLOWS_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A workflow that there is not yet."""
    return _save(request, "") if request.method == "POST" else _page(request, "", STARTER, 0)


@require(Permission.WORKFLOWS_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, name: str) -> HttpResponse:
    """The newest version of a workflow."""
    listed = found(name)
    if request.method == "POST":
        return _save(request, name)
    told = request.GET.get("version", "")
    text = _version(listed, int(told)).text if told.isascii() and told.isdecimal() and len(told) < 10 else listed.text
    return _page(request, name, text, listed.row.version)


@require(Permission.WORKFLOWS_RUN)
@require_safe
def version(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """A version of a workflow: who wrote it, and what it changed."""
    listed = found(name)
    one = _version(listed, number)
    before = store.version(listed.row, number - 1).text if number > 1 else ""
    context = {
        "workflow": listed.row,
        "one": one,
        "at": words.when(one.at, clock.now()),
        "lines": model.differences(before, one.text),
        "newest": listed.row.version,
        "may_manage": may(request.user, Permission.WORKFLOWS_MANAGE),
    }
    return render(request, "workflow_version.html", context)


def _version(listed: Listed, number: int) -> Version:
    try:
        return store.version(listed.row, number)
    except Absent:
        raise Http404("no such version") from None


@require(Permission.WORKFLOWS_MANAGE)
@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """What a text comes to, while it is written."""
    return render(request, "parts/workflow_look.html", looking.look(looking.written(request)))


def _save(request: HttpRequest, name: str) -> HttpResponse:
    text, told = looking.written(request), field(request, "based_on")
    based_on = int(told) if told.isascii() and told.isdecimal() and len(told) < 10 else 0
    change = Change(text, based_on, str(request.user.get_username()), field(request, "note"))
    try:
        row = service.save(change, name)
    except UserError as error:
        return _page(request, name, text, based_on, error)
    return HttpResponseRedirect(reverse("workflow", args=[row.name]))


def _page(request: HttpRequest, name: str, text: str, based_on: int, error: UserError | None = None) -> HttpResponse:
    looked = looking.look(text)
    said = "" if error is None or isinstance(error, UserErrors) else str(error)
    now = clock.now()
    versions = [
        {"number": one.number, "by": one.by, "note": one.note, "at": words.when(one.at, now)}
        for one in Version.objects.filter(workflow__name=name).order_by("-number")[:20]
    ]
    context = {
        "name": name,
        "text": text,
        "based_on": based_on,
        "error": said,
        "versions": versions,
        "kinds": " ".join(kinds.known()),
        **looked,
    }
    return render(request, "workflow_edit.html", context, status=error.status if error else 200)
