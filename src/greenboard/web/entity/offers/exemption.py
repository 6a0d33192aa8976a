"""Beside a rule that is not met: the way to ask for an exemption from it."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

from django.urls import reverse

from greenboard.access.decide import Permission, may
from greenboard.rules.types import Outcome
from greenboard.scorecards.types import Rule
from greenboard.web.panels import About, Offer, Offered, Offering

_UNMET = (Outcome.FAIL, Outcome.NO_DATA, Outcome.ERROR)


def offering(about: About) -> Offering | None:
    """Nothing where a rule is met or exempt, or where whoever looks may not ask."""
    if not may(about.request.user, Permission.EXEMPTIONS_REQUEST):
        return None
    where = urlencode({"entity": str(about.stored.ref), "scorecard": about.scorecard.name})
    form = f"{reverse('exemption-new')}?{where}"

    def offers(rule: Rule, result: Offered) -> Iterator[Offer]:
        if not result.exempt and result.outcome in _UNMET:
            yield Offer("Ask for an exemption", f"{form}&{urlencode({'rule': rule.id})}")

    return offers
