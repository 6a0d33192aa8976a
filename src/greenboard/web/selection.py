"""Which entities a page is about: the filters of its address, and the menus that change them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from greenboard.catalog.store import Stored
from greenboard.catalog.whole import Array, Whole
from greenboard.core.refs import Ref
from greenboard.web import words
from greenboard.web.asked import FILTERS, Asked

NONE = "none"
"""What a filter says for entities that lack the thing: no owner, no tier."""


@dataclass(frozen=True)
class Option:
    """One choice of a menu."""

    value: str
    text: str
    chosen: bool


@dataclass(frozen=True)
class Menu:
    """One filter. `any` is the text of no choice."""

    name: str
    label: str
    any: str
    options: tuple[Option, ...]
    chosen: bool


@dataclass(frozen=True)
class Chip:
    """A filter that is on, and the address without it."""

    text: str
    url: str


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
_ANY = {
    "team": "Any team",
    "kind": "Any kind",
    "tier": "Any tier",
    "domain": "Any domain",
    "system": "Any system",
    "tag": "Any tag",
    "lifecycle": "Any lifecycle",
}
_LACKS = {
    "team": "No owner",
    "tier": "No tier",
    "domain": "No domain",
    "system": "No system",
    "lifecycle": "No lifecycle",
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
        self.columns = {name: _column(entities, name) for name in FILTERS}
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

    def values(self, among: Array, name: str) -> set[str]:
        """What some entities have for a filter."""
        column = self.columns[name]
        there = np.bincount(column.value[among[column.entity]], minlength=len(column.values))
        return {value for value, count in zip(column.values, there.tolist(), strict=True) if count}


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


def menus(index: Index, among: Array, asked: Asked, names: Sequence[str] = FILTERS) -> tuple[Menu, ...]:
    """A menu per filter that has anything to choose between, or is on."""
    built = []
    for name in names:
        found = index.values(among, name)
        chosen = asked.filters.get(name, "")
        if len(found) > 1 or chosen:
            ordered = sorted(found | ({chosen} if chosen else set()), key=lambda value: (value == NONE, value))
            options = tuple(Option(value, said(name, value), value == chosen) for value in ordered)
            built.append(Menu(name, words.sentence(name), _ANY[name], options, bool(chosen)))
    return tuple(built)


def said(name: str, value: str) -> str:
    """A filter's value for people."""
    if value == NONE:
        return _LACKS.get(name, "None")
    if name == "tier":
        return f"Tier {value}"
    return words.sentence(value) if name in ("kind", "lifecycle") else value


def chips(asked: Asked) -> tuple[Chip, ...]:
    """The filters that are on, each with the way to drop it."""
    found = [
        Chip(f"{words.sentence(name)}: {said(name, value)}", asked.here(**{name: None}))
        for name, value in asked.filters.items()
    ]
    for name in ("q", "level", "dimension", "rule", "outcome"):
        if asked.get(name):
            found.append(
                Chip(
                    f"{words.sentence(name) if name != 'q' else 'Search'}: {asked.get(name)}",
                    asked.here(**{name: None}),
                )
            )
    return tuple(found)
