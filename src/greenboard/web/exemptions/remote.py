"""A request for an exemption that is decided by the link of a letter. To look at it does nothing."""

from __future__ import annotations

from django.http import HttpRequest

from greenboard.access.models import Person
from greenboard.exemptions import finding, remote
from greenboard.exemptions.models import Exemption
from greenboard.exemptions.types import page
from greenboard.facts.store import vocabulary
from greenboard.scorecards.store import standards
from greenboard.web import words
from greenboard.web.acting import text
from greenboard.web.exemptions.model import titled


def answered(request: HttpRequest, key: str, person: Person, way: str) -> dict[str, object]:
    """What the page shows: the request, or what became of it when its form was sent. Raises as `remote.decide`."""
    row = remote.find(key, person)
    more = {"url": page(row.pk), "title": "Sign in and see all of it"}
    if request.method != "POST" or text(request, "answer") not in ("yes", "no"):
        return {"asked": _asked(row, person), "more": more}
    yes = text(request, "answer") == "yes"
    remote.decide(key, person, text(request, "reason"), way, yes=yes)
    return {"done": f"You {'approved' if yes else 'denied'} exemption {row.pk}.", "more": more}


def _asked(row: Exemption, person: Person) -> dict[str, object]:
    cards = {card.name: card for card in standards(vocabulary())}
    until = f"until {words.day(row.ends)}" if row.ends else "without an end"
    rule, ref = titled(cards, row.scorecard, row.rule), finding.ref(row)
    beside = {"Category": row.category, "Control": row.control, "Reaches": str(finding.within(row))}
    return {
        "heading": "Decide an exemption",
        "lead": f"{row.requested_by} asks for an exemption of {ref.short} from “{rule}” {until}.",
        "text": row.reason,
        "inputs": [(title, value) for title, value in beside.items() if value],
        "person": person.get_username(),
        "needs_reason": True,
    }
