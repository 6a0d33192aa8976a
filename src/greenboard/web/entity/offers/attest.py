"""Attesting, beside a result whose rule reads attestations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlencode

from django.urls import reverse

from greenboard.access.decide import Permission, sight
from greenboard.attestations import policies
from greenboard.attestations.register import TYPE
from greenboard.catalog.sight import covered
from greenboard.rules.types import Outcome
from greenboard.scorecards.types import Rule
from greenboard.web.panels import About, Offer, Offered, Offering

_ATTESTED = re.compile(r"""attested\(\s*["']([^"']+)["']\s*\)""")


def offering(about: About) -> Offering | None:
    """One for each item that the rule asks for, where a policy says how it is attested; none where it passes."""
    ref = about.stored.ref
    if ref not in covered(sight(about.request.user, Permission.ATTEST), [ref]):
        return None
    known, form = policies.shipped(), reverse("attestation-new")

    def offers(rule: Rule, result: Offered) -> Iterator[Offer]:
        if result.outcome in (Outcome.PASS, Outcome.NOT_APPLICABLE) or TYPE not in rule.types:
            return
        for item in items_of(rule):
            if item in known and ref.kind in known[item].kinds:
                yield Offer(f"Attest {item}", f"{form}?{urlencode({'entity': str(ref), 'item': item})}")

    return offers


def items_of(rule: Rule) -> list[str]:
    """The items that a rule asks attestations of, by its own words; its own item where it reads them otherwise."""
    written = " ".join(str(rule.written.get(part, "")) for part in ("when", "expression"))
    return list(dict.fromkeys(_ATTESTED.findall(written))) or [rule.item]
