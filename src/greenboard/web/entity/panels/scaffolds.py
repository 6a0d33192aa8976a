"""What an entity was made from, and whether that has a newer version since."""

from __future__ import annotations

from greenboard.access.decide import Permission, sight
from greenboard.catalog.sight import covered
from greenboard.core import clock
from greenboard.scaffolds import lagging, store
from greenboard.scaffolds.models import Making
from greenboard.web.panels import About, Panel
from greenboard.web.scaffolds import model
from greenboard.web.scaffolds.made import made

READS = (Making,)
_MOST = 5


def panel(about: About) -> Panel | None:
    """Nothing of the past, where nothing was made, or where scaffolds are not for whoever looks."""
    ref, seen = about.stored.ref, sight(about.request.user, Permission.SCAFFOLDS_USE)
    if about.asked.as_of is not None or seen.nothing or ref not in covered(seen, [ref]):
        return None
    rows = made(about.stored.id)[:_MOST] if about.has(Making) else []
    if not rows:
        return None
    now = clock.now()
    firsts = list(store.published().filter(entity_id=about.stored.id))
    context = {
        "lines": [model.line(row, now) for row in rows],
        "standings": [{"title": one.first.title, "line": model.behind(one)} for one in lagging.standings(firsts)],
    }
    return Panel("scaffolds", "Made from", "parts/made_from.html", context, order=65)
