"""The list of campaigns, one of them, what tickets would be opened, and its end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from greenboard.access.decide import Permission, may, require, sight
from greenboard.campaigns import progress, service, standing, store
from greenboard.campaigns.enforcing import Enforcing
from greenboard.campaigns.models import Ticket
from greenboard.campaigns.pairs import STATES, Pairs
from greenboard.campaigns.service import Ending
from greenboard.campaigns.store import Held, NoCampaign
from greenboard.campaigns.ticketing import planning, tools
from greenboard.catalog.columns import named
from greenboard.collection import acting
from greenboard.connections.actions import Planned
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.scorecards.types import Enforcement
from greenboard.web import asked as address
from greenboard.web import links
from greenboard.web.acting import act, refused, text
from greenboard.web.asked import Asked
from greenboard.web.campaigns import model
from greenboard.web.export import Row, table
from greenboard.web.faults import explained
from greenboard.web.markdown import render as markdown
from greenboard.web.paging import page as page_of

PAGE, MOST = 50, 200
COLUMNS = ("entity", "team", "scorecard", "rule", "title", "state", "ticket")
ENFORCEMENTS = tuple(one.value for one in Enforcement if one is not Enforcement.DRAFT)


def found(request: HttpRequest, name: str) -> tuple[Held, Asked]:
    """The campaign of an address as of its day, or the page that says there is none."""
    asked = address.read(request)
    try:
        return store.find(name, asked.as_of), asked
    except NoCampaign as error:
        raise Http404(str(error)) from None


@require(Permission.READ)
@require_safe
@explained
def listing(request: HttpRequest) -> HttpResponse:
    """Every campaign with its progress."""
    asked = address.read(request)
    seen = sight(request.user)
    lines = [
        model.line(held, standing.pairs(held.definition, asked.as_of, seen).counts, asked.now)
        for held in store.campaigns(asked.as_of)
    ]
    context = {"asked": asked, "lines": lines, "may_manage": may(request.user, Permission.CAMPAIGNS_MANAGE)}
    return render(request, "campaigns.html", context)


@require(Permission.READ)
@require_safe
@explained
def page(request: HttpRequest, name: str) -> HttpResponse:
    """One campaign: how it goes, whose turn it is, and what is open."""
    return Page(name)(request)


class Page:
    """Draws the page of one campaign."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, request: HttpRequest, *, error: str = "") -> HttpResponse:
        held, asked = found(request, self.name)
        everything = standing.pairs(held.definition, asked.as_of, sight(request.user))
        pairs = _narrowed(everything, asked)
        tickets = list(Ticket.objects.filter(campaign=held.row)) if asked.as_of is None else []
        part = page_of(len(pairs), PAGE, asked)
        context = {
            "error": error,
            "asked": asked,
            "campaign": held,
            "definition": held.definition,
            "brief": markdown(held.definition.brief),
            "state": model.state(held, asked.now),
            "whole": model.tally("", everything.counts),
            "scope": model.scope(held.definition.scope),
            "figure": _figure(request, held, asked, everything),
            "teams": list(_teams(everything, asked)),
            "rules": list(_rules(everything, asked)),
            "rows": model.rows(pairs, tickets, part.part),
            "page": part,
            "narrowed": pairs is not everything,
            "all_url": asked.here(team=None, rule=None),
            "tickets": _tickets(everything, tickets),
            "csv": asked.to(reverse("campaign-csv", args=[held.name]), "team", "rule"),
            **_ending(request, held, asked),
        }
        return render(request, "campaign.html", context)


def _ending(request: HttpRequest, held: Held, asked: Asked) -> dict[str, Any]:
    """Who may end it, and how."""
    living = held.row.ended_at is None and asked.as_of is None
    manages = may(request.user, Permission.CAMPAIGNS_MANAGE)
    return {
        "may_manage": manages and living,
        "may_copy": manages,
        "may_enforce": living and may(request.user, Permission.RULES_WRITE),
        "enforcements": ENFORCEMENTS,
        "today": f"{clock.now():%Y-%m-%d}",
    }


def _narrowed(pairs: Pairs, asked: Asked) -> Pairs:
    """Those of the team and rule that the address names."""
    team, rule = asked.get("team"), asked.get("rule")
    if team:
        several = [number for number in pairs.entities.tolist() if named(pairs.whole.entities[number].owner) == team]
        pairs = pairs.among(several)
    return pairs.of_rule(rule) if rule else pairs


def _figure(request: HttpRequest, held: Held, asked: Asked, pairs: Pairs) -> model.Figure | None:
    """Days are counted over everything, so that only who may see everything sees them."""
    if not sight(request.user).everything:
        return None
    until = min(asked.now, held.row.ended_at or asked.now)
    today = held.definition.day_of(until)
    counts = pairs.counts if until == asked.now else progress.at(held, until)
    return model.figure(held.definition, progress.points(held, until), today, counts)


def _teams(pairs: Pairs, asked: Asked) -> Iterator[model.Tally]:
    for owner, counts in pairs.by_owner().items():
        title = owner.short if owner else "Nobody"
        yield model.tally(title, counts, asked.here(team=named(owner)), links.entity(owner) if owner else "")


def _rules(pairs: Pairs, asked: Asked) -> Iterator[model.Tally]:
    for one, counts in zip(pairs.asked, pairs.by_rule(), strict=True):
        about = asked.to(links.rule(one.scorecard.name, one.rule.id))
        yield model.tally(one.rule.title, counts, asked.here(rule=one.rule.id), about)


def _tickets(pairs: Pairs, tickets: list[Ticket]) -> list[model.TicketLine]:
    """Those of entities in sight: what has a fault first, then what is open."""
    names = pairs.whole.names
    seen = {int(pairs.whole.ids[number]) for number in pairs.entities.tolist()}
    several = sorted(tickets, key=lambda one: (not one.error, one.wanted != "open", -one.pk))
    now = clock.now()
    return [
        model.ticket(one, names[one.entity_id].short, links.entity(names[one.entity_id]), pairs.asked, now)
        for one in several
        if one.entity_id in seen
    ][:MOST]


@require(Permission.READ)
@require_safe
@explained
def export(request: HttpRequest, name: str, as_file: str) -> HttpResponseBase:
    """The pairs of a campaign, as a file."""
    held, asked = found(request, name)
    pairs = _narrowed(standing.pairs(held.definition, asked.as_of, sight(request.user)), asked)
    return table(as_file, f"campaign-{held.name}", COLUMNS, _lines(held, pairs))


def _lines(held: Held, pairs: Pairs) -> Iterator[Row]:
    issues = {(one.entity_id, one.scorecard, one.rule): one.issue for one in Ticket.objects.filter(campaign=held.row)}
    for pair in pairs.told():
        card, rule = pair.asked.scorecard.name, pair.asked.rule
        yield {
            "entity": str(pair.stored.ref),
            "team": str(pair.stored.owner or ""),
            "scorecard": card,
            "rule": rule.id,
            "title": rule.title,
            "state": STATES[pair.state],
            "ticket": issues.get((pair.stored.id, card, rule.id)) or issues.get((pair.stored.id, "", "")) or "",
        }


@require(Permission.CAMPAIGNS_MANAGE)
@require_safe
@explained
def dry_run(request: HttpRequest, name: str) -> HttpResponse:
    """Which tickets would be open now, where, and the first call that would open one. Nothing is sent."""
    held, asked = found(request, name)
    pairs = standing.pairs(held.definition, None, sight(request.user))
    error, lines, call = "", [], None
    try:
        several = list(planning.preview(held, pairs))
        lines = [(one, ticket) for _, one, ticket in several]
        call = next((_call(held, one) for _, one, ticket in several if ticket is None and one.place), None)
    except UserError as refusal:
        error = str(refusal)
    context = {
        "campaign": held,
        "asked": asked,
        "lines": lines[:MOST],
        "count": len(lines),
        "call": call,
        "error": error,
    }
    return render(request, "campaign_dry_run.html", context)


def _call(held: Held, one: planning.Wanted) -> Planned:
    assert held.definition.tickets is not None
    connection = held.definition.tickets.connection
    given = tools.creating(tools.of(connection), one.place, one.said)
    return acting.plan(connection, "issue.create", given, held.name, clock.now())


@require(Permission.CAMPAIGNS_MANAGE)
@require_POST
def end(request: HttpRequest, name: str) -> HttpResponse:
    """End a campaign: archive it, or take its rules into the scorecard."""
    draw = Page(name)
    try:
        enforcing = _enforcing(request)
        version = int(text(request, "version") or 0)
    except ValueError:
        return refused(request, UserError("not a day", expected="like 2026-12-31"), draw)
    except UserError as error:
        return refused(request, error, draw)
    ending = Ending(close_tickets=bool(text(request, "close_tickets")), enforcing=enforcing)
    by = request.user.get_username()

    def do() -> None:
        found(request, name)
        service.end(name, version, ending, by, clock.now())

    return act(request, do, draw, "campaign", name)


def _enforcing(request: HttpRequest) -> Enforcing | None:
    wanted = text(request, "enforce")
    if not wanted:
        return None
    if not may(request.user, Permission.RULES_WRITE):
        raise UserError("you may not change rules", hint="End it without, or ask somebody who may.")
    if wanted not in ENFORCEMENTS:
        raise UserError("nothing that a rule can do", expected=", ".join(ENFORCEMENTS))
    return Enforcing(Enforcement(wanted), date.fromisoformat(text(request, "from")), text(request, "note"))
