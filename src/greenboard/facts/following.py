"""The facts that follow from the catalog and from who is in which team, kept in step with both."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from greenboard.catalog import crews
from greenboard.catalog import store as catalog
from greenboard.catalog import touched as reached
from greenboard.catalog.ownership import People
from greenboard.catalog.types import Declared, Touched
from greenboard.core import clock
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
    people = crews.people(clock.now())
    ids = None if touched is None else _reached(touched)
    if ids is None:
        _record(catalog.declared(at), at, people)
    else:
        describe_some(ids, at, people)


def describe_some(ids: Collection[int], at: datetime, people: People) -> None:
    """As `follow`, of some entities only, as the catalog is now."""
    knows = catalog.has_members() or bool(people.joined)
    part = Part(frozenset(catalog.names(ids).values()), catalog.has_properties(), knows)
    _record(reached.beside(ids), at, people, part)


def _record(declared: Declared, at: datetime, people: People, part: Part | None = None) -> None:
    about = [entity.ref for entity in declared.entities if part is None or entity.ref in part.about]
    everybody = Whole(about, (SourceKind.CATALOG,))
    record(describe(declared, at, complete=True, part=part, people=people), [], at, whole=everybody)


def _reached(touched: Touched) -> set[int] | None:
    """What a change reaches; None where it is the whole catalog, or so much of it."""
    ids = reached.affected(touched)
    # Where this became known or unknown just now, it is news of everybody.
    if len(ids) > _MOST or catalog.has_properties() != store.any_current(PROPERTIES, SourceKind.CATALOG):
        return None
    return None if reached.first_or_last_members(touched) else ids
