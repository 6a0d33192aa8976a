"""What nobody answers for: by its owner, and by who is on call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from greenboard.access.sight import Sight
from greenboard.catalog import crews, ownership
from greenboard.catalog import store as catalog
from greenboard.catalog.ownership import Hole
from greenboard.catalog.types import COMPONENT_KINDS
from greenboard.core.refs import Ref
from greenboard.facts import calling

OWNED = (*COMPONENT_KINDS, "system", "domain")
"""The kinds that somebody should own."""


@dataclass(frozen=True)
class Unanswered:
    """An entity, and why nobody answers for it."""

    id: int
    ref: Ref
    owner: Ref | None
    why: tuple[Hole, ...]


def holes(sight: Sight, as_of: datetime | None, now: datetime) -> list[Unanswered]:
    """What somebody sees that nobody answers for at a moment, by id; who is here counts as of now."""
    declared = {one.ref for one in catalog.entities(as_of, kinds=("team", "person"))}
    known = crews.crews(catalog.relations(as_of))
    seen = catalog.entities(as_of, kinds=OWNED, sight=sight)
    uncalled = calling.uncalled({one.id: one.ref for one in seen}, as_of, now)
    found = []
    for one in sorted(seen, key=lambda stored: stored.id):
        owned = ownership.hole(one.owner, declared, known)
        why = (*([owned] if owned else ()), *([Hole.CALLED] if one.id in uncalled else ()))
        if why:
            found.append(Unanswered(one.id, one.ref, one.owner, why))
    return found
