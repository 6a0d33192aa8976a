"""Fact types of one's own: written as a JSON Schema, looked at while one writes, saved, and retired."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from greenboard.access.decide import Permission, require
from greenboard.core import clock, placed
from greenboard.core.errors import UserError, UserErrors
from greenboard.facts import definitions, json_schema
from greenboard.results import defining
from greenboard.results.defining import LABEL, Change, Looked
from greenboard.web.acting import text as field
from greenboard.web.defining.model import STARTER, shown

_LONGEST = 200_000


@require(Permission.RULES_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A fact type that there is not yet."""
    return _save(request, "") if request.method == "POST" else _page(request, "", STARTER, "")


@require(Permission.RULES_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, name: str) -> HttpResponse:
    """One that was defined here."""
    if request.method == "POST":
        return _save(request, name)
    held = definitions.current(name)
    if held is None:
        raise Http404(f"no fact type {name!r} was defined here")
    return _page(request, name, held.text, defining.digest(held.text))


@require(Permission.RULES_WRITE)
@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """What the text comes to, while it is written."""
    text = _text(request)
    return render(request, "parts/defined.html", {"look": shown(text, _look(text, field(request, "was")))})


@require(Permission.RULES_WRITE)
@require_POST
def retire(request: HttpRequest, name: str) -> HttpResponse:
    """Take no more facts of it."""
    based_on = field(request, "based_on")
    try:
        defining.retire(_change(request, name, based_on))
    except UserError as error:
        held = definitions.current(name)
        return _page(request, name, held.text if held else "", based_on, error)
    return HttpResponseRedirect(reverse("fact-type", args=[name]))


def _save(request: HttpRequest, name: str) -> HttpResponse:
    text, based_on = _text(request), field(request, "based_on")
    try:
        document = placed.read(text, LABEL)
        named = name or _named(document.data)
        defining.save(_change(request, named, based_on), text, document)
    except UserError as error:
        return _page(request, name, text, based_on, error)
    return HttpResponseRedirect(reverse("fact-type", args=[named]))


def _page(request: HttpRequest, name: str, text: str, based_on: str, error: UserError | None = None) -> HttpResponse:
    looked = _look(text, name)
    if error is not None and not looked.errors and not looked.broken:  # somebody else was first
        looked = Looked(looked.declared, tuple(error.errors) if isinstance(error, UserErrors) else (error,))
    held = definitions.current(name) if name else None
    context = {"name": name, "text": text, "based_on": based_on, "look": shown(text, looked), "held": held}
    return render(request, "defining.html", context, status=error.status if error else 200)


def _look(text: str, name: str) -> Looked:
    try:
        return defining.look(placed.read(text, LABEL), name)
    except UserError as error:
        return Looked(None, (error,))


def _text(request: HttpRequest) -> str:
    """The schema as it was written; browsers end lines by two signs."""
    text = request.POST.get("schema", "").replace("\r\n", "\n")
    return text if len(text) <= _LONGEST else text[:_LONGEST]


def _named(data: object) -> str:
    """The name that a schema gives its fact type, "" where it gives none."""
    own = data.get(json_schema.EXTENSION) if isinstance(data, dict) else None
    name = own.get("name") if isinstance(own, dict) else None
    return name if isinstance(name, str) else ""


def _change(request: HttpRequest, name: str, based_on: str) -> Change:
    return Change(name, based_on, str(request.user.get_username()), clock.now(), field(request, "note")[:500])
