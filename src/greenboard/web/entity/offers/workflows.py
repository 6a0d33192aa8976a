"""The workflows that are a way out of a result: the one that the rule names, and those that name it or its item."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

from django.urls import reverse

from greenboard.access.decide import Permission, may
from greenboard.core.once import notes
from greenboard.rules.types import Outcome
from greenboard.scorecards.types import Rule
from greenboard.web.panels import About, Offer, Offered, Offering
from greenboard.workflows import store
from greenboard.workflows.store import Listed

_KEPT = "workflows.offered"


def offering(about: About) -> Offering | None:
    """Links to their forms, beside a result that is not a pass."""
    if not may(about.request.user, Permission.WORKFLOWS_RUN):
        return None
    ref = about.stored.ref
    fitting = [one for one in offered() if not (kinds := one.definition.offer.kinds) or ref.kind in kinds]

    def offers(rule: Rule, result: Offered) -> Iterator[Offer]:
        if result.outcome is Outcome.PASS or result.exempt:
            return
        wanted = rule.remedy.name if rule.remedy and rule.remedy.kind == "workflow" else ""
        for one in fitting:
            made = one.definition
            if rule.id in made.offer.rules or rule.item in made.offer.items or made.name == wanted:
                url = f"{reverse('workflow', args=[one.row.name])}?{urlencode({'entity': ref})}"
                yield Offer(made.title, url, "flow")

    return offers


def offered() -> list[Listed]:
    """The workflows that are switched on, read once for a page."""
    kept = notes(_KEPT)
    if "all" not in kept:
        kept["all"] = [one for one in store.workflows() if one.row.enabled]
    found: list[Listed] = kept["all"]
    return found
