"""What each of many entities has of what people pick by (team, kind, tier, domain, ...), in columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from greenboard.catalog.store import Stored
from greenboard.catalog.whole import Array, Whole
from greenboard.core.kept import Kept
from greenboard.core.refs import Ref

FIELDS = ("team", "kind", "tier", "domain", "system", "tag", "lifecycle")
NONE = "none"
"""What a filter says for entities that lack the thing: no owner, no tier."""


def named(ref: Ref | None) -> str:
    """A reference as a filter's value."""
    return ref.short if ref else NONE


_VALUES: dict[str, Callable[[Stored], tuple[str, ...]]] = {
    "team": lambda stored: (named(stored.owner),),
    "kind": lambda stored: (stored.entity.ref.kind,),
    "tier": lambda stored: (NONE if stored.entity.tier is None else str(stored.entity.tier),),
    "domain": lambda stored: (named(stored.domain),),
    "system": lambda stored: (named(stored.system),),
    "tag": lambda stored: stored.entity.tags,
    "lifecycle": lambda stored: (stored.entity.lifecycle or NONE,),
}


def values(stored: Stored, name: str) -> tuple[str, ...]:
    """What an entity has for a filter."""
    return _VALUES[name](stored)


@dataclass(frozen=True, eq=False)
class Column:
    """What entities have for one filter: pairs of a value (its number in `values`) and an entity (its number)."""

    values: tuple[str, ...]
    value: Array
    entity: Array


class Index:
    """What each of many entities has for each filter, in columns; entities are named by number."""

    def __init__(self, entities: Sequence[Stored]) -> None:
        self._count = len(entities)
        self._found = Kept[tuple[str, ...]](100)
        self.columns = {name: _column(entities, name) for name in FIELDS}
        named = sorted(range(len(entities)), key=lambda number: (entities[number].ref.name, number))
        self.by_name = np.array(named, dtype=np.int64)
        """All of them by name; `entities` come by reference."""

    def matching(self, among: Array, filters: Mapping[str, str]) -> Array:
        """Which of some entities every filter lets through. Of several values, with commas between, one will do."""
        found = among.copy()
        for name, text in filters.items():
            column, wanted = self.columns[name], frozenset(text.split(","))
            accepted = np.array([value in wanted for value in column.values], dtype=np.bool_)
            has = np.zeros(self._count, dtype=np.bool_)
            has[column.entity[accepted[column.value]]] = True
            found &= has
        return found

    def values(self, among: Array, name: str) -> tuple[str, ...]:
        """What some entities have for a filter, each value once."""
        return self._found.of((name, among.tobytes()), lambda: self._values(among, name))

    def _values(self, among: Array, name: str) -> tuple[str, ...]:
        column = self.columns[name]
        there = np.bincount(column.value[among[column.entity]], minlength=len(column.values))
        return tuple(value for value, count in zip(column.values, there.tolist(), strict=True) if count)


def _column(entities: Sequence[Stored], name: str) -> Column:
    number: dict[str, int] = {}
    pairs = [
        (number.setdefault(value, len(number)), entity)
        for entity, stored in enumerate(entities)
        for value in values(stored, name)
    ]
    both = np.array(pairs, dtype=np.int64).reshape(len(pairs), 2)
    return Column(tuple(number), both[:, 0], both[:, 1])


_indexes: WeakKeyDictionary[Whole, Index] = WeakKeyDictionary()


def index(whole: Whole) -> Index:
    """The index of a catalog, made once."""
    found = _indexes.get(whole)
    if found is None:
        found = _indexes[whole] = Index(whole.entities)
    return found
