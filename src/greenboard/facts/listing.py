"""Facts and gaps page by page, chosen by the database. Reads take a moment; None is now."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import TypeVar

from django.db.models import Q

from greenboard.catalog.listing import ALL, Chosen
from greenboard.catalog.paging import Page, Part, read
from greenboard.facts import reading, store
from greenboard.facts.models import FactInterval, GapInterval
from greenboard.facts.reading import Making
from greenboard.facts.types import Fact, Gap

_Row = TypeVar("_Row", FactInterval, GapInterval)
_KEY = ("entity_id", "id")
_of_fact, _of_gap = attrgetter(*reading.FACT), attrgetter(*reading.GAP)


@dataclass(frozen=True)
class Asked:
    """Which facts or gaps are wanted; an empty part asks for nothing. `sources` are names of tools."""

    types: Collection[str] = ()
    kinds: Collection[str] = ()
    sources: Collection[str] = ()
    entities: Chosen = ALL


@dataclass(frozen=True)
class Held:
    """A fact, or the gap where it cannot be read any more, with its interval."""

    fact: Fact | Gap
    since: datetime
    until: datetime | None


def facts(asked: Asked, part: Part, as_of: datetime | None = None) -> Page[Held]:
    """Facts by entity, each with the interval in which it was said unchanged."""
    page = _read(FactInterval, asked, part, as_of)
    make = Making(store.names_of({row.entity_id for row in page.rows}), as_of)
    found = []
    for row in page.rows:
        made = make.fact(_of_fact(row))
        found.append(Held(made or make.broken[row.entity_id].pop(), row.valid_from, row.valid_to))
    return Page(found, page.next)


def gaps(asked: Asked, part: Part, as_of: datetime | None = None) -> Page[Held]:
    """Looks that failed, by entity."""
    page = _read(GapInterval, asked, part, as_of)
    make = Making(store.names_of({row.entity_id for row in page.rows}), as_of)
    return Page([Held(make.gap(_of_gap(row)), row.valid_from, row.valid_to) for row in page.rows], page.next)


def _read(model: type[_Row], asked: Asked, part: Part, as_of: datetime | None) -> Page[_Row]:
    wanted = Q(store.at_moment(as_of)) & asked.entities.of("entity_id", as_of)
    for column, several in (("type", asked.types), ("source_kind", asked.kinds), ("source", asked.sources)):
        if several:
            wanted &= Q(**{f"{column}__in": several})
    rows = model.objects.filter(wanted)
    rows = rows.select_related("look") if model is FactInterval else rows
    return read(rows, _KEY, part, asked.entities.among)
