"""The page of one rule."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from greenboard.access.decide import Permission, may, require
from greenboard.facts.spoken import spoken
from greenboard.results import store as results
from greenboard.results.changes import changes
from greenboard.results.tallies import Tally, by_rule
from greenboard.rules.types import Outcome
from greenboard.scorecards.types import Rule
from greenboard.web import asked as address
from greenboard.web import causes, content, trends
from greenboard.web.charts.bar import outcome_bar
from greenboard.web.faults import explained
from greenboard.web.menus import spans
from greenboard.web.rule.model import Found, Said, head, sections, undecided
from greenboard.web.scorecard.model import rate
from greenboard.web.seen import seen

_BRIEF = 1_000
"""Characters of the reason for a rule that a campaign begins with."""


@require(Permission.READ)
@explained
def page(request: HttpRequest, scorecard: str, name: str) -> HttpResponse:
    """What it reads, who fails, and how that went over time."""
    asked = address.since(address.read(request), "90d")
    card = content.scorecard(scorecard)
    rule = card.rule(name)
    if rule is None:
        raise Http404(f"no rule {name!r}")
    everything = seen(request, card, asked)
    found = Found.of(everything, rule)
    number = dict(zip(everything.matrix.names, everything.matrix.rules, strict=True)).get(rule.id, 0)
    rows = {entity: row for (_, entity), row in results.some({number: found.shown()}, asked.as_of).items()}
    open_ones = found.ids(Outcome.NO_DATA)
    why = undecided(rule, open_ones, spoken(open_ones, rule.types, asked.as_of), content.vocabulary())
    happened = changes(card.name, asked.since, asked.as_of).of_rule(rule.id)
    counted = by_rule(everything.matrix, everything.columns(everything.visible)).get(rule.id, Tally())
    points = results.rule_trend(card.name, rule.id, asked.since, asked.as_of, sight=everything.sight)
    context = {
        "asked": asked,
        "scorecard": card,
        "scorecard_url": asked.to(f"/scorecards/{card.name}"),
        "campaign": _campaign(request, card.name, rule) if asked.as_of is None else "",
        "may_edit": may(request.user, Permission.RULES_WRITE),
        "head": head(card, rule, content.vocabulary()),
        "tally": counted,
        "rate": rate([counted]),
        "bar": outcome_bar(counted.passed, counted.failed, counted.undecided, height=14),
        "sections": sections(card, rule, found, Said(rows, why), asked),
        "figure": trends.outcomes(points),
        "digest": causes.newest(everything, None, happened, card, asked, most=30, about="rule"),
        "spans": spans(asked, "90d"),
    }
    return render(request, "rule.html", context)


def _campaign(request: HttpRequest, card: str, rule: Rule) -> str:
    """Where a campaign for this rule is begun; "" for who may begin none."""
    if not may(request.user, Permission.CAMPAIGNS_MANAGE):
        return ""
    begun = {"ask": f"{card}/{rule.id}", "title": rule.title, "brief": rule.why[:_BRIEF]}
    return address.address(reverse("campaign-new"), begun)
