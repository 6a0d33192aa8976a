"""Several sources about one entity become one set of values for the rules. Pure.

Lists unite by key and single values merge field by field; where two sources disagree, the one that
comes first in the order of trust is taken and the conflict is kept. Facts older than their type
allows are left out, and that is said. A list that may lack items, because a look failed or because
some of its items were too old, becomes a `Partial`: so `all` cannot become true, `exists` false or a
count exact over what was not seen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

from greenboard.facts import observed
from greenboard.facts.types import Fact, FieldValue, Gap, Partial, SourceKind, Struct, Value
from greenboard.facts.vocabulary import FactType, Vocabulary

_OBSERVED_FIRST = (
    SourceKind.FILE,
    SourceKind.CONNECTION,
    SourceKind.REPORT,
    SourceKind.REPOSITORY,
    SourceKind.CATALOG,
    SourceKind.PERSON,
    SourceKind.DESCRIPTOR,
)
_DECLARED_FIRST = (
    SourceKind.FILE,
    SourceKind.CATALOG,
    SourceKind.DESCRIPTOR,
    SourceKind.PERSON,
    SourceKind.CONNECTION,
    SourceKind.REPORT,
    SourceKind.REPOSITORY,
)

_Said = TypeVar("_Said", Fact, Gap)
Spot = tuple[str | None, str]
"""A field of a fact type: the key of its item (None for single facts) and its name."""


@dataclass(frozen=True)
class Stale:
    """Facts that are too old to count. `since` is when the newest of them stopped to count."""

    observed_at: datetime
    max_age: timedelta
    source: str

    @property
    def since(self) -> datetime:
        return self.observed_at + self.max_age


@dataclass(frozen=True)
class Conflict:
    """Two sources that disagree on a field; `taken` is the one that was believed."""

    key: str | None
    field: str
    taken: Fact
    other: Fact


@dataclass(frozen=True)
class Snapshot:
    """What is known of one entity at one moment. Everything is by fact type.

    `values` is what rules read. `origins` names the fact that each field came from, and under the
    field "" the fact that gave an item or an empty list. `partial` names the types whose list may
    lack items.
    """

    values: Mapping[str, Value] = field(default_factory=dict)
    origins: Mapping[str, Mapping[Spot, Fact]] = field(default_factory=dict)
    gaps: Mapping[str, tuple[Gap, ...]] = field(default_factory=dict)
    stale: Mapping[str, Stale] = field(default_factory=dict)
    conflicts: Mapping[str, tuple[Conflict, ...]] = field(default_factory=dict)
    partial: frozenset[str] = frozenset()

    def origin(self, fact_type: str, key: str | None, name: str) -> Fact | None:
        """The fact that a field came from, or else the one its item or list came from."""
        known = self.origins.get(fact_type, {})
        return known.get((key, name)) or known.get((key, "")) or known.get((None, ""))


def merge(
    facts: Sequence[Fact],
    gaps: Sequence[Gap],
    vocabulary: Vocabulary,
    now: datetime,
    priority: Sequence[str] = (),
) -> Snapshot:
    """Merge the facts of one entity. `priority` names sources that are believed before all others."""
    by_type, missed = _by_type(facts), _by_type(gaps)
    values: dict[str, Value] = {}
    origins: dict[str, Mapping[Spot, Fact]] = {}
    stale: dict[str, Stale] = {}
    conflicts: dict[str, tuple[Conflict, ...]] = {}
    partial: set[str] = set()
    types = vocabulary.types
    for name, told in by_type.items():
        declared = types.get(name)
        if declared is None:
            continue
        if len(told) == 1 and _stands(told[0], declared, now):
            value = _alone(told[0].value, missing=name in missed)
            if name in missed and declared.many is not None:
                partial.add(name)
            if value is not None:
                values[name], origins[name] = value, _Sole(told[0], declared.many)
            continue
        fresh, old = _split(told, declared, now)
        if old:
            stale[name] = _staleness(old, declared)
        if not fresh:
            continue
        if declared.open:
            fresh, misfits = _typed(fresh, declared)
            missed[name] += misfits
        merged = _Merged(declared, _by_trust(fresh, declared, priority))
        if declared.many is not None and (name in missed or _lost(old, merged, declared)):
            partial.add(name)
        value = merged.value(name in partial)
        if value is not None:
            values[name] = value
            origins[name] = merged.origins
        if merged.conflicts:
            conflicts[name] = tuple(merged.conflicts)
    found_gaps = {name: tuple(several) for name, several in missed.items() if several and name not in vocabulary.apart}
    return Snapshot(values, origins, found_gaps, stale, conflicts, frozenset(partial))


def _typed(facts: Iterable[Fact], declared: FactType) -> tuple[list[Fact], list[Gap]]:
    """Custom facts with the values that fit the types of their keys, and a gap for each that has others."""
    typed: list[Fact] = []
    gaps: list[Gap] = []
    for fact in facts:
        assert isinstance(fact.value, Mapping), "custom facts are one struct for each entity"
        values, misfits = observed.fitted(declared, fact.value)
        typed.append(replace(fact, value=values))
        if misfits:
            reason = "; ".join(misfits.values())
            gaps.append(Gap(fact.entity, fact.type, reason, fact.source, fact.observed_at))
    return typed, gaps


def _by_type(said: Iterable[_Said]) -> dict[str, list[_Said]]:
    found: dict[str, list[_Said]] = defaultdict(list)
    for one in said:
        found[one.type].append(one)
    return found


def _stands(fact: Fact, declared: FactType, now: datetime) -> bool:
    """Whether there is nothing to merge: a fact that is not too old, of the shape of its type.

    Of several items no two have the same key. Custom facts have to be held against the types of their keys.
    """
    if declared.open or (declared.max_age is not None and now - fact.observed_at > declared.max_age):
        return False
    value, many = fact.value, declared.many
    if many is None:
        return type(value) is dict
    if type(value) is not tuple:
        return False
    keys = {key for item in value if type(key := item.get(many)) is str}
    return len(keys) == len(value)


def _alone(value: Value, *, missing: bool) -> Value | None:
    """The value of the only fact there is, as `_Merged` would give it, without a copy."""
    if missing and isinstance(value, tuple):
        return Partial(value) if value else None
    return value


class _Sole(Mapping[Spot, Fact]):
    """The origins of a value that one fact gave: worked out when asked for, which is seldom."""

    __slots__ = ("_fact", "_many", "_spots")

    def __init__(self, fact: Fact, many: str | None) -> None:
        self._fact, self._many = fact, many
        self._spots: frozenset[Spot] | None = None

    def __getitem__(self, spot: Spot) -> Fact:
        if self._spots is None:
            self._spots = frozenset(iter(self))
        if spot in self._spots:
            return self._fact
        raise KeyError(spot)

    def __iter__(self) -> Iterator[Spot]:
        yield None, ""
        if isinstance(self._fact.value, Mapping):
            yield from ((None, name) for name in self._fact.value)
            return
        for item in self._fact.value:
            key = str(item[self._many or ""])
            yield key, ""
            yield from ((key, name) for name in item)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class _Merged:
    """The merge of the facts of one type, most trusted first."""

    def __init__(self, declared: FactType, facts: Iterable[Fact]) -> None:
        self.declared = declared
        self.items: dict[str | None, dict[str, FieldValue]] = {}
        self.origins: dict[Spot, Fact] = {}
        self.conflicts: list[Conflict] = []
        for fact in facts:
            self.origins.setdefault((None, ""), fact)
            for key, struct in _structs(fact.value, declared):
                self._add(fact, key, struct)

    def _add(self, fact: Fact, key: str | None, struct: Struct) -> None:
        item = self.items.setdefault(key, {})
        self.origins.setdefault((key, ""), fact)
        for name, value in struct.items():
            if name not in item:
                item[name] = value
                self.origins[key, name] = fact
            elif self.declared.fields[name].either:
                self._affirm(fact, (key, name), item, value)
            elif item[name] != value:
                self.conflicts.append(Conflict(key, name, self.origins[key, name], fact))

    def _affirm(self, fact: Fact, spot: Spot, item: dict[str, FieldValue], value: FieldValue) -> None:
        """One source that says yes outweighs those that know of none."""
        if value is True and item[spot[1]] is not True:
            item[spot[1]] = value
            self.origins[spot] = fact

    def value(self, partial: bool) -> Value | None:
        """The merged value; None where an empty list cannot be believed."""
        if self.declared.many is None:
            return self.items.get(None, {})
        if partial:
            return Partial(self.items.values()) if self.items else None
        return tuple(self.items.values())


def _structs(value: Value, declared: FactType) -> Iterable[tuple[str | None, Struct]]:
    if isinstance(value, Mapping):
        return [(None, value)]
    return [(str(item.get(declared.many or "")), item) for item in value]


def _split(facts: Iterable[Fact], declared: FactType, now: datetime) -> tuple[list[Fact], list[Fact]]:
    """Facts that count, and those that are too old to."""
    fresh: list[Fact] = []
    old: list[Fact] = []
    for fact in facts:
        too_old = declared.max_age is not None and now - fact.observed_at > declared.max_age
        (old if too_old else fresh).append(fact)
    return fresh, old


def _staleness(old: Sequence[Fact], declared: FactType) -> Stale:
    newest = max(old, key=lambda fact: fact.observed_at)
    return Stale(newest.observed_at, declared.max_age or timedelta(), newest.source.name)


def _lost(old: Iterable[Fact], merged: _Merged, declared: FactType) -> bool:
    """Whether facts that are too old had items that no other source speaks of."""
    return any(key not in merged.items for fact in old for key, _ in _structs(fact.value, declared))


def _by_trust(facts: Iterable[Fact], declared: FactType, priority: Sequence[str]) -> list[Fact]:
    """Most trusted first: named sources, then by kind, then the newest.

    About what a person decides (who owns it, what it depends on) the catalog goes before what
    tools infer; about everything else observation goes before declaration.
    """
    kinds = _DECLARED_FIRST if declared.about == "entity" else _OBSERVED_FIRST
    named = {name: rank for rank, name in enumerate(priority)}

    def trust(fact: Fact) -> tuple[int, int, float, str]:
        rank = named.get(fact.source.name, len(named))
        return rank, kinds.index(fact.source.kind), -fact.observed_at.timestamp(), fact.source.name

    return sorted(facts, key=trust)
