"""The reference of fact types: what can be known, in which fields, from where. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.safestring import SafeString

from greenboard.facts.vocabulary import FactType, FieldDef, Vocabulary, encode
from greenboard.scorecards.types import Scorecard
from greenboard.web import links, words
from greenboard.web.rule.expression import highlight


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
    example: str
    key: bool


@dataclass(frozen=True)
class Idiom:
    """A rule that is often wanted of the type; `rule` is marked up."""

    says: str
    rule: SafeString


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
    retired: bool
    fields: tuple[Field, ...]
    idioms: tuple[Idiom, ...]
    readers: tuple[Reader, ...]


def build(vocabulary: Vocabulary, scorecards: Iterable[Scorecard]) -> tuple[Type, ...]:
    """Every fact type by name."""
    cards = tuple(scorecards)
    return tuple(describe(vocabulary.stored[name], cards, vocabulary) for name in sorted(vocabulary.stored))


def describe(declared: FactType, scorecards: Iterable[Scorecard], vocabulary: Vocabulary) -> Type:
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
        retired=declared.retired,
        fields=tuple(field_of(name, field, name == declared.many) for name, field in declared.fields.items()),
        idioms=tuple(Idiom(one.says, highlight(one.rule, vocabulary.types)) for one in declared.idioms),
        readers=tuple(readers),
    )


def field_of(name: str, field: FieldDef, key: bool) -> Field:
    """A field as its documentation; `key` where it tells several facts apart."""
    values = ", ".join(field.values)
    return Field(name, field.type.value, field.measure, field.doc, values, _example(field), key)


def _example(field: FieldDef) -> str:
    """An example as JSON has it; of a text without its quotes."""
    value = field.example
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(encode(value), ensure_ascii=False)
