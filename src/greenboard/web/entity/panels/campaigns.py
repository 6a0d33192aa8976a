"""The campaigns that ask something of an entity."""

from __future__ import annotations

from django.urls import reverse

from greenboard.campaigns import standing, store
from greenboard.campaigns.models import Campaign
from greenboard.campaigns.store import State
from greenboard.web.campaigns import model
from greenboard.web.panels import About, Panel

LOOKS = (Campaign,)


def panel(about: About) -> Panel | None:
    """Those that run, with what of each is open here; nothing where there are none."""
    as_of, now = about.asked.as_of, about.asked.now
    lines = []
    for held in store.campaigns(as_of) if about.has(Campaign) else ():
        if held.state(now) in (State.RUNNING, State.OVERDUE):
            counts = standing.pairs(held.definition, as_of, of=about.stored.id).counts
            lines += [model.line(held, counts, now)] if counts.total else []
    if not lines:
        return None
    note = f"{sum(one.counts.open for one in lines)} open"
    more = reverse("campaigns")
    return Panel("campaigns", "Campaigns", "parts/campaigns.html", {"lines": lines}, note=note, more=more, order=45)
