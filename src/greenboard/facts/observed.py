"""Custom facts: the `properties` of entities, typed by key as a schema declares it or as values show it. Pure.

A key that has values of different types, or values within values, cannot be read: a rule that asks
for it is refused with the reason, and nothing is ever turned into another type to make it fit.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from greenboard.catalog import kinds
from greenboard.catalog.types import Entity, Kind
from greenboard.facts.types import FieldValue, Struct
from greenboard.facts.vocabulary import NAME, FactError, FactType, FieldDef, FieldType, Vocabulary, fit

PROPERTIES = "properties"
"""The fact type of custom facts."""

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_LISTS = {element: kind for kind in FieldType if (element := kind.element)}
_WIDER = {
    frozenset({FieldType.INT, FieldType.FLOAT}): FieldType.FLOAT,
    frozenset({FieldType.INTS, FieldType.FLOATS}): FieldType.FLOATS,
    frozenset({FieldType.TIMESTAMP, FieldType.STRING}): FieldType.STRING,
    frozenset({FieldType.TIMESTAMPS, FieldType.STRINGS}): FieldType.STRINGS,
}
_SHOWN = 40


class _Unreadable(Exception):
    """Why a value, or what a schema says of a key, is nothing that a rule can read."""


@dataclass
class _Key:
    """What is known of one key: the types with an example of each, and why it cannot be read."""

    names: set[str] = field(default_factory=set)
    declared: dict[FieldType, str] = field(default_factory=dict)
    seen: dict[FieldType, str] = field(default_factory=dict)
    problems: dict[str, None] = field(default_factory=dict)
    values: list[tuple[str, ...]] = field(default_factory=list)
    doc: str = ""
    texts: set[str] = field(default_factory=set)


def used(entities: Iterable[Entity], defined: Iterable[Kind]) -> list[Kind]:
    """The kinds whose schemas count: those that descriptors define, and of those that ship the ones in use."""
    names = {entity.ref.kind for entity in entities}
    shipped = (kind for kind in kinds.shipped() if kind.name in names)
    return list(kinds.named((*shipped, *defined)).values())


def extended(base: Vocabulary, entities: Sequence[Entity], defined: Iterable[Kind]) -> Vocabulary:
    """A vocabulary with the custom facts of entities; itself where they have none. Descriptors `defined` kinds."""
    known = base.types.get(PROPERTIES)
    if known is None:
        return base
    found = fact_type(known, entities, used(entities, defined))
    return base if found == known else base.with_type(found)


def fact_type(base: FactType, entities: Iterable[Entity], defined: Iterable[Kind]) -> FactType:
    """The fact type of custom facts, with a field for each key that can be read and a reason for each other.

    The fields of `base` stay as they are. `defined` are the kinds whose schemas count, see `used`. Keys are in
    the order of their names, so that the same catalog gives an equal type.
    """
    keys: defaultdict[str, _Key] = defaultdict(_Key)
    for kind in sorted(defined, key=lambda each: each.name):
        _declare(keys, kind)
    for entity in entities:
        for name, value in entity.properties.items():
            _see(keys[field_name(name)], name, value, str(entity.ref))
    fields, unreadable = dict(base.fields), {}
    for name in sorted(keys.keys() - fields.keys()):
        try:
            fields[name] = _field(name, keys[name])
        except _Unreadable as problem:
            unreadable[name] = str(problem)
    return base.model_copy(update={"fields": fields, "unreadable": unreadable})


def field_name(key: str) -> str:
    """The name of a key in rules: `cost-center` is read as `cost_center`."""
    return re.sub(r"[-./ ]", "_", key)


def fitted(declared: FactType, raw: Struct) -> tuple[dict[str, FieldValue], dict[str, str]]:
    """The values that have the type of their key, by the name that rules read, and why others have not."""
    found: dict[str, FieldValue] = {}
    misfits: dict[str, str] = {}
    for key, value in raw.items():
        name = field_name(key)
        wanted = declared.fields.get(name)
        if wanted is None or value is None:
            continue
        try:
            found[name] = _fit(wanted, value, key)
        except FactError as error:
            misfits[key] = str(error)
    return found, misfits


def _fit(wanted: FieldDef, value: object, key: str) -> FieldValue:
    if wanted.type in (FieldType.TIMESTAMP, FieldType.TIMESTAMPS) and not _all_moments(value):
        raise FactError(f"{key}: wrong type", expected="an RFC 3339 date and time", got=_short(value))
    return fit(wanted, value, key)


def _all_moments(value: object) -> bool:
    parts = value if isinstance(value, list | tuple) else (value,)
    return all(isinstance(part, str) and _is_moment(part) for part in parts)


def _is_moment(text: str) -> bool:
    if not _MOMENT.fullmatch(text):
        return False
    try:
        fit(FieldDef(type=FieldType.TIMESTAMP, doc=""), text, "")
    except (FactError, OverflowError):
        return False
    return True


def _see(key: _Key, name: str, value: Any, where: str) -> None:
    key.names.add(name)
    if value is None:
        return
    try:
        kind = _type_of(value)
    except _Unreadable as problem:
        key.problems.setdefault(f"{problem} ({_short(value)} at {where})")
        return
    if kind is not None:
        key.seen.setdefault(kind, f"{_short(value)} at {where}")
    if key.values:
        parts = value if isinstance(value, list | tuple) else (value,)
        key.texts.update(part for part in parts if isinstance(part, str))


def _type_of(value: Any) -> FieldType | None:
    """The type of a value; None for an empty list, which may be of any."""
    match value:
        case bool():
            return FieldType.BOOL
        case int():
            if not -(2**63) <= value < 2**63:
                raise _Unreadable("a number beyond 64 bits")
            return FieldType.INT
        case float():
            if not math.isfinite(value):
                raise _Unreadable("not a number")
            return FieldType.FLOAT
        case str():
            return FieldType.TIMESTAMP if _is_moment(value) else FieldType.STRING
        case list() | tuple():
            return _type_of_list(value)
    raise _Unreadable("an object" if isinstance(value, Mapping) else f"a {type(value).__name__}")


def _type_of_list(values: Iterable[Any]) -> FieldType | None:
    kinds: set[FieldType] = set()
    for part in values:
        if isinstance(part, Mapping | list | tuple) or part is None:
            raise _Unreadable("a list of objects, lists or nulls")
        kind = _type_of(part)
        assert kind is not None
        kinds.add(kind)
    if not kinds:
        return None
    one = _joined(kinds)
    if one is None:
        raise _Unreadable("a list of values of different types")
    if one not in _LISTS:
        raise _Unreadable(f"a list of {one}")
    return _LISTS[one]


def _joined(kinds: Iterable[FieldType]) -> FieldType | None:
    """The one type that takes values of all of these without changing what they say, if there is one."""
    found = set(kinds)
    return next(iter(found)) if len(found) == 1 else _WIDER.get(frozenset(found))


def _declare(keys: Mapping[str, _Key], kind: Kind) -> None:
    """What the schema of a kind says of keys. What is more than a plain type is left to be seen."""
    told = kind.properties.get("properties")
    for name, schema in told.items() if isinstance(told, Mapping) else ():
        stated = _declared_type(schema) if isinstance(schema, Mapping) else None
        if stated is None:
            continue
        key = keys[field_name(str(name))]
        key.names.add(str(name))
        key.declared.setdefault(stated, f"the schema of {kind.name}")
        listed = schema.get("items") if stated.element else schema
        allowed = listed.get("enum") if isinstance(listed, Mapping) else None
        closed = isinstance(allowed, list) and all(isinstance(value, str) for value in allowed)
        key.values.append(tuple(allowed) if closed and allowed else ())
        key.doc = key.doc or str(schema.get("description") or schema.get("title") or "")


_SCHEMA_TYPES = {
    "string": FieldType.STRING,
    "integer": FieldType.INT,
    "number": FieldType.FLOAT,
    "boolean": FieldType.BOOL,
}


def _declared_type(schema: Mapping[str, Any]) -> FieldType | None:
    stated = schema.get("type")
    if isinstance(stated, list):
        several = [one for one in stated if one != "null"]
        stated = several[0] if len(several) == 1 else None
    if stated is None and isinstance(schema.get("enum"), list):
        stated = "string" if all(isinstance(value, str) for value in schema["enum"]) else None
    if stated == "array":
        items = schema.get("items")
        inner = _declared_type(items) if isinstance(items, Mapping) else None
        return _LISTS.get(inner) if inner else None
    if stated == "string" and schema.get("format") == "date-time":
        return FieldType.TIMESTAMP
    return _SCHEMA_TYPES.get(stated) if isinstance(stated, str) else None


def _field(name: str, key: _Key) -> FieldDef:
    """The field of a key. Raises _Unreadable with the reason why there is none."""
    if not NAME.fullmatch(name) or name in ("true", "false", "null", "in"):
        raise _Unreadable("its name has signs that a rule cannot write; use letters, digits, - and _")
    if len(key.names) > 1:
        raise _Unreadable(f"it is written in several ways: {', '.join(sorted(key.names))}")
    told = key.declared or key.seen
    if key.problems and not key.declared:
        raise _Unreadable(f"it is not one value or a plain list of values: {next(iter(key.problems))}")
    if not told:
        raise _Unreadable("it has no value anywhere, so its type is not known")
    one = _joined(told)
    if one is None:
        raise _Unreadable("its values are of different types: " + ", ".join(_examples(told)))
    values = _closed(key) if one in (FieldType.STRING, FieldType.STRINGS) else ()
    return FieldDef(type=one, doc=key.doc or "As descriptors say it", values=values)


def _examples(told: Mapping[FieldType, str]) -> Iterator[str]:
    return (f"{kind} ({told[kind]})" for kind in sorted(told))


def _closed(key: _Key) -> tuple[str, ...]:
    """The values that a key is closed to: where every schema lists them, and no entity has others."""
    if not key.values or not all(key.values):
        return ()
    allowed = dict.fromkeys(value for listed in key.values for value in listed)
    return tuple(allowed) if key.texts <= set(allowed) else ()


def _short(value: object) -> str:
    shown = str(list(value)) if isinstance(value, tuple) else repr(value)
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"
