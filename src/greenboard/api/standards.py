"""Reading scorecards: their levels and rules, how many entities come to what, and how it went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import BeforeValidator, Field

from greenboard.api import answers, schemas
from greenboard.api.guard import READ, sight
from greenboard.api.query import Asked, AtMoment, Word, fields_of, several, whole
from greenboard.core import clock
from greenboard.facts.store import vocabulary
from greenboard.results import store as results
from greenboard.rules.types import Outcome
from greenboard.scorecards import store
from greenboard.scorecards.types import Rule, Scorecard, Selector

router = Router(tags=["Scorecards"])
_CARD = "/scorecards/{scorecard}"


class CardsAsked(Asked):
    fields: str | None = fields_of(schemas.Scorecard)


class RulesAsked(AtMoment):
    fields: str | None = fields_of(schemas.RuleShown)
    level: list[Word] = several(description="Level that it belongs to.")
    dimension: list[Word] = several(description="Dimension that it belongs to.")


class TrendAsked(AtMoment):
    days: Annotated[int, Field(ge=1, le=366), BeforeValidator(whole)] = Field(
        default=90, description="How many days to look back."
    )


@router.get("/scorecards", auth=READ, response=schemas.ScorecardList)
def scorecards(request: HttpRequest, asked: Query[CardsAsked]) -> HttpResponse:
    """Every scorecard, the default one first."""
    rows = [_card(card) for card in store.standards(vocabulary())]
    return answers.several(request, schemas.ScorecardList, rows, asked.fields)


@router.get(_CARD, auth=READ, response=schemas.Scorecard)
def scorecard(request: HttpRequest, scorecard: Path[Word], asked: Query[CardsAsked]) -> HttpResponse:
    """One scorecard."""
    return answers.one(request, _card(store.standard(scorecard, vocabulary())), asked.fields)


@router.get(f"{_CARD}/rules", auth=READ, response=schemas.RuleList)
def rules(request: HttpRequest, scorecard: Path[Word], asked: Query[RulesAsked]) -> HttpResponse:
    """The rules of a scorecard as they are today, with what entities come to at the moment that is asked for."""
    card = store.standard(scorecard, vocabulary())
    counts = results.rule_counts(card.name, asked.as_of, sight=sight(request))
    rows = [
        _rule(card, rule, counts.get(rule.id, Counter()))
        for rule in card.rules
        if rule.level in (asked.level or [rule.level]) and rule.dimension in (asked.dimension or [rule.dimension])
    ]
    return answers.several(request, schemas.RuleList, rows, asked.fields)


@router.get(f"{_CARD}/trend", auth=READ, response=schemas.Trend)
def trend(request: HttpRequest, scorecard: Path[Word], asked: Query[TrendAsked]) -> HttpResponse:
    """How many entities stood on each level at the end of each day."""
    card = store.standard(scorecard, vocabulary())
    end = asked.as_of or clock.now()
    points = results.trend(card.name, end - timedelta(days=asked.days - 1), end, sight=sight(request))
    shown = [schemas.TrendPoint(at=one.at, by_level=dict(one.by_level), score=one.score) for one in points]
    return answers.kept(request, schemas.Trend(points=shown))


def _card(card: Scorecard) -> schemas.Scorecard:
    return schemas.Scorecard(
        name=card.name,
        title=card.title,
        description=card.description,
        levels=[
            schemas.LevelNamed(name=level.name, title=level.title, description=level.description)
            for level in card.levels
        ],
        dimensions=dict(card.dimensions),
        scope=_scope(card.scope),
        rules=len(card.rules),
        looked_at=results.last_run(card.name),
        url=f"/scorecards/{card.name}",
    )


def _scope(scope: Selector) -> schemas.Scope:
    return schemas.Scope(
        kinds=list(scope.kinds), tiers=list(scope.tiers), lifecycles=list(scope.lifecycles), tags=list(scope.tags)
    )


def _rule(card: Scorecard, rule: Rule, counts: Mapping[Outcome, int]) -> schemas.RuleShown:
    return schemas.RuleShown(
        id=rule.id,
        scorecard=card.name,
        item=rule.item,
        dimension=rule.dimension,
        title=rule.title,
        why=rule.why,
        fix=rule.fix,
        level=rule.level,
        weight=rule.weight,
        enforcement=rule.enforcement.value,
        enabled_from=rule.enabled_from,
        lifecycle=rule.lifecycle,
        grace_seconds=rule.grace.total_seconds(),
        scope=_scope(rule.scope),
        expression=rule.program.source,
        when=rule.when.source if rule.when else None,
        reads=list(rule.inputs),
        counts={outcome: counts.get(outcome, 0) for outcome in Outcome},
        url=f"/scorecards/{card.name}/rules/{rule.id}",
    )
