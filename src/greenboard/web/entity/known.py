"""Every fact and gap of one entity as a table, with source and age. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from greenboard.facts.types import Fact, Gap, Struct
from greenboard.facts.vocabulary import FactType, Vocabulary
from greenboard.web import links, words
from greenboard.web.asked import Asked


@dataclass(frozen=True)
class Pair:
    """One field and its value."""

    name: str
    value: str
    place: str


@dataclass(frozen=True)
class Item:
    """A struct of fields; `key` names it among several."""

    key: str
    pairs: tuple[Pair, ...]


@dataclass(frozen=True)
class Told:
    """What one source said of one fact type; `gap` is the reason why it could say nothing."""

    source: str
    place: str
    link: str
    declared: bool
    age: SafeString | str
    stale: bool
    items: tuple[Item, ...]
    gap: str


@dataclass(frozen=True)
class Type:
    """One fact type with everything said about it."""

    name: str
    title: str
    url: str
    told: tuple[Told, ...]


def build(facts: Sequence[Fact], gaps: Sequence[Gap], vocabulary: Vocabulary, asked: Asked) -> tuple[Type, ...]:
    """The facts of an entity by type."""
    found: dict[str, list[Told]] = defaultdict(list)
    for fact in facts:
        if fact.type in vocabulary.types:
            found[fact.type].append(_told(fact, vocabulary.types[fact.type], asked))
    for gap in gaps:
        source = gap.source
        age = words.when(gap.since, asked.now)
        found[gap.type].append(
            Told(source.name, source.location, links.outside(source.link), False, age, False, (), gap.reason)
        )
    return tuple(
        Type(name, vocabulary.types[name].title, links.fact_type(name), tuple(found[name]))
        for name in sorted(found)
        if name in vocabulary.types
    )


def _told(fact: Fact, declared: FactType, asked: Asked) -> Told:
    old = declared.max_age is not None and asked.now - fact.observed_at > declared.max_age
    return Told(
        source=fact.source.name,
        place=fact.source.location,
        link=links.outside(fact.source.link),
        declared=fact.source.declared,
        age=words.when(fact.observed_at, asked.now),
        stale=old,
        items=tuple(_items(fact, declared)),
        gap="",
    )


def _items(fact: Fact, declared: FactType) -> Iterable[Item]:
    structs: Sequence[Struct] = (fact.value,) if isinstance(fact.value, Mapping) else fact.value
    for struct in structs:
        key = str(struct.get(declared.many, "")) if declared.many else ""
        pairs = [
            Pair(
                name,
                words.value(struct[name], field.unit),
                fact.places.get(f"{key}.{name}" if key else name, ""),
            )
            for name, field in declared.fields.items()
            if name in struct and name != declared.many
        ]
        yield Item(key, tuple(pairs))
