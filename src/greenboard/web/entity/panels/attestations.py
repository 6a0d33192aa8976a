"""What people attest of an entity, and what its descriptors state that was not taken."""

from __future__ import annotations

from urllib.parse import quote

from django.urls import reverse

from greenboard.access.decide import Permission, may
from greenboard.attestations import policies, store
from greenboard.attestations.models import Attestation, Refusal
from greenboard.web.attestations import model
from greenboard.web.panels import About, Panel

READS = (Attestation, Refusal)
_MOST = 8


def panel(about: About) -> Panel | None:
    """The newest attestations, those that hold or wait first; nothing where there are none and none may be given."""
    as_of = about.asked.as_of
    rows = store.of_entity(about.stored.id, as_of) if about.has(Attestation) else []
    refused = store.refusals(about.stored.id) if as_of is None and about.has(Refusal) else []
    new = _may(about)
    if not rows and not refused and not new:
        return None
    rows.sort(key=lambda row: store.state_at(row, as_of) not in store.LIVING)
    context = {
        "lines": [model.line(row, about.asked.now, as_of) for row in rows[:_MOST]],
        "refused": refused,
        "new": f"{reverse('attestation-new')}?entity={quote(str(about.stored.ref))}" if new else "",
    }
    more = f"{reverse('attestations')}?entity={quote(str(about.stored.ref))}"
    holding = sum(store.state_at(row, as_of) == "holds" for row in rows)
    note = f"{holding} hold" if rows else ""
    return Panel("attestations", "Attestations", "parts/attested.html", context, note, more if rows else "", order=40)


def _may(about: About) -> bool:
    """Whether whoever looks may attest, and anything can be attested of such an entity."""
    asked = any(about.stored.ref.kind in policy.kinds for policy in policies.shipped().values())
    return asked and about.asked.as_of is None and may(about.request.user, Permission.ATTEST)
