"""The form of a campaign, with a look at whom it asks and how much is open before anything is saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from pydantic import ValidationError

from greenboard.access.decide import Permission, require, sight
from greenboard.campaigns import service, standing, store
from greenboard.campaigns.definition import Definition
from greenboard.campaigns.store import Held, NoCampaign
from greenboard.campaigns.ticketing.tools import TOOLS
from greenboard.catalog import whole as catalog
from greenboard.catalog.columns import FIELDS as FILTERS
from greenboard.catalog.columns import index
from greenboard.connections import store as connections
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.web import content
from greenboard.web.campaigns import model
from greenboard.web.selection import said

_LEVEL = "level:"
_SIMPLE = ("title", "owner", "brief", "start", "due", "zone")
_DAYS = 60
_TITLE, _BRIEF = 120, 4_000


@dataclass(frozen=True)
class Choice:
    """One thing to choose."""

    value: str
    text: str
    chosen: bool


@dataclass(frozen=True)
class Group:
    """Things to choose under one title."""

    title: str
    name: str
    choices: tuple[Choice, ...]


@require(Permission.CAMPAIGNS_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Begin a campaign, from nothing or as a copy of another one."""
    if request.method != "POST":
        return _draw(request, None, _beginning(request))
    given = _given(request)
    definition, errors = _read(given)
    if definition is None or "preview" in request.POST:
        return _draw(request, None, given, errors=errors, looked=definition)
    try:
        held = service.make(definition, request.user.get_username(), clock.now())
    except UserError as error:
        return _draw(request, None, given, errors=str(error).split("\n"), status=error.status)
    return HttpResponseRedirect(reverse("campaign", args=[held.name]))


@require(Permission.CAMPAIGNS_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, name: str) -> HttpResponse:
    """Change what a campaign asks from now on."""
    held = _found(name)
    if request.method != "POST":
        return _draw(request, held, _told(held.definition))
    given = _given(request)
    definition, errors = _read(given)
    if definition is None or "preview" in request.POST:
        return _draw(request, held, given, errors=errors, looked=definition)
    version = request.POST.get("version", "")
    try:
        seen = int(version) if version.isdecimal() else 0
        service.change(name, seen, definition, request.user.get_username(), clock.now())
    except UserError as error:
        return _draw(request, held, given, errors=str(error).split("\n"), status=error.status)
    return HttpResponseRedirect(reverse("campaign", args=[name]))


def _found(name: str) -> Held:
    try:
        return store.find(name)
    except NoCampaign as error:
        raise Http404(str(error)) from None


def _beginning(request: HttpRequest) -> Mapping[str, Any]:
    today = clock.now().date()
    copied = request.GET.get("from", "")
    if copied:
        return _told(service.shifted(_found(copied).definition, today))
    asked = [value for value in request.GET.getlist("ask") if value]
    start, due = today.isoformat(), (today + timedelta(days=_DAYS)).isoformat()
    owner = request.user.get_username()
    return {
        "title": request.GET.get("title", "").strip()[:_TITLE],
        "brief": request.GET.get("brief", "").strip()[:_BRIEF],
        "start": start,
        "due": due,
        "zone": "UTC",
        "owner": owner,
        "asks": asked,
        "reminders": "14, 3",
        "type": "Task",
    }


def _given(request: HttpRequest) -> dict[str, Any]:
    """What was sent, by the names of the form."""
    post = request.POST
    told: dict[str, Any] = {name: post.get(name, "").strip() for name in (*_SIMPLE, "milestones", "reminders")}
    told |= {name: post.get(name, "").strip() for name in ("connection", "place", "type", "grouped", "version")}
    told["asks"] = post.getlist("asks")
    told |= {f"scope.{name}": [value for value in post.getlist(f"scope.{name}") if value] for name in FILTERS}
    return told


def _told(definition: Definition) -> Mapping[str, Any]:
    """A campaign, by the names of the form."""
    tickets = definition.tickets
    asks = [f"{one.scorecard}/{rule}" for one in definition.asks for rule in one.rules]
    asks += [f"{one.scorecard}/{_LEVEL}{one.level}" for one in definition.asks if one.level]
    told: dict[str, Any] = {name: str(getattr(definition, name)) for name in _SIMPLE}
    told |= {f"scope.{name}": list(getattr(definition.scope, name)) for name in FILTERS}
    told["milestones"] = "\n".join(f"{one.on} {one.share} %" for one in definition.milestones)
    told["reminders"] = ", ".join(map(str, definition.reminders))
    told |= {
        "asks": asks,
        "connection": tickets.connection if tickets else "",
        "place": tickets.place if tickets else "",
    }
    return {**told, "type": tickets.type if tickets else "Task", "grouped": "on" if tickets and tickets.grouped else ""}


def _read(given: Mapping[str, Any]) -> tuple[Definition | None, list[str]]:
    """What is meant, or what is wrong with it."""
    plain: dict[str, Any] = {name: given[name] for name in _SIMPLE}
    plain["zone"] = plain["zone"] or "UTC"
    plain["asks"] = _asks(given["asks"])
    plain["scope"] = {name: given[f"scope.{name}"] for name in FILTERS}
    plain["milestones"] = [_milestone(line) for line in given["milestones"].splitlines() if line.strip()]
    plain["reminders"] = [part.strip() for part in given["reminders"].split(",") if part.strip()]
    if given["connection"]:
        plain["tickets"] = {
            "connection": given["connection"],
            "place": given["place"],
            "grouped": bool(given["grouped"]),
        }
        plain["tickets"] |= {"type": given["type"]} if given["type"] else {}
    try:
        definition = Definition.model_validate(plain)
        standing.check(definition)
    except ValidationError as invalid:
        return None, [_sentence(one["loc"], one["msg"]) for one in invalid.errors()]
    except UserError as error:
        return None, str(error).split("\n")
    return definition, []


def _sentence(where: tuple[int | str, ...], what: str) -> str:
    place = ".".join(map(str, where))
    return f"{place}: {what}" if place else what.removeprefix("Value error, ").capitalize()


def _asks(chosen: list[str]) -> list[Mapping[str, Any]]:
    rules: dict[str, list[str]] = {}
    levels = []
    for value in chosen:
        card, _, name = value.partition("/")
        if name.startswith(_LEVEL):
            levels.append({"scorecard": card, "level": name.removeprefix(_LEVEL)})
        elif name:
            rules.setdefault(card, []).append(name)
    return [*({"scorecard": card, "rules": names} for card, names in rules.items()), *levels]


def _milestone(line: str) -> Mapping[str, str]:
    day, _, share = line.strip().partition(" ")
    return {"on": day, "share": share.replace("%", "").strip()}


def _draw(
    request: HttpRequest,
    held: Held | None,
    given: Mapping[str, Any],
    *,
    errors: list[str] | None = None,
    looked: Definition | None = None,
    status: int = 0,
) -> HttpResponse:
    context = {
        "campaign": held,
        "given": given,
        "version": given.get("version") or (held.row.version if held else ""),
        "errors": errors or [],
        "asks": _offered(given.get("asks", ())),
        "scope": _scope(given),
        "connections": _connections(str(given.get("connection", ""))),
        "preview": _preview(request, looked) if looked else None,
    }
    return render(request, "campaign_form.html", context, status=status or (400 if errors else 200))


def _offered(chosen: list[str]) -> list[Group]:
    """The levels and rules of every scorecard."""
    found = []
    for card in content.scorecards():
        levels = [(f"{card.name}/{_LEVEL}{one.name}", f"Everything for {one.title}") for one in card.levels]
        rules = [(f"{card.name}/{one.id}", f"{one.item} {one.title}") for one in card.rules]
        choices = tuple(Choice(value, title, value in chosen) for value, title in (*levels, *rules))
        found.append(Group(card.title, card.name, choices))
    return found


def _scope(given: Mapping[str, Any]) -> list[Group]:
    whole = catalog.whole()
    known = index(whole)
    found = []
    for name in FILTERS:
        chosen = given.get(f"scope.{name}", ())
        values = sorted({*known.columns[name].values, *chosen})
        choices = tuple(Choice(value, said(name, value), value in chosen) for value in values)
        found.append(Group(name.capitalize(), f"scope.{name}", choices))
    return found


def _connections(chosen: str) -> list[Choice]:
    """Those by which tickets can be opened."""
    rows = [row for row in connections.connections() if row.integration in TOOLS]
    return [Choice(row.name, f"{row.name} ({row.integration})", row.name == chosen) for row in rows]


def _preview(request: HttpRequest, definition: Definition) -> Mapping[str, Any]:
    """Who is in it and how many are open today."""
    pairs = standing.pairs(definition, None, sight(request.user))
    teams = [(owner.short if owner else "Nobody", counts) for owner, counts in pairs.by_owner().items()]
    rules = [(one.rule.title, counts) for one, counts in zip(pairs.asked, pairs.by_rule(), strict=True)]
    return {
        "entities": len(pairs.entities),
        "whole": model.tally("", pairs.counts),
        "teams": [model.tally(title, counts) for title, counts in teams],
        "rules": [model.tally(title, counts) for title, counts in rules],
    }
