"""The page of one rule."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from greenboard.access.decide import Permission, may, require, sight
from greenboard.catalog import store as catalog
from greenboard.facts import store as facts
from greenboard.results import store as results
from greenboard.rules.types import Outcome
from greenboard.web import asked as address
from greenboard.web import causes, content, trends
from greenboard.web.charts.bar import outcome_bar
from greenboard.web.faults import explained
from greenboard.web.menus import spans
from greenboard.web.rule.model import head, sections, undecided
from greenboard.web.scorecard.model import rate
from greenboard.web.standing import tally


@require(Permission.READ)
@explained
def page(request: HttpRequest, scorecard: str, name: str) -> HttpResponse:
    """What it reads, who fails, and how that went over time."""
    asked = address.since(address.read(request), "90d")
    card = content.scorecard(scorecard)
    rule = card.rule(name)
    if rule is None:
        raise Http404(f"no rule {name!r}")
    seen = sight(request.user)
    rows = results.results(card.name, asked.as_of, rule=rule.id, sight=seen)
    entities = {stored.entity.ref: stored for stored in catalog.entities(asked.as_of, sight=seen)}
    changes = results.changes(card.name, asked.since, asked.as_of, rule=rule.id, sight=seen)
    counted = tally(rows)
    open_ones = [row.entity for row in rows if row.outcome is Outcome.NO_DATA]
    known = facts.current(asked.as_of, open_ones) if open_ones else {}
    why = undecided(rule, rows, known, content.vocabulary())
    context = {
        "asked": asked,
        "scorecard": card,
        "scorecard_url": asked.to(f"/scorecards/{card.name}"),
        "may_edit": may(request.user, Permission.RULES_WRITE),
        "head": head(card, rule, content.vocabulary()),
        "tally": counted,
        "rate": rate([counted]),
        "bar": outcome_bar(counted.passed, counted.failed, counted.undecided, height=14),
        "sections": sections(rule, rows, entities, asked, why),
        "figure": trends.outcomes(results.rule_trend(card.name, rule.id, asked.since, asked.as_of, sight=seen)),
        "digest": causes.digest(changes, card, asked, most=30, about="rule"),
        "spans": spans(asked, "90d"),
    }
    return render(request, "rule.html", context)
