"""What tickets say: nothing that changes by itself, so that they are changed only when something did. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from greenboard.campaigns.definition import Definition
from greenboard.campaigns.pairs import Asked, Pair
from greenboard.campaigns.ticketing.tools import Said
from greenboard.catalog.store import Stored

LABEL = "greenboard"


def labels(name: str) -> tuple[str, ...]:
    """The labels of a campaign's tickets."""
    return LABEL, f"campaign-{name}"


def of_pair(name: str, definition: Definition, pair: Pair, origin: str) -> Said:
    """The ticket for an entity and a rule."""
    rule = pair.asked.rule
    parts = [_why(pair.asked), _close(name, definition, pair.stored, origin)]
    return _said(name, definition, f"{pair.stored.ref.short}: {rule.title}", parts)


def of_entity(name: str, definition: Definition, pairs: Sequence[Pair], origin: str) -> Said:
    """The ticket for all that fails of an entity."""
    parts = [f"### {one.asked.rule.title}\n\n{_why(one.asked)}" for one in pairs]
    stored = pairs[0].stored
    title = f"{stored.ref.short}: {definition.title}"
    return _said(name, definition, title, [*parts, _close(name, definition, stored, origin)])


def _said(name: str, definition: Definition, title: str, parts: Sequence[str]) -> Said:
    text = "\n\n".join(part for part in parts if part)
    type_ = definition.tickets.type if definition.tickets else ""
    return Said(" ".join(title.split()), text, definition.due, labels(name), type_)


def _why(asked: Asked) -> str:
    return f"{asked.rule.why.strip()}\n\n{asked.rule.fix.strip()}".strip()


def _close(name: str, definition: Definition, stored: Stored, origin: str) -> str:
    ref = stored.ref
    entity = f"{origin}/entities/{ref.kind}/{ref.namespace}/{ref.name}"
    campaign = f"{origin}/campaigns/{name}"
    return (
        f"Part of the campaign “{definition.title}”, due on {definition.due}.\n\n"
        f"{entity}\n{campaign}\n\n"
        "Greenboard closes this when it passes, and opens it again when it fails again."
    )
