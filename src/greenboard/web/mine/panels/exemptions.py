"""Exemptions that wait for somebody: to decide, asked for, and ending soon."""

from __future__ import annotations

from django.urls import reverse

from greenboard.access.decide import Permission, sight
from greenboard.catalog import whole as catalog
from greenboard.exemptions import finding, ledger
from greenboard.exemptions.ledger import Wanted
from greenboard.exemptions.models import Exemption
from greenboard.exemptions.types import State
from greenboard.web import words
from greenboard.web.exemptions.model import SOON, lines
from greenboard.web.exemptions.view import beside
from greenboard.web.panels import Home, Panel

_SHOWN = 5


def panel(home: Home) -> Panel | None:
    """Nothing where nothing waits."""
    now, name = home.asked.now, finding.name(home.request.user)
    deciding = sight(home.request.user, Permission.EXEMPTIONS_DECIDE)
    waiting = ledger.found(Wanted(states=(State.REQUESTED,), sight=deciding), now).exclude(requested_by=name)
    mine = ledger.found(Wanted(states=(State.REQUESTED,), requested_by=name), now)
    ending = ledger.found(Wanted(requested_by=name, ending=SOON), now)
    found: list[tuple[str, str, list[Exemption], int]] = []
    for title, note, rows in (
        ("To decide", "state=requested", waiting.order_by("requested_at")),
        ("Asked for", f"state=requested&requested_by={name}", mine),
        ("Ending soon", f"ending=30&requested_by={name}", ending.order_by("ends")),
    ):
        shown = list(rows[:_SHOWN])
        if shown:
            found.append((title, f"{reverse('exemptions')}?{note}", shown, rows.count()))
    if not found:
        return None
    own = beside(home.request, catalog.whole(None), [row for *_, rows, _ in found for row in rows])
    groups = [(title, url, lines(rows, own, home.asked), max(0, count - _SHOWN)) for title, url, rows, count in found]
    note = words.count(sum(count for *_, count in found), "exemption")
    template, all_ = "parts/exemption_groups.html", reverse("exemptions")
    return Panel("exemptions", "Exemptions", template, {"groups": groups}, note, all_, order=20)
