"""The exemptions of an entity from the scorecard that is shown: those that are open first."""

from __future__ import annotations

from greenboard.catalog import whole as catalog
from greenboard.exemptions import ledger
from greenboard.exemptions.ledger import Wanted
from greenboard.exemptions.models import Exemption, Refusal
from greenboard.exemptions.types import OPEN
from greenboard.web.exemptions.model import lines
from greenboard.web.exemptions.view import beside
from greenboard.web.panels import About, Panel

READS = (Exemption, Refusal)
_SHOWN = 8


def panel(about: About) -> Panel | None:
    """Nothing of the past, and nothing where there never was any."""
    if about.asked.as_of is not None or not about.has(*READS):
        return None
    wanted = Wanted(scorecard=about.scorecard.name, entities=[about.stored.id])
    rows = list(ledger.found(wanted, about.asked.now))
    refused = ledger.refused(about.stored.id)
    if not rows and not refused:
        return None
    rows.sort(key=lambda row: (row.state not in OPEN, -row.pk))
    own = beside(about.request, catalog.whole(None), rows[:_SHOWN])
    context = {"lines": lines(rows[:_SHOWN], own, about.asked), "entity": True, "refused": refused}
    note = f"the newest {_SHOWN} of {len(rows)}" if len(rows) > _SHOWN else ""
    return Panel("exemptions", "Exemptions", "parts/exemptions.html", context, note, order=30)
