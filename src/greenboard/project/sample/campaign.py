"""The campaign of the sample organization: runbooks and alerts for what is most critical, half-way through."""

from __future__ import annotations

from datetime import datetime, timedelta

from greenboard.campaigns import service
from greenboard.campaigns.definition import Ask, Definition, Milestone, Scope
from greenboard.campaigns.models import Campaign

NAME = "ready-for-the-season"
_BEFORE, _AFTER = timedelta(days=30), timedelta(days=24)
_BRIEF = """The busiest weeks of the year are coming. Whoever is called at night shall find a **runbook** that is \
fresh, and **alerts** that say what to do.

- What fails is fixed by the owning team, or gets an exemption with an end.
- Half of it by the middle of the campaign, nine tenths a week before its end.
"""
_RULES = ("ops-1-runbook", "ops-1-useful", "obs-4-rules", "obs-4-routed", "rel-3-backup")


def begin(scorecard: str, now: datetime) -> None:
    """Begin the campaign as it would have been, unless it is there."""
    if Campaign.objects.filter(name=NAME).exists():
        return
    start, due = (now - _BEFORE).date(), (now + _AFTER).date()
    milestones = (
        Milestone(on=start + timedelta(days=26), share=50),
        Milestone(on=due - timedelta(days=7), share=90),
    )
    definition = Definition(
        title="Ready for the season",
        brief=_BRIEF,
        start=start,
        due=due,
        asks=(Ask(scorecard=scorecard, rules=_RULES),),
        scope=Scope(tier=("0", "1")),
        milestones=milestones,
    )
    service.make(definition, "sample", now - _BEFORE - timedelta(days=1), NAME)
