"""The reference of fact types: what can be known, in which fields, from where. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from greenboard.facts.vocabulary import FactType, FieldDef, Vocabulary
from greenboard.scorecards.types import Scorecard
from greenboard.web import links, words


@dataclass(frozen=True)
class Reader:
    """A rule that reads the fact type."""

    title: str
    url: str
    scorecard: str


@dataclass(frozen=True)
class Field:
    """One field as its documentation."""

    name: str
    type: str
    unit: str
    doc: str
    values: str
    key: bool


@dataclass(frozen=True)
class Type:
    """One fact type as its documentation."""

    name: str
    title: str
    url: str
    doc: str
    about: str
    many: str
    max_age: str
    supplied_by: str
    connects: str
    fields: tuple[Field, ...]
    readers: tuple[Reader, ...]


def build(vocabulary: Vocabulary, scorecards: Iterable[Scorecard]) -> tuple[Type, ...]:
    """Every fact type by name."""
    cards = tuple(scorecards)
    return tuple(describe(vocabulary.types[name], cards) for name in sorted(vocabulary.types))


def describe(declared: FactType, scorecards: Iterable[Scorecard]) -> Type:
    """One fact type, and who reads it."""
    readers = [
        Reader(rule.title, links.rule(card.name, rule.id), card.title)
        for card in scorecards
        for rule in card.rules
        if declared.name in rule.types | rule.related_types
    ]
    return Type(
        name=declared.name,
        title=declared.title,
        url=links.fact_type(declared.name),
        doc=declared.doc.strip(),
        about=declared.about,
        many=declared.many or "",
        max_age=words.span(declared.max_age) if declared.max_age else "",
        supplied_by=", ".join(declared.supplied_by),
        connects=declared.connects,
        fields=tuple(_field(name, field, name == declared.many) for name, field in declared.fields.items()),
        readers=tuple(readers),
    )


def _field(name: str, field: FieldDef, key: bool) -> Field:
    return Field(name, field.type.value, field.unit, field.doc, ", ".join(field.values), key)
