"""Hold a draft of a rule against the past that the store has."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from functools import cache

from greenboard.core import clock
from greenboard.exemptions import store as exemptions
from greenboard.facts.store import vocabulary
from greenboard.results.archive import Archive, ends
from greenboard.results.backtest import Backtest, Past, course
from greenboard.results.neighbours import Wanted
from greenboard.scorecards.store import standards
from greenboard.scorecards.types import Rule, Scorecard

DAYS = 90


@cache
def archive() -> Archive:
    """What this process keeps of the past."""
    return Archive()


def forget() -> None:
    """Read anew at the next call."""
    archive.cache_clear()


def backtest(scorecard: Scorecard, draft: Rule, days: int = DAYS, now: datetime | None = None) -> Backtest:
    """What a draft would have come to at the end of each of the last days, today's being now.

    Beside it stands the rule of its id in the scorecard, where there is one. Each day is judged as it
    would have been then: by the facts, the catalog and the clock of that moment.

    Raises:
        UserError: so many days cannot be looked back, or more happened in them than can be looked at.

    """
    current = scorecard.rule(draft.id)
    rules = [draft] if current is None else [draft, current]
    moment = now or clock.now()
    past = read(archive(), rules, (*ends(days, moment), moment))
    spans = exemptions.spans(scorecard.name, [draft.id], past.history.moments[0])
    start = time.perf_counter()
    found = course(scorecard, draft, past, days, spans)
    before = course(scorecard, current, past, days, spans) if current else None
    return Backtest(draft, found, before, (time.perf_counter() - start) * 1000)


def read(kept: Archive, rules: Sequence[Rule], moments: Sequence[datetime]) -> Past:
    """What some rules read, at some moments in rising order (and maybe at more before them).

    Raises:
        UserError: more happened than can be looked at.

    """
    own = {name for rule in rules for name in rule.types}
    related = {path.partition(".")[0] for rule in rules for paths in rule.related.values() for path in paths}
    wanted = Wanted(
        frozenset(name for rule in rules for name in rule.related),
        frozenset(card for rule in rules for _, card in rule.levels),
        any(rule.reads_team for rule in rules),
    )
    known = standards(vocabulary()) if wanted.scorecards else ()
    return kept.past(own | related, moments, wanted, known)
