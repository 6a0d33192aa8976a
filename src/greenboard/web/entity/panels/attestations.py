"""What people attest of an entity, and what its descriptors state that was not taken."""

from __future__ import annotations

from urllib.parse import quote

from django.urls import reverse

from greenboard.access.decide import Permission, may
from greenboard.attestations import store
from greenboard.web.attestations import model
from greenboard.web.panels import About, Panel

_MOST = 8


def panel(about: About) -> Panel | None:
    """The newest attestations, those that hold or wait first; nothing where there are none."""
    as_of = about.asked.as_of
    rows = store.of_entity(about.stored.id, as_of)
    refused = store.refusals(about.stored.id) if as_of is None else []
    if not rows and not refused:
        return None
    rows.sort(key=lambda row: store.state_at(row, as_of) not in store.LIVING)
    context = {
        "lines": [model.line(row, about.asked.now, as_of) for row in rows[:_MOST]],
        "refused": refused,
        "new": f"{reverse('attestation-new')}?entity={quote(str(about.stored.ref))}" if _may(about) else "",
    }
    more = f"{reverse('attestations')}?entity={quote(str(about.stored.ref))}"
    holding = sum(store.state_at(row, as_of) == "holds" for row in rows)
    return Panel(
        "attestations", "Attestations", "parts/attested.html", context, note=f"{holding} hold", more=more, order=40
    )


def _may(about: About) -> bool:
    return about.asked.as_of is None and may(about.request.user, Permission.ATTEST)
