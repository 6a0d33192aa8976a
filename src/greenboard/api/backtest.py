"""Drafts of rules held against the past."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router

from greenboard.api import drafted
from greenboard.api.drafts import compiled
from greenboard.api.guard import PREVIEW
from greenboard.api.shapes import RuleBacktest
from greenboard.api.shown import Json, address
from greenboard.catalog.types import Entity
from greenboard.facts.store import vocabulary
from greenboard.results import past
from greenboard.results.backtest import Backtest, Course
from greenboard.scorecards import store

router = Router(tags=["Drafts"])


@router.post(
    "/rules/backtest", auth=PREVIEW, operation_id="backtest_rule", response=drafted.Backtested, exclude_unset=True
)
def backtest(request: HttpRequest, asked: RuleBacktest) -> Json:  # noqa: ARG001 - the framework passes it
    """What a draft of a rule would have come to at the end of each day, today's being now."""
    card = store.standard(asked.scorecard, vocabulary())
    rule, errors = compiled(card, asked.rule.given())
    told = {"ok": rule is not None, "errors": errors, "ready": True}
    return told if rule is None else {**told, **shown(past.backtest(card, rule, asked.days), asked.limit)}


def shown(found: Backtest, limit: int | None = None) -> Json:
    """A backtest as JSON: totals exact, lists of entities no longer than `limit`."""
    course = found.course
    return {
        "days": _days(course),
        "before": None if found.before is None else {"days": _days(found.before)},
        "flapping": [{**_entity(one.entity), "turns": one.turns} for one in course.flapping[:limit]],
        "flapping_total": len(course.flapping),
        "first_failed": [{**_entity(one.entity), "day": one.day.isoformat()} for one in course.first_failed[:limit]],
        "first_failed_total": len(course.first_failed),
        "milliseconds": round(found.milliseconds, 3),
    }


def _days(course: Course) -> list[Json]:
    return [
        {"day": day.day.isoformat(), **{outcome.value: count for outcome, count in day.counts.items()}}
        for day in course.counted
    ]


def _entity(entity: Entity) -> Json:
    return {"ref": str(entity.ref), "name": entity.title or entity.ref.name, "url": address(entity.ref)}
