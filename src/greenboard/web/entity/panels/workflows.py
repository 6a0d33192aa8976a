"""The workflows that can be started about an entity, and its runs."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse

from greenboard.access.decide import Permission, sight
from greenboard.catalog.sight import covered
from greenboard.core import clock
from greenboard.web.entity.offers.workflows import offered
from greenboard.web.panels import About, Panel
from greenboard.web.workflows import model
from greenboard.workflows import allowed, store
from greenboard.workflows.models import Run
from greenboard.workflows.store import Listed

READS = (Run,)
_RUNS = 5


def panel(about: About) -> Panel | None:
    """What can be started, and what was; nothing of the past, and nothing where one may not."""
    user, ref = about.request.user, about.stored.ref
    seen = sight(user, Permission.WORKFLOWS_RUN)
    if about.asked.as_of is not None or seen.nothing or not covered(seen, [ref]):
        return None
    asked = urlencode({"entity": ref})
    startable = [
        {"title": one.definition.title, "url": f"{reverse('workflow', args=[one.row.name])}?{asked}"}
        for one in offered()
        if _fits(one, about) and allowed.start(user, one.definition, about.stored)
    ]
    now = clock.now()
    rows = store.runs(allowed.runs(user), about=ref)[:_RUNS] if about.has(Run) else ()
    runs = [model.run(row, now) for row in rows]
    if not startable and not runs:
        return None
    return Panel("workflows", "Workflows", "parts/startable.html", {"offered": startable, "runs": runs}, order=60)


def _fits(one: Listed, about: About) -> bool:
    """Whether a workflow names the kind of the entity."""
    return one.definition.entity != "none" and about.stored.ref.kind in one.definition.offer.kinds
