"""The facts that follow from the catalog, kept in step with it."""

from __future__ import annotations

from datetime import datetime

from greenboard.catalog import store as catalog
from greenboard.catalog import touched as reached
from greenboard.catalog.types import Declared, Touched
from greenboard.facts import store
from greenboard.facts.described import Part, describe
from greenboard.facts.observed import PROPERTIES
from greenboard.facts.service import Whole, record
from greenboard.facts.types import SourceKind

_MOST = 2_000
"""Where more entities than these may read otherwise, all are described: that takes fewer questions."""


def follow(at: datetime, touched: Touched | None = None) -> None:
    """Record what the catalog says at a moment, and end what it no longer says; only what differs is written.

    Whose owner, team or dependency changed reads otherwise too, however far away. With what was `touched` just now,
    only those are described that it can reach; without, everything is.
    """
    declared, part = (None, None) if touched is None else _part(touched)
    if declared is None:
        declared = catalog.declared(at)
    about = [entity.ref for entity in declared.entities if part is None or entity.ref in part.about]
    everybody = Whole(about, (SourceKind.CATALOG,))
    record(describe(declared, at, complete=True, part=part), [], at, whole=everybody)


def _part(touched: Touched) -> tuple[Declared, Part] | tuple[None, None]:
    """What a change reaches, as far as that is only a part of the catalog."""
    ids = reached.affected(touched)
    properties, people = catalog.has_properties(), catalog.has_members()
    # Where this became known or unknown just now, it is news of everybody.
    if len(ids) > _MOST or properties != store.any_current(PROPERTIES, SourceKind.CATALOG):
        return None, None
    if reached.first_or_last_members(touched):
        return None, None
    declared = reached.beside(ids)
    about = frozenset(catalog.names(ids).values())
    return declared, Part(about, properties, people)
