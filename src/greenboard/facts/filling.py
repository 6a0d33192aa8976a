"""Who fills the fields of a fact type, for how many entities, and how old what they said is."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from greenboard.facts.models import FactInterval
from greenboard.facts.reading import OBSERVED
from greenboard.facts.store import at_moment
from greenboard.facts.types import SourceKind
from greenboard.facts.vocabulary import FactType

EMPTY = ""
"""Stands for the field of a list that is known to be empty: there is nothing to fill."""
Row = tuple[int, str, str, str, datetime]
"""Entity, kind of source, its name, the value as it is stored, and when it was observed."""


@dataclass(frozen=True)
class Age:
    """How old what is said is: the half that is younger, and the oldest of all."""

    median: timedelta
    oldest: timedelta


@dataclass(frozen=True)
class Teller:
    """A source that fills a field, for how many entities, and how fresh."""

    kind: SourceKind
    name: str
    entities: int
    age: Age


@dataclass(frozen=True)
class Filled:
    """A field: how many entities have it, how many only what is too old to count, who says it."""

    entities: int
    stale: int
    age: Age
    by: tuple[Teller, ...]


def filled(
    declared: FactType, entities: Collection[int], now: datetime, as_of: datetime | None = None
) -> Mapping[str, Filled]:
    """Each field that is filled at a moment for any of some entities, by name; `now` is what ages are reckoned from."""
    rows = FactInterval.objects.filter(at_moment(as_of), type=declared.name)
    columns = rows.values_list("entity_id", "source_kind", "source", "value", OBSERVED)
    among = frozenset(entities)
    return reckon(declared, (row for row in columns.iterator(chunk_size=5_000) if row[0] in among), now)


def reckon(declared: FactType, rows: Iterable[Row], now: datetime) -> Mapping[str, Filled]:
    """As `filled`, of rows. Pure."""
    told: dict[str, dict[tuple[str, str], list[tuple[int, float]]]] = defaultdict(lambda: defaultdict(list))
    for entity, kind, name, text, observed in rows:
        age = max((now - observed).total_seconds(), 0.0)
        for field in _fields(json.loads(text)):
            told[field][kind, name].append((entity, age))
    most = declared.max_age.total_seconds() if declared.max_age else float("inf")
    return {field: _filled(by, most) for field, by in told.items() if field in declared.fields or field == EMPTY}


def _fields(value: Any) -> Collection[str]:
    if isinstance(value, dict):
        return value.keys()
    if not value:
        return (EMPTY,)
    return set[str]().union(*(item.keys() for item in value))


def _filled(by: Mapping[tuple[str, str], list[tuple[int, float]]], most: float) -> Filled:
    youngest: dict[int, float] = {}
    for said in by.values():
        for entity, age in said:
            youngest[entity] = min(age, youngest.get(entity, age))
    tellers = (
        Teller(SourceKind(kind), name, len({entity for entity, _ in said}), _age([age for _, age in said]))
        for (kind, name), said in by.items()
    )
    stale = sum(age > most for age in youngest.values())
    ages = _age([age for said in by.values() for _, age in said])
    ordered = sorted(tellers, key=lambda one: (-one.entities, one.kind, one.name))
    return Filled(len(youngest), stale, ages, tuple(ordered))


def _age(seconds: list[float]) -> Age:
    return Age(timedelta(seconds=float(np.median(seconds))), timedelta(seconds=max(seconds)))
