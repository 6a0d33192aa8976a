"""How entities and relations are written into rows, and read back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from greenboard.catalog import parts
from greenboard.catalog.models import EntityVersion
from greenboard.catalog.types import Contact, Entity, ExternalDependency, Inheritance, Link
from greenboard.core.errors import Place, UserError
from greenboard.core.refs import Ref

COMPARED = ("kind", "namespace", "name", "title", "tier", "lifecycle", "tag_text", "data")
"""The columns that make a new version when they change; search text follows from them."""


def columns(entity: Entity) -> dict[str, Any]:
    """The columns of an entity's version, but for its identity, cause and interval.

    Raises:
        UserError: characters or numbers that the database does not carry.

    """
    data = _data(entity)
    words = (entity.ref.name, entity.title, entity.description, *entity.tags)
    found = {
        "kind": entity.ref.kind,
        "namespace": entity.ref.namespace,
        "name": entity.ref.name,
        "title": entity.title,
        "tier": entity.tier,
        "lifecycle": entity.lifecycle or "",
        "tag_text": "".join(f"|{tag}" for tag in entity.tags) + ("|" if entity.tags else ""),
        "search_text": " ".join(word for word in words if word).lower(),
        "data": data,
    }
    if any(parts.unprintable(found)):
        raise UserError(f"{entity.ref}: a character that cannot be printed", place=entity.place)
    return found


def _data(entity: Entity) -> dict[str, Any]:
    """What is not a column, without what is left at its default."""
    external = entity.external_dependencies
    found = {
        "description": entity.description,
        "tags": list(entity.tags),
        "links": [[link.url, link.title, link.kind] for link in entity.links],
        "contacts": [[contact.kind, contact.address] for contact in entity.contacts],
        "annotations": dict(entity.annotations),
        "properties": parts.plain(entity.properties),
        "data_classification": entity.data_classification,
        "discovered": entity.discovered,
        "dependencies_declared": entity.dependencies_declared,
    }
    kept = {key: value for key, value in found.items() if value}
    if entity.owner_inherited is not Inheritance.FALLBACK:
        kept["owner_inherited"] = entity.owner_inherited.value
    if external is not None:
        kept["external_dependencies"] = [asdict(each) for each in external]
    if entity.path is not None:
        kept["path"] = entity.path
    return kept


def entity(row: EntityVersion) -> Entity:
    """The entity of a version."""
    data = row.data
    external = data.get("external_dependencies")
    return Entity(
        ref=Ref(row.kind, row.namespace, row.name),
        title=row.title,
        description=data.get("description", ""),
        tier=row.tier,
        lifecycle=row.lifecycle or None,
        tags=tuple(data.get("tags", ())),
        links=tuple(Link(*link) for link in data.get("links", ())),
        contacts=tuple(Contact(*contact) for contact in data.get("contacts", ())),
        annotations=data.get("annotations", {}),
        properties=data.get("properties", {}),
        data_classification=data.get("data_classification"),
        owner_inherited=Inheritance(data.get("owner_inherited", Inheritance.FALLBACK)),
        discovered=data.get("discovered", False),
        dependencies_declared=data.get("dependencies_declared", False),
        external_dependencies=None if external is None else tuple(ExternalDependency(**each) for each in external),
        path=data.get("path"),
        place=place(row.place),
    )


def check_name(ref: Ref) -> None:
    """Refuse a reference that did not come from `Ref.parse` and that it would not read."""
    try:
        same = Ref.parse(str(ref)) == ref
    except UserError:
        same = False
    if not same:
        raise UserError("not a reference", expected="kind:namespace/name", got=repr(str(ref)))


def place(text: str) -> Place | None:
    """A place as it was written by `str(Place)`."""
    if not text:
        return None
    head = text
    numbers: list[int] = []
    while len(numbers) < 2:
        before, colon, last = head.rpartition(":")
        if not (colon and last.isdecimal()):
            break
        head, numbers = before, [int(last), *numbers]
    return Place(head, *numbers)
