"""What the catalog is made of, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from greenboard.core.errors import Place
from greenboard.core.refs import Ref

KINDS = (
    "service",
    "api",
    "library",
    "website",
    "job",
    "data-store",
    "resource",
    "repository",
    "system",
    "domain",
    "team",
    "person",
)
COMPONENT_KINDS = ("service", "api", "library", "website", "job", "data-store", "resource")
"""The kinds that are built and run, so that readiness is asked of them."""


class RelationKind(StrEnum):
    """How one entity stands to another; read from source to target."""

    OWNS = "owns"
    PART_OF = "part-of"
    DEPENDS_ON = "depends-on"
    PROVIDES = "provides"
    CONSUMES = "consumes"
    LIVES_IN = "lives-in"
    MEMBER_OF = "member-of"


@dataclass(frozen=True, slots=True)
class Link:
    """A link that a descriptor gives, with what it is for (`runbook`, `dashboard`, `docs`, ...)."""

    url: str
    title: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach the people behind an entity: `kind` is chat, email, phone, escalation or other."""

    kind: str
    address: str


@dataclass(frozen=True)
class Entity:
    """Anything that a company runs or answers for.

    `tier` runs from 0 (most critical) to 4; None means that nobody said. `discovered` marks an
    entity that no descriptor declares. `dependencies_declared` is true when a descriptor lists
    dependencies, even as an empty list, which is the explicit "none".
    """

    ref: Ref
    title: str = ""
    description: str = ""
    tier: int | None = None
    lifecycle: str | None = None
    tags: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    contacts: tuple[Contact, ...] = ()
    annotations: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, Any] = field(default_factory=dict)
    data_classification: str | None = None
    discovered: bool = False
    dependencies_declared: bool = False
    place: Place | None = None


@dataclass(frozen=True)
class Relation:
    """A typed link from one entity to another. `path` narrows `lives-in` to a folder of the repository."""

    kind: RelationKind
    source: Ref
    target: Ref
    path: str = ""
    place: Place | None = None


@dataclass(frozen=True)
class Declared:
    """Entities and relations that were read together and are accepted or refused together."""

    entities: tuple[Entity, ...] = ()
    relations: tuple[Relation, ...] = ()

    def __add__(self, other: Declared) -> Declared:
        return Declared(self.entities + other.entities, self.relations + other.relations)
