"""Figures over time, counted by the database: what was at first, then what came and went.

Rows are summed by the moments at which they begin and end, so that what is read grows with the
number of evaluations, not with that of entities. `store` offers what is public here.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import TypeVar

from django.db.models import Count, QuerySet, Sum

from greenboard.access.sight import EVERYTHING, Sight
from greenboard.catalog.sight import condition
from greenboard.core import clock
from greenboard.facts.store import at_moment
from greenboard.results import models
from greenboard.results.rows import OUTCOMES, RulePoint, TrendPoint
from greenboard.rules.types import Outcome

_Row = TypeVar("_Row", models.ResultInterval, models.LevelInterval)
_DIGITS = 6
"""Of the mean score: sums and differences of fractions are exact no further."""


def trend(
    scorecard: str,
    since: datetime,
    until: datetime | None = None,
    step_days: float = 1,
    *,
    sight: Sight = EVERYTHING,
    among: Collection[int] | None = None,
) -> list[TrendPoint]:
    """Entities in sight by level and mean score, at `until` and every so many days before it back to `since`.

    `among` are the surrogate ids of those that count; None is all.
    """
    rows = models.LevelInterval.objects.filter(condition(sight), scorecard__name=scorecard)
    if among is not None:
        rows = rows.filter(entity_id__in=among)
    moments = _moments(since, until or clock.now(), step_days)
    points = []
    standing: Counter[str] = Counter()
    scored: dict[str, tuple[int, float]] = defaultdict(lambda: (0, 0.0))
    for moment, steps in _stepwise(rows, "level", "score", moments):
        for sign, level, count, scores, total in steps:
            standing[level] += sign * count
            known, summed = scored[level]
            scored[level] = (known + sign * scores, summed + sign * (total or 0.0))
        known = sum(count for count, _ in scored.values())
        mean = round(sum(total for _, total in scored.values()) / known, _DIGITS) if known else None
        points.append(TrendPoint(moment, Counter({level: count for level, count in standing.items() if count}), mean))
    return points


def rule_trend(
    scorecard: str,
    rule: str,
    since: datetime,
    until: datetime | None = None,
    *,
    step_days: float = 1,
    sight: Sight = EVERYTHING,
) -> list[RulePoint]:
    """What a rule came to for what is in sight, at `until` and every so many days before it back to `since`."""
    rules = models.Rule.objects.filter(scorecard__name=scorecard, name=rule).values_list("id", flat=True)
    rows = models.ResultInterval.objects.filter(condition(sight), rule_id__in=list(rules))
    moments = _moments(since, until or clock.now(), step_days)
    points = []
    counted: Counter[Outcome] = Counter()
    for moment, steps in _stepwise(rows, "outcome", "outcome", moments):
        for sign, outcome, count, *_ in steps:
            counted[OUTCOMES[int(outcome)]] += sign * count
        undecided = counted[Outcome.NO_DATA] + counted[Outcome.ERROR]
        points.append(RulePoint(moment, counted[Outcome.PASS], counted[Outcome.FAIL], undecided))
    return points


_Step = tuple[int, str, int, int, float | None]
"""Sign (came or went), the class that is counted, rows, rows with a number, the sum of those numbers."""


def _stepwise(
    rows: QuerySet[_Row], name: str, number: str, moments: list[datetime]
) -> Iterator[tuple[datetime, list[_Step]]]:
    """For each moment what came and went since the one before; for the first all that was there."""
    if not moments:
        return
    first, last = moments[0], moments[-1]
    figures = {"rows": Count("id"), "numbers": Count(number), "total": Sum(number)}
    steps: dict[int, list[_Step]] = defaultdict(list)
    there = rows.filter(at_moment(first)).order_by().values_list(name).annotate(**figures)
    steps[0] = [(1, kind, count, known, total) for kind, count, known, total in there]
    for sign, moment in ((1, "valid_from"), (-1, "valid_to")):
        span = rows.filter(**{f"{moment}__gt": first, f"{moment}__lte": last})
        for at, kind, count, known, total in span.order_by().values_list(moment, name).annotate(**figures):
            steps[bisect_left(moments, at)].append((sign, kind, count, known, total))
    for position, moment_of in enumerate(moments):
        yield moment_of, steps[position]


def _moments(since: datetime, until: datetime, step_days: float) -> list[datetime]:
    step = timedelta(days=step_days)
    count = max(0, (until - since) // step)
    return [until - step * back for back in range(count, -1, -1)]
