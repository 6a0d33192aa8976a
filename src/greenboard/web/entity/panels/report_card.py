"""On the page of a team: the way to its report card."""

from __future__ import annotations

from django.urls import reverse

from greenboard.web.panels import About, Panel


def panel(about: About) -> Panel | None:
    """None of what is no team."""
    ref = about.stored.ref
    if ref.kind != "team":
        return None
    context = {"card": about.asked.to(reverse("report", args=["report-card"]), team=ref.short), "name": ref.short}
    return Panel("report-card", "How it stands", "parts/report_card.html", context, order=30)
