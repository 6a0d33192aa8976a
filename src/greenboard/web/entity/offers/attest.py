"""Attesting, beside a result whose rule reads attestations."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlencode

from django.urls import reverse

from greenboard.access.decide import Permission, sight
from greenboard.attestations import policies
from greenboard.attestations.register import TYPE
from greenboard.catalog.sight import covered
from greenboard.rules.types import Outcome
from greenboard.scorecards.types import Rule
from greenboard.web.panels import About, Offer, Offered

_ATTESTED = re.compile(r"""attested\(\s*["']([^"']+)["']\s*\)""")


def offers(about: About, rule: Rule, result: Offered) -> Iterable[Offer]:
    """One for each item that the rule asks for, where a policy says how it is attested; none where it passes."""
    if result.outcome in (Outcome.PASS, Outcome.NOT_APPLICABLE) or TYPE not in rule.types or not _may(about):
        return ()
    ref = about.stored.ref
    known = policies.shipped()
    items = [item for item in items_of(rule) if item in known and ref.kind in known[item].kinds]
    base = reverse("attestation-new")
    return [Offer(f"Attest {item}", f"{base}?{urlencode({'entity': str(ref), 'item': item})}") for item in items]


def items_of(rule: Rule) -> list[str]:
    """The items that a rule asks attestations of, by its own words; its own item where it reads them otherwise."""
    written = " ".join(str(rule.written.get(part, "")) for part in ("when", "expression"))
    return list(dict.fromkeys(_ATTESTED.findall(written))) or [rule.item]


def _may(about: About) -> bool:
    """Whether whoever looks may attest anything of the entity; asked once for a page."""
    kept = getattr(about.request, "_may_attest", None)
    if kept is None:
        own = sight(about.request.user, Permission.ATTEST)
        kept = about.stored.ref in covered(own, [about.stored.ref])
        about.request._may_attest = kept  # type: ignore[attr-defined]
    return bool(kept)
