"""Kinds beside the built-in ones: read from `library/kinds/` and from `kinds:` in descriptors.

Each may carry a JSON Schema (draft 2020-12) for the properties of its entities. Schemas cannot
refer to anything outside of themselves, so that checking one never opens a connection.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path as File
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from greenboard.catalog.types import ANY_COMPONENT, KINDS, Declared, Entity, Kind, Relation
from greenboard.core import content, yaml
from greenboard.core.errors import Place, UserError, UserErrors, suggest

Path = tuple[str | int, ...]
KindName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,62}$")]


class KindModel(BaseModel):
    """A kind of your own."""

    model_config = ConfigDict(extra="forbid")

    name: KindName = Field(description="Name of the kind, as used in `kind:` and in references.")
    title: str = Field("", description="Name for people.")
    description: str = Field("", description="What entities of this kind are.")
    properties: dict[str, Any] = Field(
        default_factory=dict, description="JSON Schema (draft 2020-12) that the `properties` of an entity must fit."
    )


def define(model: KindModel, place: Place) -> Kind:
    """Make a kind of its declaration.

    Raises:
        UserError: the name is taken by a built-in kind, or the schema is not a JSON Schema.

    """
    _check(model, place)
    return Kind(model.name, model.title, model.description, model.properties, place)


def _check(model: KindModel, place: Place) -> None:
    import jsonschema  # slow to load, and most descriptors define no kind

    if model.name in (*KINDS, ANY_COMPONENT):
        raise UserError(f"{model.name!r} is a built-in kind", place=place, hint="Choose another name.")
    try:
        jsonschema.Draft202012Validator.check_schema(model.properties, jsonschema.Draft202012Validator.FORMAT_CHECKER)
    except jsonschema.SchemaError as error:
        where = ".".join(str(part) for part in error.absolute_path)
        raise UserError(f"kind {model.name!r}: not a JSON Schema: {error.message}", place=place, got=where) from None
    outside = sorted(_outside(model.properties))
    if outside:
        hint = "Put what is shared under $defs and refer to it by #/$defs/NAME."
        raise UserError(f"kind {model.name!r}: the schema refers outside: {outside[0]}", place=place, hint=hint)


def load(folder: File | None = None, *, checked: bool = True) -> tuple[Kind, ...]:
    """Read every kind of a folder, one per document. Those that Greenboard ships need not be checked at each start.

    Raises:
        UserError: a document that declares no kind, with its place.

    """
    found = []
    for path in sorted((folder or content.library("kinds")).glob("*.yaml")):
        for document in yaml.read(path.read_text(encoding="utf-8"), path.name):
            model, place = yaml.parse(document, KindModel), document.place()
            if checked:
                _check(model, place)
            found.append(Kind(model.name, model.title, model.description, model.properties, place))
    return tuple(found)


@cache
def shipped() -> tuple[Kind, ...]:
    """The kinds that Greenboard brings along."""
    return load(checked=False)


def named(kinds: Iterable[Kind]) -> dict[str, Kind]:
    """Kinds by name; a later one replaces an earlier one."""
    return {kind.name: kind for kind in kinds}


def unknown(name: str, known: Mapping[str, Kind], place: Place | None) -> UserError | None:
    """The refusal of a kind that is neither built in nor defined, or None."""
    if name in KINDS or name in known:
        return None
    names = (*KINDS, *sorted(known))
    hint = suggest(name, names) or "Define it under kinds: in a greenboard.yaml."
    return UserError(f"unknown kind {name!r}", place=place, expected=", ".join(names), hint=hint)


def fit(entity: Entity, known: Mapping[str, Kind]) -> Iterator[tuple[Path, UserError]]:
    """What of an entity's properties does not fit the schema of its kind: path in the properties, and error."""
    kind = known.get(entity.ref.kind)
    if kind is None or not kind.properties:
        return
    import jsonschema  # slow to load, and most descriptors define no kind
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    validator = jsonschema.Draft202012Validator(kind.properties, registry=Registry())
    try:
        errors = sorted(validator.iter_errors(dict(entity.properties)), key=lambda found: list(map(str, found.path)))
    except (Unresolvable, RecursionError):
        yield (), UserError(f"kind {kind.name!r}: its schema refers to nothing, or to itself", place=kind.place)
        return
    for error in errors:
        path = (*error.absolute_path, *_misspelt(error)[:1])
        label = ".".join(("properties", *map(str, path)))
        yield path, UserError(f"{label}: {error.message}", place=entity.place, hint=_hint(error))


def unknowns(declared: Declared, known: Mapping[str, Kind]) -> Iterator[UserError]:
    """Every kind, of an entity or in a reference, that is neither built in nor defined."""
    for entity in declared.entities:
        wrong = unknown(entity.ref.kind, known, entity.place)
        if wrong:
            yield wrong
    yield from unknown_ends(declared.relations, known)


def unknown_ends(relations: Iterable[Relation], known: Mapping[str, Kind]) -> Iterator[UserError]:
    """Every unknown kind in a reference."""
    for relation in relations:
        other = relation.target if relation.declarer == relation.source else relation.source
        wrong = None if other.kind == ANY_COMPONENT else unknown(other.kind, known, relation.place)
        if wrong:
            yield wrong


def refuse(errors: Iterable[UserError]) -> None:
    """Raise what there is to refuse: nothing, the one error, or all of them in the order of their places."""
    found = sorted(errors, key=_position)
    if len(found) == 1:
        raise found[0]
    if found:
        raise UserErrors(found)


def _position(error: UserError) -> tuple[str, int, int]:
    place = error.place
    return (place.path, place.line or 0, place.column or 0) if place else ("", 0, 0)


def _misspelt(error: Any) -> list[str]:
    """The properties that a closed schema does not know."""
    if error.validator != "additionalProperties":
        return []
    return [str(name) for name in error.instance if name not in error.schema.get("properties", {})]


def _hint(error: Any) -> str | None:
    """For a misspelt property, the one it may have meant."""
    wrong = _misspelt(error)
    return suggest(wrong[0], error.schema.get("properties", {})) if wrong else None


def _outside(schema: Any) -> Iterator[str]:
    """The references of a schema that lead out of it."""
    if isinstance(schema, Mapping):
        for key, value in schema.items():
            if key in ("$ref", "$dynamicRef") and isinstance(value, str) and not value.startswith("#"):
                yield value
            elif key != "const":
                yield from _outside(value)
    elif isinstance(schema, list):
        for part in schema:
            yield from _outside(part)
