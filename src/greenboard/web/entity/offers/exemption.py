"""Beside a rule that is not met: the way to ask for an exemption from it."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode

from django.urls import reverse

from greenboard.access.decide import Permission, may
from greenboard.rules.types import Outcome
from greenboard.scorecards.types import Rule
from greenboard.web.panels import About, Offer, Offered

_UNMET = (Outcome.FAIL, Outcome.NO_DATA, Outcome.ERROR)


def offers(about: About, rule: Rule, result: Offered) -> Iterable[Offer]:
    """Nothing where it is met or exempt, or where whoever looks may not ask."""
    if result.exempt or result.outcome not in _UNMET or not _may(about):
        return
    where = {"entity": str(about.stored.ref), "scorecard": about.scorecard.name, "rule": rule.id}
    yield Offer("Ask for an exemption", f"{reverse('exemption-new')}?{urlencode(where)}")


def _may(about: About) -> bool:
    return may(about.request.user, Permission.EXEMPTIONS_REQUEST)
