"""The durable work of campaigns: see `ticketing` for what the steps do."""

from __future__ import annotations

from functools import partial

from greenboard.campaigns.models import Campaign
from greenboard.campaigns.ticketing import doing, planning
from greenboard.core import clock
from greenboard.durable.types import Json, Run
from greenboard.durable.workflows import workflow

_TRIES = 5


@workflow("campaign-tickets", waits=True)
async def tickets(run: Run, given: Json) -> Json:
    """Bring the tickets of a campaign up to date, one after the other, until nothing changed meanwhile."""
    assert isinstance(given, dict), "a campaign"
    number = int(str(given["campaign"]))
    while True:
        work = await run.step("plan", partial(_plan, number, run.id), attempts=_TRIES)
        if work is None:
            return None
        assert isinstance(work, list), "tickets by id"
        for ticket in work:
            await run.step("ticket", partial(_do, run.id), ticket, attempts=_TRIES)
        if await run.step("leave", partial(_leave, number, run.id), attempts=_TRIES):
            return None


def _plan(number: int, run: str) -> Json:
    found = planning.plan(number, run, clock.now())
    return None if found is None else list(found)


def _do(run: str, ticket: Json) -> Json:
    return doing.do(int(str(ticket)), run, clock.now())


def _leave(number: int, run: str) -> Json:
    """End the run, unless something changed since it looked."""
    own = Campaign.objects.filter(pk=number, run=run)
    return bool(own.filter(dirty=False).update(run="", beat_at=None)) or not own.exists()
