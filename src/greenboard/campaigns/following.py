"""Tickets follow results: whatever changes makes a campaign dirty, and a durable run brings its tickets up to date.

There is one run of a campaign at a time. It begins with a wish in the transaction of the change, so neither is there
without the other.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from greenboard.campaigns import jobs, store
from greenboard.campaigns.models import Campaign, Ticket
from greenboard.campaigns.store import Held
from greenboard.campaigns.ticketing.planning import BEAT, LOOK, unseen
from greenboard.core import clock
from greenboard.durable import outbox
from greenboard.results.events import ResultsWritten

_CLAIMED = "claimed"


def note_results(event: ResultsWritten) -> None:
    """Results changed, in this transaction."""
    for held in store.open_ones():
        if follows(held) and event.scorecard in held.definition.scorecards:
            touch(held.row)


def follows(held: Held) -> bool:
    """Whether it has tickets that follow results."""
    return held.definition.tickets is not None and held.row.started_at is not None


def touch(row: Campaign) -> None:
    """Have the tickets of a campaign brought up to date, if it has some. To be called in a transaction."""
    Campaign.objects.filter(pk=row.pk, dirty=False).update(dirty=True)
    if Campaign.objects.filter(pk=row.pk, run="").update(run=_CLAIMED):
        run = outbox.wish(jobs.tickets, {"campaign": row.pk})
        Campaign.objects.filter(pk=row.pk).update(run=run, beat_at=clock.now() + BEAT)


def revive(now: datetime) -> int:
    """Go on where a run is lost, and with tickets that wait for a try or a look; with how many campaigns."""
    lost = Campaign.objects.exclude(run="").filter(beat_at__lt=now)
    waiting = Ticket.objects.filter(next_at__lte=now, campaign__run="").values_list("campaign_id", flat=True)
    open_ones = Ticket.objects.filter(unseen(now - LOOK), campaign__run="", campaign__ended_at=None, next_at=None)
    looks = open_ones.values_list("campaign_id", flat=True)
    several = {*lost.values_list("pk", flat=True), *waiting, *looks}
    for number in sorted(several):
        _revive(number, now)
    return len(several)


def _revive(number: int, now: datetime) -> None:
    with transaction.atomic():
        row = Campaign.objects.select_for_update().get(pk=number)
        if row.run and row.beat_at is not None and row.beat_at < now:
            Campaign.objects.filter(pk=number).update(run="")
        touch(row)
        # The run says anew when it wants to be woken; until then it is not woken again for the same.
        Ticket.objects.filter(campaign=row, next_at__lte=now).update(next_at=None)
