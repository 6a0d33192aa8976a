"""Hold a draft of a rule against the past that the store has."""

from __future__ import annotations

import time
from datetime import datetime
from functools import cache

from greenboard.core import clock
from greenboard.results.archive import Archive, ends
from greenboard.results.backtest import Backtest, course
from greenboard.scorecards.types import Rule, Scorecard

DAYS = 90


@cache
def archive() -> Archive:
    """What this process keeps of the past."""
    return Archive()


def backtest(scorecard: Scorecard, draft: Rule, days: int = DAYS, now: datetime | None = None) -> Backtest:
    """What a draft would have come to at the end of each of the last days, today's being now.

    Beside it stands the rule of its id in the scorecard, where there is one. Each day is judged as it
    would have been then: by the facts, the catalog and the clock of that moment.

    Raises:
        UserError: so many days cannot be looked back, or more happened in them than can be looked at.

    """
    current = scorecard.rule(draft.id)
    types = draft.types | (current.types if current else frozenset())
    moment = now or clock.now()
    past = archive().past(types, (*ends(days, moment), moment))
    start = time.perf_counter()
    found = course(scorecard, draft, past, days)
    before = course(scorecard, current, past, days) if current else None
    return Backtest(draft, found, before, (time.perf_counter() - start) * 1000)
