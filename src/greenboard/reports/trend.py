"""How levels and the mean score of what is shown moved over time."""

from __future__ import annotations

from greenboard.reports import history
from greenboard.reports.ground import Ground
from greenboard.results import trends
from greenboard.results.rows import TrendPoint

_POINTS = 90


def trend(ground: Ground) -> list[TrendPoint]:
    """A point for each day since the moment that is asked for, or fewer over a long time."""
    wanted = ground.wanted
    days = (wanted.now - wanted.since).total_seconds() / 86_400
    among = None if ground.whole_company else history.shown_ids(ground).tolist()
    step = max(1.0, days / _POINTS)
    return trends.trend(ground.scorecard.name, wanted.since, wanted.as_of, step, sight=ground.sight, among=among)
