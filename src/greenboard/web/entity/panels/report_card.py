"""On the page of a team: the way to its report card, and to what it owns on the board."""

from __future__ import annotations

from django.urls import reverse

from greenboard.web import links
from greenboard.web.panels import About, Panel


def panel(about: About) -> Panel | None:
    """None of what is no team."""
    ref = about.stored.ref
    if ref.kind != "team":
        return None
    card = about.asked.to(reverse("report", args=["report-card"]), team=ref.short)
    board = about.asked.to(links.BOARD, "scorecard", team=ref.short)
    context = {"card": card, "board": board, "name": ref.short}
    return Panel("report-card", "How it stands", "parts/report_card.html", context, order=30)
