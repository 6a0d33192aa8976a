"""The page on which a rule is written. Trying a change and saving it are two permissions."""

from __future__ import annotations

import json

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from greenboard.access.decide import Permission, may, require
from greenboard.scaffolds import shelf
from greenboard.scorecards.types import Rule, Scorecard
from greenboard.web import content, links
from greenboard.web.editor.model import Choice, Group, offer
from greenboard.web.faults import explained
from greenboard.web.rule.model import head
from greenboard.workflows import store as workflows

API = "/api/v1"
_LONGEST = 4000


@require(Permission.RULES_PREVIEW)
@explained
def edit(request: HttpRequest, scorecard: str, name: str) -> HttpResponse:
    """A rule that there is."""
    card = content.scorecard(scorecard)
    rule = card.rule(name)
    if rule is None:
        raise Http404(f"no rule {name!r}")
    return _page(request, card, rule)


@require(Permission.RULES_PREVIEW)
@explained
def new(request: HttpRequest, scorecard: str) -> HttpResponse:
    """A rule that there is not yet."""
    return _page(request, content.scorecard(scorecard), None)


def _page(request: HttpRequest, card: Scorecard, rule: Rule | None) -> HttpResponse:
    offered = offer(card, _remedies())
    context = {
        "api": API,
        "scorecard": card,
        "rule": rule,
        "head": head(card, rule, content.vocabulary()) if rule else None,
        "offer": offered,
        "ladder": json.dumps(offered.ladder),
        "may_save": may(request.user, Permission.RULES_WRITE),
        "rule_url": links.rule(card.name, rule.id) if rule else "",
        "any_rule_url": links.rule(card.name, "RULE"),
        "proposed": {} if rule else _proposed(request),
    }
    return render(request, "rule_editor.html", context)


def _remedies() -> tuple[Group, ...]:
    """The scaffolds and workflows that a rule can name as its way out."""
    scaffolds = (Choice(f"scaffold:{one.full}", f"{one.scaffold.title} ({one.full})") for one in shelf.offered())
    flows = (Choice(f"workflow:{one.row.name}", one.definition.title) for one in workflows.workflows())
    return Group("Scaffolds", tuple(scaffolds)), Group("Workflows", tuple(flows))


def _proposed(request: HttpRequest) -> dict[str, str]:
    """What the address proposes for a new rule; it is a draft like any other, until somebody saves it."""
    given = {name: request.GET.get(name, "").strip()[:_LONGEST] for name in ("title", "why", "expression")}
    return {name: value for name, value in given.items() if value}
