"""The vocabulary: every fact type with its typed fields, read from `library/fact-types/`.

One definition serves the rule language (types and documentation), the columns it is evaluated on,
the check of facts as they come in, and the reference pages.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

from greenboard.core import clock, content, placed, yaml
from greenboard.core.errors import UserError, suggest
from greenboard.facts import json_schema
from greenboard.facts.types import FieldValue, Scalar, Struct, Value
from greenboard.plugins import registry


class FieldType(StrEnum):
    """The types a field may have. Durations travel in JSON as seconds, timestamps as RFC 3339."""

    BOOL = "bool"
    INT = "int"
    FLOAT = "float"
    STRING = "string"
    TIMESTAMP = "timestamp"
    DURATION = "duration"
    STRINGS = "list<string>"
    INTS = "list<int>"
    FLOATS = "list<float>"
    TIMESTAMPS = "list<timestamp>"

    @property
    def element(self) -> FieldType | None:
        """The type of the elements, where this is a list."""
        return _ELEMENTS.get(self)


_ELEMENTS = {kind: FieldType(kind.value[5:-1]) for kind in FieldType if kind.value.startswith("list<")}

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
"""What a fact type and a field may be called, so that a rule can speak of them."""

RESERVED = frozenset({"now", "param", "true", "false", "null", "in", "properties"})
"""Names that have another meaning in rules."""


_MEASURES = {FieldType.INT: "count", FieldType.DURATION: "seconds", FieldType.TIMESTAMP: "RFC 3339, UTC"}


class FactError(UserError):
    """A fact that does not fit its fact type."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FieldDef(_Strict):
    """One field of a fact type. `values` closes a string field to the ones listed.

    Every field may be unknown. `example` is a value as JSON has it, and fits the field.
    For sentences: `label` names the field beside its value, `if_true` and `if_false` say what a bool
    means. A `trait` says what the thing is rather than how it fares. `either` marks a bool that holds
    when any source says so, because each source knows only its own part.
    """

    type: FieldType
    doc: str
    unit: str = ""
    values: tuple[str, ...] = ()
    example: Any = None
    label: str = ""
    if_true: str = ""
    if_false: str = ""
    trait: bool = False
    either: bool = False

    @property
    def measure(self) -> str:
        """What its numbers count, or how it is written in JSON."""
        return self.unit or _MEASURES.get(self.type.element or self.type, "")

    @model_validator(mode="after")
    def _example_fits(self) -> Self:
        if self.example is not None:
            try:
                _field(self, self.example, "example")
            except FactError as error:
                raise ValueError(str(error)) from None
        return self


class Idiom(_Strict):
    """A rule that is often wanted of a fact type: what it says of an entity that passes, and its expression."""

    says: str
    rule: str


Span = Annotated[timedelta, BeforeValidator(lambda value: clock.parse_span(value) if isinstance(value, str) else value)]
Supplier = Literal["repository", "report", "connection", "attestation", "catalog", "descriptor"]


class FactType(_Strict):
    """A vendor-neutral schema of facts.

    `about` says whose facts they are: a component's facts of a type about `repository` are read
    from the repository it lives in. `many` names the field that tells several items of one entity
    apart; None means one fact per entity and source. A fact older than `max_age` is no data.
    `connects` names the kinds of tools that can supply it, for people; `label` and `plural` name one
    and several of it in a sentence. An `open` type has the fields that are declared or seen, see `observed`;
    `unreadable` says of keys why rules cannot read them. `idioms` are rules that its fields serve. A `retired`
    type takes no facts any more; what was said of it can still be read. What is `apart` is long and for integrations:
    rules do not know it, and no column holds it.
    """

    name: str
    title: str
    label: str = ""
    plural: str = ""
    doc: str
    about: Literal["component", "repository", "entity"]
    many: str | None = None
    max_age: Span | None = None
    supplied_by: tuple[Supplier, ...]
    connects: str = ""
    open: bool = False
    fields: dict[str, FieldDef]
    unreadable: dict[str, str] = {}
    idioms: tuple[Idiom, ...] = ()
    retired: bool = False
    apart: bool = False


@dataclass(frozen=True)
class Vocabulary:
    """All fact types by name. Those `defined` in the browser may change; what is stored of them is fitted when read.

    Those `apart` are stored like others, and rules do not know them.
    """

    types: Mapping[str, FactType]
    defined: frozenset[str] = frozenset()
    apart: Mapping[str, FactType] = dataclasses.field(default_factory=dict)

    @property
    def stored(self) -> Mapping[str, FactType]:
        """All types of which there may be facts."""
        return {**self.types, **self.apart}

    def get(self, name: str) -> FactType:
        """The fact type of a name, or a FactError that suggests the one that was meant."""
        found = self.types.get(name) or self.apart.get(name)
        if found is None:
            raise FactError(f"unknown fact type {name!r}", hint=suggest(name, self.stored))
        return found

    def with_type(self, declared: FactType) -> Vocabulary:
        """The same vocabulary with one more fact type, or another one in the place of its namesake."""
        if declared.apart:
            return replace(self, apart={**self.apart, declared.name: declared})
        return replace(self, types={**self.types, declared.name: declared})

    def with_defined(self, declared: FactType) -> Vocabulary:
        """As `with_type`, for one that was defined in the browser."""
        return replace(self.with_type(declared), defined=self.defined | {declared.name})

    def normalise(self, name: str, raw: object) -> Value:
        """Check a raw value against its fact type and bring it into the stored form.

        Integers become floats where the field is one, timestamps become UTC, nulls are dropped. Of an
        open type everything is kept as it was said, and fitted to the types of its keys when it is merged.

        Raises:
            FactError: an unknown field, a wrong type, a value outside the listed ones.

        """
        declared = self.get(name)
        if declared.open:
            return _open(raw, name)
        if declared.many is None:
            return _struct(declared, raw, name)
        if not isinstance(raw, list | tuple):
            raise FactError(f"{name}: wrong shape", expected="a list of items", got=type(raw).__name__)
        items = tuple(_struct(declared, item, f"{name}[{index}]") for index, item in enumerate(raw))
        _unique(declared, items)
        return items

    def fitted(self, name: str, raw: object) -> Value:
        """A stored value of a type that may have changed since: fields that do not fit any more are unknown.

        Raises:
            FactError: it is of another shape than its type.

        """
        declared = self.get(name)
        several = [raw] if declared.many is None else raw
        if not isinstance(several, list) or not all(isinstance(one, Mapping) for one in several):
            raise FactError(f"{name}: wrong shape", expected="facts as they were stored")
        structs = tuple(dict(_fitting(declared, one)) for one in several)
        return structs[0] if declared.many is None else tuple(one for one in structs if declared.many in one)


def _fitting(declared: FactType, raw: Mapping[str, object]) -> Iterator[tuple[str, FieldValue]]:
    for name, field in declared.fields.items():
        if raw.get(name) is not None:
            try:
                yield name, _field(field, raw[name], name)
            except FactError:
                continue


def _struct(declared: FactType, raw: object, label: str) -> Struct:
    if not isinstance(raw, Mapping):
        raise FactError(f"{label}: wrong shape", expected="an object of fields", got=type(raw).__name__)
    struct: dict[str, FieldValue] = {}
    for key, value in raw.items():
        if key not in declared.fields:
            raise FactError(f"{label}: unknown field {key!r}", hint=suggest(str(key), declared.fields))
        if value is not None:
            struct[key] = _field(declared.fields[key], value, f"{label}.{key}")
    return struct


def _open(raw: object, label: str) -> Struct:
    if not isinstance(raw, Mapping):
        raise FactError(f"{label}: wrong shape", expected="an object of fields", got=type(raw).__name__)
    return {str(key): tuple(part) if isinstance(part, list) else part for key, part in raw.items() if part is not None}


def fit(declared: FieldDef, value: object, label: str) -> FieldValue:
    """A value of one field, in the stored form.

    Raises:
        FactError: it is of another type, or not one of the listed values.

    """
    return _field(declared, value, label)


def _unique(declared: FactType, items: Iterable[Struct]) -> None:
    key = declared.many or ""
    seen: set[object] = set()
    for item in items:
        if key not in item:
            raise FactError(f"{declared.name}: an item without its key {key!r}")
        if item[key] in seen:
            raise FactError(f"{declared.name}: two items with {key} {item[key]!r}")
        seen.add(item[key])


def _field(declared: FieldDef, value: object, label: str) -> FieldValue:
    element = declared.type.element
    if element is None:
        return _scalar(declared, declared.type, value, label)
    if not isinstance(value, list | tuple):
        raise FactError(f"{label}: wrong type", expected=declared.type.value, got=repr(value)[:80])
    return tuple(_scalar(declared, element, item, f"{label}[{at}]") for at, item in enumerate(value))


def _scalar(declared: FieldDef, wanted: FieldType, value: object, label: str) -> Scalar:
    converted = _CONVERT[wanted](value)
    if converted is None:
        raise FactError(f"{label}: wrong type", expected=wanted.value, got=repr(value)[:80])
    if declared.values and converted not in declared.values:
        raise FactError(f"{label}: not a known value", expected=", ".join(declared.values), got=repr(value)[:80])
    return converted


def _bool(value: object) -> Scalar | None:
    return value if isinstance(value, bool) else None


def _int(value: object) -> Scalar | None:
    whole = isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63
    return value if whole and isinstance(value, int) else None


def _float(value: object) -> Scalar | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _string(value: object) -> Scalar | None:
    return value if isinstance(value, str) else None


def _timestamp(value: object) -> Scalar | None:
    if isinstance(value, datetime):
        return clock.parse_time(value.isoformat())
    try:
        return clock.parse_time(value) if isinstance(value, str) else None
    except UserError:
        return None


def _duration(value: object) -> Scalar | None:
    if isinstance(value, timedelta):
        return value
    return timedelta(seconds=value) if isinstance(value, int | float) and not isinstance(value, bool) else None


_CONVERT = {
    FieldType.BOOL: _bool,
    FieldType.INT: _int,
    FieldType.FLOAT: _float,
    FieldType.STRING: _string,
    FieldType.TIMESTAMP: _timestamp,
    FieldType.DURATION: _duration,
}


def load(folder: Path | None = None) -> Vocabulary:
    """Read every fact type in a folder; by default the ones that Greenboard ships, those of your own, and of plugins.

    Raises:
        UserError: a document that is no fact type, or one whose name is taken, with its place.

    """
    types: dict[str, FactType] = {}
    for path in sorted((folder or content.library("fact-types")).glob("*.yaml")):
        for document in yaml.read(path.read_text(encoding="utf-8"), path.name):
            declared = yaml.parse(document, FactType)
            types[declared.name] = declared
    judged = {name: declared for name, declared in types.items() if not declared.apart}
    shipped = Vocabulary(judged, apart={name: declared for name, declared in types.items() if declared.apart})
    if folder is not None:
        return shipped
    own = content.own_fact_types()
    return _brought(extended(shipped, own) if own else shipped)


def _brought(found: Vocabulary) -> Vocabulary:
    """With the fact types of plugins. One whose fact types cannot be used is rejected; what it brought before stays."""
    for name, folder in list(registry.brought("greenboard_fact_types", Path)):
        try:
            found = extended(found, folder)
        except UserError as error:
            registry.reject(name, "its fact types", error)
        except (OSError, UnicodeDecodeError) as error:
            registry.reject(name, "its fact types", UserError(f"{folder} cannot be read: {error}"))
    for name, words in registry.words():
        try:
            for document in (one for text in words.fact_types for one in yaml.read(text, f"plugin {name}")):
                found = found.with_type(read(document, found))
        except UserError as error:
            registry.reject(name, "its fact types of before", error)
    return found


def extended(shipped: Vocabulary, folder: Path) -> Vocabulary:
    """A vocabulary with the fact types of a folder, as YAML or as JSON Schema. Raises as `load` does."""
    found = shipped
    for path in sorted(one for one in folder.iterdir() if one.suffix in (".yaml", ".yml", ".json")):
        text = path.read_text(encoding="utf-8")
        schemas = [json_schema.read(placed.read(text, str(path)))] if path.suffix == ".json" else None
        for document in schemas or yaml.read(text, str(path)):
            declared = read(document, found)
            found = found.with_type(_with_keys(declared, found) if declared.open else declared)
    return found


def read(document: yaml.Document, known: Vocabulary) -> FactType:
    """A fact type of one's own, beside those that are known.

    Raises:
        UserError: it is no fact type, its name is taken, or no rule could speak of it; with its place.

    """
    declared = yaml.parse(document, FactType)
    _refuse_names(declared, document, known)
    return declared


def _with_keys(declared: FactType, known: Vocabulary) -> FactType:
    """The custom facts with keys that are declared for everyone."""
    custom = known.types[declared.name]
    return custom.model_copy(update={"fields": {**custom.fields, **declared.fields}})


def _refuse_names(declared: FactType, document: yaml.Document, known: Vocabulary) -> None:
    """Refuse a name that is taken, or that no rule could speak. Of custom facts keys may be declared."""
    custom = declared.open and declared.name in known.types and known.types[declared.name].open
    if declared.open and not custom:
        names = [name for name, one in known.types.items() if one.open]
        raise UserError("only custom facts are open", place=document.place("open"), expected=", ".join(names))
    if not custom and (declared.name in known.stored or declared.name in RESERVED):
        hint = "Choose another name; fact types that ship cannot be replaced."
        raise UserError(f"the name {declared.name!r} is taken", place=document.place("name"), hint=hint)
    for name, place in (
        (declared.name, document.place("name")),
        *((f, document.place("fields", f)) for f in declared.fields),
    ):
        if not NAME.fullmatch(name):
            raise UserError(f"{name!r} cannot be read by rules", place=place, expected="letters, digits and _")
    if declared.many is None:
        return
    if declared.many not in declared.fields:
        what = f"many names a field that there is not: {declared.many!r}"
        raise UserError(what, place=document.place("many"), hint=suggest(declared.many, declared.fields))
    if declared.fields[declared.many].type is not FieldType.STRING:
        what = f"{declared.many!r} tells facts apart, so it must be a string"
        raise UserError(what, place=document.place("fields", declared.many, "type"), expected="string")


def encode(value: FieldValue | Value) -> Any:
    """A fact's value as JSON: timestamps as RFC 3339, durations as seconds."""
    if isinstance(value, Mapping):
        return {key: encode(part) for key, part in value.items()}
    if isinstance(value, datetime):
        return clock.format_time(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, list | tuple):
        return [encode(part) for part in value]
    return value
