"""What of attestations waits for whoever looks: to confirm, and to renew."""

from __future__ import annotations

from django.urls import reverse

from greenboard.access.decide import Permission, may
from greenboard.attestations import waiting
from greenboard.attestations.permitting import Acting
from greenboard.core import clock
from greenboard.web.attestations import model
from greenboard.web.panels import Home, Panel

_MOST = 8


def panel(home: Home) -> Panel | None:
    """Nothing where nothing waits, and of the past."""
    if home.asked.as_of is not None or not may(home.request.user, Permission.ATTEST):
        return None
    now = clock.now()
    found = waiting.of(Acting.by(home.request.user), home.mine, now + model.SOON)
    if not found.confirm and not found.ending:
        return None
    context = {
        "confirm": [model.line(row, now) for row in found.confirm[:_MOST]],
        "ending": [model.line(row, now) for row in found.ending[:_MOST]],
    }
    more = reverse("attestations")
    return Panel("attestations", "Attestations", "parts/attestations_mine.html", context, more=more, order=20)
