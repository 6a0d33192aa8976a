"""Fact types as JSON Schema (draft 2020-12), read and written. Pure.

A type of one fact is an object, one of several facts an array of objects. What JSON Schema has no word for stands
under `x-greenboard`. A keyword that would not be held to is refused: a schema must not promise what nobody checks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from greenboard.core import clock, yaml
from greenboard.core.errors import Place, UserError, UserErrors, suggest

EXTENSION = "x-greenboard"
DRAFT = "https://json-schema.org/draft/2020-12/schema"
_OWN = ("name", "about", "many", "max_age", "label", "plural", "supplied_by", "connects", "idioms", "retired")
_ROOT = frozenset({"$schema", "$id", "$comment", "title", "description", "type", "properties", "items",
                   "additionalProperties", EXTENSION})  # fmt: skip
_ITEMS = frozenset({"type", "properties", "additionalProperties", "$comment"})
_FIELD = frozenset({"type", "format", "enum", "items", "title", "description", "examples", "$comment", EXTENSION})
_ELEMENT = frozenset({"type", "format", "enum"})
_FIELD_OWN = ("unit", "if_true", "if_false", "trait", "either")
_TYPES = {
    ("boolean", ""): "bool",
    ("integer", ""): "int",
    ("number", ""): "float",
    ("string", ""): "string",
    ("string", "date-time"): "timestamp",
    ("number", "seconds"): "duration",
}
_SCHEMAS = {name: schema for schema, name in _TYPES.items()}
_LISTS = frozenset({"int", "float", "string", "timestamp"})


def read(document: yaml.Document) -> yaml.Document:
    """A JSON Schema as the fact type that it defines: in the form of files, with the places of its parts.

    Raises:
        UserErrors: parts that are no schema of a fact type, each with its place.

    """
    reading = _Reading(document)
    data = reading.root()
    if reading.errors:
        raise UserErrors(reading.errors)
    return yaml.Document(data, document.path, reading.places)


class _Reading:
    """Turns the parts over one by one, and remembers where each came from."""

    def __init__(self, document: yaml.Document) -> None:
        self.document = document
        self.errors: list[UserError] = []
        self.places: dict[yaml.Path, Place] = {(): document.place()}

    def refuse(self, at: yaml.Path, what: str, **more: str | None) -> None:
        self.errors.append(UserError(what, place=self.document.place(*at), **more))

    def known(self, data: Mapping[str, Any], at: yaml.Path, words: frozenset[str]) -> None:
        """Refuse keywords that would not be held to."""
        for word in data.keys() - words:
            hint = suggest(str(word), words) or "Say it in the description: it would not be checked."
            self.refuse((*at, word), f"{word!r} means nothing here", expected=", ".join(sorted(words)), hint=hint)

    def take(self, found: dict[str, Any], name: str, value: Any, at: yaml.Path, to: yaml.Path = ()) -> None:
        """Put a part into the fact type, with its place."""
        if value is not None:
            found[name] = value
            self.places[(*to, name)] = self.document.place(*at)

    def root(self) -> dict[str, Any]:
        data = self.document.data
        if not isinstance(data, dict):
            self.refuse((), "not a JSON Schema", expected="an object", got=type(data).__name__)
            return {}
        self.known(data, (), _ROOT)
        own = self.mapping(data, (), EXTENSION)
        self.known(own, (EXTENSION,), frozenset(_OWN))
        found: dict[str, Any] = {}
        for name in _OWN:
            self.take(found, name, own.get(name), (EXTENSION, name))
        self.take(found, "title", data.get("title"), ("title",))
        self.take(found, "doc", data.get("description"), ("description",))
        found.setdefault("about", "component")
        found.setdefault("supplied_by", ["report", "connection"])
        self.places[("fields",)] = self.document.place("properties")
        found["fields"] = self.fields(data, own)
        return found

    def fields(self, data: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
        """The fields: properties of the object, or of the objects in the array."""
        several = data.get("type") == "array"
        if data.get("type") not in ("object", "array"):
            self.refuse(("type",), "a fact is an object, or an array of them", got=repr(data.get("type"))[:40])
            return {}
        if several != ("many" in own):
            what = "the field that tells the objects of the array apart is not named"
            one = "`many` is for an array of objects"
            hint = "Name it: x-greenboard: {many: FIELD}." if several else "Make it an array, or leave `many` out."
            self.refuse((EXTENSION,) if several else (EXTENSION, "many"), what if several else one, hint=hint)
        at: yaml.Path = ("items", "properties") if several else ("properties",)
        holder = self.mapping(data, (), "items") if several else data
        if several:
            self.known(holder, ("items",), _ITEMS)
        if holder.get("additionalProperties", False) is not False:
            self.refuse((*at[:-1], "additionalProperties"), "a fact has no fields but those that are named")
        properties = self.mapping(holder, at[:-1], "properties")
        if not properties:
            self.refuse(at, "a fact type without fields", expected="properties")
        return {str(name): self.field(name, schema, (*at, name)) for name, schema in properties.items()}

    def field(self, name: str, schema: Any, at: yaml.Path) -> dict[str, Any]:
        to = ("fields", str(name))
        self.places[to] = self.document.place(*at)
        if not isinstance(schema, dict):
            self.refuse(at, f"{name}: not a schema", expected="an object")
            return {}
        self.known(schema, at, _FIELD)
        own = self.mapping(schema, at, EXTENSION)
        self.known(own, (*at, EXTENSION), frozenset(_FIELD_OWN))
        found: dict[str, Any] = {}
        kind, values = self.kind(schema, at)
        self.take(found, "type", kind, (*at, "type"), to)
        self.take(found, "values", values, (*at, "enum"), to)
        self.take(found, "doc", schema.get("description"), (*at, "description"), to)
        self.take(found, "label", schema.get("title"), (*at, "title"), to)
        for word in _FIELD_OWN:
            self.take(found, word, own.get(word), (*at, EXTENSION, word), to)
        examples = schema.get("examples")
        if examples is not None and (not isinstance(examples, list) or not examples):
            self.refuse((*at, "examples"), f"{name}: no list of examples", expected="[VALUE]")
        elif examples:
            self.take(found, "example", examples[0], (*at, "examples", 0), to)
        return found

    def kind(self, schema: Mapping[str, Any], at: yaml.Path) -> tuple[str | None, Any]:
        """The type of a field and the values that it is closed to; None where there is no such type."""
        stated = schema.get("type")
        if isinstance(stated, list):  # every field may be unknown, so null says nothing more
            several = [one for one in stated if one != "null"]
            stated = several[0] if len(several) == 1 else None
        if stated == "array":
            items = self.mapping(schema, at, "items")
            self.known(items, (*at, "items"), _ELEMENT)
            inner, values = self.kind(items, (*at, "items")) if items else (None, None)
            if inner not in _LISTS:
                self.refuse((*at, "items"), "no list that a field may be", expected=f"items of {_expected(_LISTS)}")
                return None, values
            return f"list<{inner}>", values
        found = _TYPES.get((stated, str(schema.get("format", "")))) if isinstance(stated, str) else None
        if found is None:
            where = "format" if "format" in schema else "type"
            self.refuse((*at, where), "no type that a field may have", expected=_expected(_SCHEMAS))
        values = schema.get("enum")
        if values is not None and (found != "string" or not isinstance(values, list) or not values):
            self.refuse((*at, "enum"), "only a string is closed to values", expected="a list of strings")
            return found, None
        return found, values

    def mapping(self, data: Mapping[str, Any], at: yaml.Path, name: str) -> Mapping[str, Any]:
        part = data.get(name, {})
        if isinstance(part, dict):
            return part
        self.refuse((*at, name), f"{name} is no object", got=type(part).__name__)
        return {}


def _expected(names: Any) -> str:
    shown = (f"{kind} ({form})" if form else kind for kind, form in (_SCHEMAS[name] for name in sorted(names)))
    return ", ".join(dict.fromkeys(shown))


def write(declared: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON Schema of a fact type, given as `FactType.model_dump` makes it."""
    many = declared.get("many")
    own = {name: _plain(declared[name]) for name in _OWN if declared.get(name)}
    fields = {name: _field(field) for name, field in declared["fields"].items()}
    inside = {"type": "object", "properties": fields, "additionalProperties": False}
    shape = {"type": "array", "items": inside} if many else inside
    return {"$schema": DRAFT, "title": declared["title"], "description": declared["doc"], EXTENSION: own, **shape}


def _field(field: Mapping[str, Any]) -> dict[str, Any]:
    name = str(field["type"])
    element = name[5:-1] if name.startswith("list<") else ""
    plain: dict[str, Any] = dict(_of_type(element or name))
    if field.get("values"):
        plain["enum"] = list(field["values"])
    found: dict[str, Any] = {"type": "array", "items": plain} if element else plain
    found["description"] = field["doc"]
    found |= {"title": field["label"]} if field.get("label") else {}
    found |= {"examples": [field["example"]]} if field.get("example") is not None else {}
    own = {word: field[word] for word in _FIELD_OWN if field.get(word)}
    return found | ({EXTENSION: own} if own else {})


def _of_type(name: str) -> Iterator[tuple[str, str]]:
    kind, form = _SCHEMAS[name]
    yield "type", kind
    if form:
        yield "format", form


def _plain(value: Any) -> Any:
    if isinstance(value, timedelta):
        return clock.format_span(value)
    return list(value) if isinstance(value, tuple) else value
