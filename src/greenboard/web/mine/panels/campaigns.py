"""The campaigns in which something of mine is open."""

from __future__ import annotations

from django.urls import reverse

from greenboard.access.decide import sight
from greenboard.campaigns import standing, store
from greenboard.campaigns.store import State
from greenboard.web.campaigns import model
from greenboard.web.panels import Home, Panel


def panel(home: Home) -> Panel | None:
    """Those that run and ask something of what I or my teams own, or that I run; nothing where there are none."""
    as_of, now = home.asked.as_of, home.asked.now
    lines = []
    for held in store.campaigns(as_of):
        if held.state(now) in (State.RUNNING, State.OVERDUE):
            pairs = standing.pairs(held.definition, as_of, sight(home.request.user))
            mine = pairs.owned(home.mine.owners)
            if mine.counts.open:
                lines.append(model.line(held, mine.counts, now))
            elif held.definition.owner == home.request.user.get_username():
                lines.append(model.line(held, pairs.counts, now))
    if not lines:
        return None
    more = reverse("campaigns")
    return Panel("campaigns", "Campaigns", "parts/campaigns.html", {"lines": lines}, more=more, order=45)
