"""Saved views of the sample organization, which everybody finds."""

from __future__ import annotations

from datetime import datetime

from greenboard.access.origin import acting
from greenboard.project.sample.people import account, page
from greenboard.reports import views
from greenboard.reports.models import Shared
from greenboard.reports.views import Wish

_VIEWS = (
    Wish("Holes by system", "birds-eye", "by=system", Shared.ALL),
    Wish("Payments, for the monthly meeting", "report-card", "team=payments", Shared.ALL),
    Wish("What changed in a month, and why", "comparison", "since=30d", Shared.ALL),
)


def keep(at: datetime) -> None:
    """Keep them, in the name of somebody of the organization."""
    grace = account("grace-mensah", at)
    with acting(page(grace.username)):
        for wish in _VIEWS:
            views.make(grace, wish)
