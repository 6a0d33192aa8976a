"""The readiness reviews of an entity: what the last signature says, and what is under way."""

from __future__ import annotations

from greenboard.access.decide import Permission, may, sight
from greenboard.core import clock
from greenboard.reviews import gate, store
from greenboard.reviews.models import Subject
from greenboard.web.panels import About, Panel
from greenboard.web.reviews.model import rows

READS = (Subject,)
_MOST = 5


def panel(about: About) -> Panel | None:
    """None of the past, and of what is neither reviewed nor a thing that may be."""
    if about.asked.as_of is not None:
        return None
    ref, seen = about.stored.ref, sight(about.request.user)
    found = list(store.about([ref], seen)[:_MOST]) if about.has(Subject) else []
    may_ask = may(about.request.user, Permission.REVIEWS_ANSWER) and ref.kind not in _NEVER
    if not found and not may_ask:
        return None
    now = clock.now()
    context = {
        "rows": rows(found, now),
        "gate": gate.gate(ref, now, sight=seen) if found else None,
        "may_ask": may_ask,
        "ref": str(ref),
    }
    return Panel("reviews", "Reviews", "parts/entity_reviews.html", context, order=70)


_NEVER = ("team", "person", "repository", "domain")
"""Kinds that are not reviewed for readiness."""
