"""What was made for an entity, asked for once for a page that shows it in several places."""

from __future__ import annotations

from django.db.models import Q

from greenboard.core.once import notes
from greenboard.scaffolds import store
from greenboard.scaffolds.models import Making

_KEPT = "scaffolds.made"


def made(entity: int) -> list[Making]:
    """Everything that was made for an entity, given by its number, the newest first."""
    kept = notes(_KEPT)
    if entity not in kept:
        kept[entity] = list(store.makings(Q(), entity=entity))
    found: list[Making] = kept[entity]
    return found
