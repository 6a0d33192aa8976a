"""From an incident to a standard: an action of a post-mortem becomes the draft of a rule."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from greenboard.access.decide import Permission, require, sight
from greenboard.catalog import store as catalog
from greenboard.catalog import whole as catalog_of_now
from greenboard.core.refs import Ref
from greenboard.facts import store as facts
from greenboard.results import present
from greenboard.reviews.learning import Proposal, propose
from greenboard.scorecards.types import Scorecard
from greenboard.web import content, links
from greenboard.web.asked import address
from greenboard.web.faults import explained
from greenboard.web.reviews.exposure import Exposed, Exposure

_LONGEST = 1000


@dataclass(frozen=True)
class Draft:
    """A proposal, where it is written, and who is exposed; None where the catalog is just being read."""

    proposal: Proposal
    url: str
    exposed: Exposed | None


@require(Permission.RULES_PREVIEW)
@require_safe
@explained
def page(request: HttpRequest) -> HttpResponse:
    """What happened once, to whom else can it happen?"""
    action, entity = (request.GET.get(name, "").strip()[:_LONGEST] for name in ("action", "entity"))
    card = content.scorecard("")
    found = propose(action, content.vocabulary()) if action else []
    why = f"After an incident{f' of {entity}' if entity else ''}: {action}"
    exposure = _exposure(request, card, entity) if found else None
    drafts = [
        Draft(
            one,
            address(links.new_rule(card.name), {"title": one.says, "why": why, "expression": one.expression}),
            None if exposure is None else exposure.of(one.expression),
        )
        for one in found
    ]
    context = {
        "action": action,
        "entity": entity,
        "drafts": drafts,
        "blank": address(links.new_rule(card.name), {"title": action[:200], "why": why}),
        "known": _known(request, entity) if entity else [],
    }
    return render(request, "review_learn.html", context)


def _exposure(request: HttpRequest, card: Scorecard, entity: str) -> Exposure | None:
    """What proposals are held against; None while the catalog is read for the first time."""
    ground, whole = present.current(), catalog_of_now.whole(None)
    seen = whole.ids[whole.seen(sight(request.user))]
    about = Ref.parse(entity, kind="service") if entity else None
    return None if ground is None else Exposure(card, ground, seen, content.vocabulary(), about)


def _known(request: HttpRequest, entity: str) -> list[tuple[str, str, int | None]]:
    """The post-mortems of an entity that may be seen: title, address, open actions."""
    ref = Ref.parse(entity, kind="service")
    if catalog.find(ref, sight=sight(request.user)) is None:
        return []
    said, _ = facts.current(None, [ref]).get(ref, ([], []))
    items = [
        item for fact in said if fact.type == "postmortem" and isinstance(fact.value, tuple) for item in fact.value
    ]
    return [
        (
            str(item.get("title") or item.get("path", "")),
            links.outside(str(item.get("path", ""))),
            _open(item.get("followups_open")),
        )
        for item in items
    ]


def _open(value: object) -> int | None:
    return value if isinstance(value, int) else None
