"""The badge of an entity, and what to write into a README to show it."""

from __future__ import annotations

from greenboard.access import opening
from greenboard.access.decide import Permission, sight
from greenboard.catalog.sight import covered
from greenboard.reports import badges
from greenboard.reports.models import BadgeKey
from greenboard.web import links
from greenboard.web.panels import About, Panel
from greenboard.web.reporting import badge

READS = (BadgeKey,)


def panel(about: About) -> Panel | None:
    """The badge as of now; of the past there is none."""
    if about.asked.as_of is not None:
        return None
    ref, request = about.stored.ref, about.request
    path = badge.address(ref, about.scorecard.name)
    key = badges.key_of(about.stored.id) if about.has(BadgeKey) else None
    origin = badge.whole("") or f"{request.scheme}://{request.get_host()}"
    shown = f"{origin}{path}?key={key}" if key else f"{origin}{path}"
    snippet = f"[![{about.scorecard.title}]({shown})]({origin}{links.entity(ref)})"
    own = ref in covered(sight(request.user, Permission.CATALOG_WRITE), [ref])
    context = {
        "path": path,
        "title": f"{about.scorecard.title} of {ref.short}",
        "snippet": snippet,
        "ready": bool(key) or opening.badges_open(),
        "key": bool(key),
        "own": own,
        "kind": ref.kind,
        "namespace": ref.namespace,
        "name": ref.name,
    }
    return Panel("badges", "Badge", "parts/badges.html", context, order=90)
